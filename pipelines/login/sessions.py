"""Sessions: who is logged in, in which browser, and until when."""

import hashlib
import secrets
from typing import Any, NamedTuple

import orjson

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.login.store import LoginStore, hashed
from learnloom.pipelines.roster.reader import Reader, Role

_MILLISECONDS = 1_000
_USED_EVERY = 60_000
"""How often it is written that a session is in use."""


class Identity(NamedTuple):
    """What a login has told of somebody; kept with the session, so that the roster can be asked again."""

    subject: str
    name: str
    role: str
    """What the platform says: student, teacher, lead; empty where it says nothing."""
    identifier: str | None
    courses: tuple[str, ...]
    """Ids of courses that the platform vouches for."""
    language: str
    came: int = 0
    """When, in milliseconds since 1970."""


class Session(NamedTuple):
    """A session."""

    identity: Identity
    reader: Reader
    is_framed: bool
    """Whether it is within the frame of a platform."""
    looked_up: int
    """When the roster was asked last, in milliseconds since 1970."""


class Sessions:
    """May be used from many threads."""

    def __init__(self, store: LoginStore, bounds: LoginBounds) -> None:
        """Take the store and the bounds."""
        self._database = store.database
        self._idle = bounds.idle_minutes * 60 * _MILLISECONDS
        self._longest = bounds.session_hours * 3_600 * _MILLISECONDS
        self._most = bounds.max_sessions

    def begin(self, identity: Identity, reader: Reader, *, is_framed: bool) -> str:
        """Begin a session; returns what the browser keeps, which nobody can find out again."""
        session = secrets.token_urlsafe(32)
        with self._database.transaction() as connection:
            now = self._database.milliseconds(connection)
            connection.execute("DELETE FROM session WHERE ends < ? OR used < ?", (now, now - self._idle))
            (n_sessions,) = connection.execute("SELECT count(*) FROM session").fetchone()
            if n_sessions >= self._most:
                connection.execute(
                    "DELETE FROM session WHERE session_hash IN "
                    "(SELECT session_hash FROM session ORDER BY used LIMIT 1)"
                )
            connection.execute(
                "INSERT INTO session (session_hash, document, is_framed, looked_up, used, ends) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(session), _document(identity, reader), int(is_framed), now, now, now + self._longest),
            )
        return session

    def find(self, session: str) -> Session | None:
        """Find a session that has not ended, and note that it is in use."""
        with self._database.reading() as connection:
            now = self._database.milliseconds(connection)
            row = connection.execute(
                "SELECT document, is_framed, looked_up, used FROM session "
                "WHERE session_hash = ? AND ends >= ? AND used >= ?",
                (hashed(session), now, now - self._idle),
            ).fetchone()
        if row is None:
            return None
        if now - row[3] > _USED_EVERY:
            with self._database.transaction() as connection:
                connection.execute(
                    "UPDATE session SET used = ? WHERE session_hash = ?", (now, hashed(session))
                )
        identity, reader = read_document(row[0])
        return Session(identity, reader, bool(row[1]), row[2])

    def update(self, session: str, identity: Identity, reader: Reader) -> None:
        """Keep what the roster says now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE session SET document = ?, looked_up = ? WHERE session_hash = ?",
                (_document(identity, reader), self._database.milliseconds(connection), hashed(session)),
            )

    def end(self, session: str) -> None:
        """End a session."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM session WHERE session_hash = ?", (hashed(session),))

    def end_of(self, subject: str) -> int:
        """End all sessions of a subject; returns how many."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT session_hash, document FROM session").fetchall()
            ended = [row[0] for row in rows if read_document(row[1])[0].subject == subject]
            for each in ended:
                connection.execute("DELETE FROM session WHERE session_hash = ?", (each,))
        return len(ended)


def csrf_of(session: str) -> str:
    """Give what a form of this session carries: it follows from the session, and the session not from it."""
    return hashlib.sha256(b"learnloom form " + session.encode("utf-8", "surrogatepass")).hexdigest()


def _document(identity: Identity, reader: Reader) -> str:
    told: dict[str, Any] = {
        "identity": identity._asdict(),
        "role": reader.role,
        "student_key": reader.student_key,
        "courses": sorted(reader.courses),
    }
    return orjson.dumps(told).decode()


def read_document(document: str) -> tuple[Identity, Reader]:
    """Read what is kept with a session."""
    told = orjson.loads(document)
    identity = Identity(**{**told["identity"], "courses": tuple(told["identity"]["courses"])})
    reader = Reader(
        identity.subject,
        identity.name,
        Role(told["role"]),
        told["student_key"],
        frozenset(told["courses"]),
        identity.language,
    )
    return identity, reader
