"""What is kept of logins: what has begun, who came, platforms, our own key. Sessions stand in `sessions`."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.config.login import Invitation, Platform
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.login.tables import FILE, SCHEMA, TABLES
from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.postgres import PostgresDatabase
from learnloom.pipelines.lrs.sqlite import SqliteDatabase

BEGUN_SECONDS: Final = 600
"""How long a login may take from its beginning to its end."""
_INVITED_SECONDS: Final = 86_400
_MOST_BEGUN: Final = 100_000
"""Logins in hand; above it, the oldest is forgotten: whoever begins many takes no room."""
FOLDER: Final = "login"
"""In the warehouse's folder, where the catalogue is a file."""
_CAME_KEPT: Final = 400 * 86_400_000


def hashed(secret: str) -> str:
    """Give what is kept of a secret of 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Begun(NamedTuple):
    """A login that has begun."""

    kind: str
    """lti or oidc."""
    nonce: str
    document: dict[str, Any]
    is_here: bool
    """Whether it has begun in the same browser."""


class Visitor(NamedTuple):
    """Somebody who has logged in, or tried to."""

    subject: str
    name: str
    identifier: str | None
    """What follows from the login; None: the platform does not send what is needed."""
    role: str
    is_found: bool
    """Whether the person was found in statements or rosters."""
    came: int = 0
    """When last, in milliseconds since 1970."""


class MemberList(NamedTuple):
    """Where a platform gives the members of a course (Names and Role Provisioning Services)."""

    address: str
    issuer: str
    client_id: str
    course_id: str


class LoginStore:
    """May be used from many threads."""

    def __init__(self, database: Database) -> None:
        """Take a database that has TABLES."""
        self.database = database

    def moment(self) -> int:
        """Now, in milliseconds since 1970."""
        with self.database.reading() as connection:
            return self.database.milliseconds(connection)

    # What has begun ------------------------------------------------------------------------------------------
    def begin(self, kind: str, browser: str, document: dict[str, Any]) -> tuple[str, str]:
        """Keep a login that begins in a browser; returns its state and nonce."""
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self.database.transaction() as connection:
            now = self.database.milliseconds(connection)
            connection.execute("DELETE FROM begun WHERE expires < ?", (now,))
            (n_begun,) = connection.execute("SELECT count(*) FROM begun").fetchone()
            if n_begun >= _MOST_BEGUN:
                connection.execute(
                    "DELETE FROM begun WHERE state_hash IN (SELECT state_hash FROM begun ORDER BY expires LIMIT 100)"
                )
            connection.execute(
                "INSERT INTO begun (state_hash, browser_hash, nonce, kind, document, expires) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(state), hashed(browser), nonce, kind, _text(document), now + BEGUN_SECONDS * 1_000),
            )
        return state, nonce

    def end(self, kind: str, state: str, browser: str | None) -> Begun | None:
        """Take a login that has begun, once; None: there is none of this state, or it is over.

        One that has begun in another browser is given, too, and is over then.
        """
        with self.database.transaction() as connection:
            now = self.database.milliseconds(connection)
            row = connection.execute(
                "DELETE FROM begun WHERE state_hash = ? AND kind = ? AND expires >= ? "
                "RETURNING browser_hash, nonce, document",
                (hashed(state), kind, now),
            ).fetchone()
        if row is None:
            return None
        is_here = browser is not None and hmac.compare_digest(hashed(browser), row[0])
        return Begun(kind, row[1], orjson.loads(row[2]), is_here)

    # Who came ------------------------------------------------------------------------------------------------
    def note(self, came: Visitor) -> None:
        """Keep who came."""
        with self.database.transaction() as connection:
            now = self.database.milliseconds(connection)
            connection.execute("DELETE FROM came WHERE came < ?", (now - _CAME_KEPT,))
            connection.execute(
                "INSERT INTO came (subject, name, identifier, role, is_found, came) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (subject) DO UPDATE SET name = excluded.name, identifier = excluded.identifier, "
                "role = excluded.role, is_found = excluded.is_found, came = excluded.came",
                (came.subject, came.name, came.identifier, came.role, int(came.is_found), now),
            )

    def unmatched(self) -> list[Visitor]:
        """Who came and was not found, latest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT subject, name, identifier, role, is_found, came FROM came WHERE is_found = 0 "
                "ORDER BY came DESC, subject"
            ).fetchall()
        return [Visitor(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]

    def identifiers(self) -> dict[str, str]:
        """Give the identifier of each subject that has come, as the platform told it then."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT subject, identifier FROM came WHERE identifier IS NOT NULL"
            ).fetchall()
        return {row[0]: row[1] for row in rows}

    def names(self, subjects: Iterable[str]) -> dict[str, str]:
        """Give the names with which some subjects came; of whom none was given, there is none."""
        wanted = set(subjects)
        with self.database.reading() as connection:
            rows = connection.execute("SELECT subject, name FROM came WHERE name <> ''").fetchall()
        return {row[0]: row[1] for row in rows if row[0] in wanted}

    def count_came(self) -> dict[str, tuple[int, int, int]]:
        """Count by issuer who came, who of them was not found, and who of these the platform did not name as needed."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT subject, is_found, identifier IS NULL FROM came").fetchall()
        counted: dict[str, tuple[int, int, int]] = {}
        for subject, is_found, is_unnamed in rows:
            issuer = subject.partition("#")[0]
            n_came, n_unfound, n_unnamed = counted.get(issuer, (0, 0, 0))
            missing = int(not is_found)
            counted[issuer] = (n_came + 1, n_unfound + missing, n_unnamed + int(bool(missing and is_unnamed)))
        return counted

    # Platforms -----------------------------------------------------------------------------------------------
    def platforms(self) -> list[Platform]:
        """Platforms that have registered themselves."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT document FROM platform ORDER BY issuer, client_id").fetchall()
        return [Platform.model_validate_json(row[0]) for row in rows]

    def keep_platform(self, platform: Platform) -> None:
        """Keep a platform, in the place of the one with the same issuer and client id."""
        with self.database.transaction() as connection:
            _keep_platform(connection, platform)

    def drop_platform(self, issuer: str, client_id: str) -> bool:
        """Let a platform launch no more; whether there was one."""
        with self.database.transaction() as connection:
            return bool(
                connection.execute(
                    "DELETE FROM platform WHERE issuer = ? AND client_id = ?", (issuer, client_id)
                ).rowcount
            )

    def invite(self, invitation: Invitation) -> str:
        """Make a code by which one platform may register itself, for a day."""
        code = secrets.token_urlsafe(32)
        with self.database.transaction() as connection:
            now = self.database.milliseconds(connection)
            connection.execute("DELETE FROM invitation WHERE expires < ?", (now,))
            connection.execute(
                "INSERT INTO invitation (code_hash, document, expires) VALUES (?, ?, ?)",
                (hashed(code), invitation.model_dump_json(), now + _INVITED_SECONDS * 1_000),
            )
        return code

    def invited(self, code: str) -> Invitation | None:
        """Give what was said of an invitation; None: there is none, or it was used, or has expired."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT document FROM invitation WHERE code_hash = ? AND expires >= ?",
                (hashed(code), self.database.milliseconds(connection)),
            ).fetchone()
        return None if row is None else Invitation.model_validate_json(row[0])

    def accept(self, code: str, platform: Platform) -> bool:
        """Keep a platform that has registered itself, and use up its invitation; False: another one was faster."""
        with self.database.transaction() as connection:
            used = connection.execute("DELETE FROM invitation WHERE code_hash = ?", (hashed(code),)).rowcount
            if used:
                _keep_platform(connection, platform)
        return bool(used)

    # Lists of members ----------------------------------------------------------------------------------------
    def note_list(self, told: MemberList) -> None:
        """Keep where a course's members are to be had."""
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO member_list (address, issuer, client_id, course_id, told) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (address) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id, "
                "course_id = excluded.course_id, told = excluded.told",
                (*told, self.database.milliseconds(connection)),
            )

    def member_lists(self) -> list[MemberList]:
        """All lists that are known."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT address, issuer, client_id, course_id FROM member_list ORDER BY address"
            ).fetchall()
        return [MemberList(*row) for row in rows]

    # Our own key ---------------------------------------------------------------------------------------------
    def own_key(self, make: Callable[[], str]) -> str:
        """Give our own key; `make` makes one where there is none."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT document FROM own_key").fetchone()
        if row is None:
            made = make()
            with self.database.transaction() as connection:
                connection.execute("INSERT INTO own_key VALUES (1, ?) ON CONFLICT DO NOTHING", (made,))
                row = connection.execute("SELECT document FROM own_key").fetchone()
        return str(row[0])


def _keep_platform(connection: Connection, platform: Platform) -> None:
    connection.execute(
        "INSERT INTO platform (issuer, client_id, document) VALUES (?, ?, ?) "
        "ON CONFLICT (issuer, client_id) DO UPDATE SET document = excluded.document",
        (platform.issuer, platform.client_id, platform.model_dump_json()),
    )


def _text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


@contextmanager
def open_login_store(settings: Settings, *, now: Callable[[], datetime]) -> Iterator[LoginStore]:
    """Open the store: beside the catalogue in PostgreSQL, or in a file that its owner alone can read."""
    database: Database
    if settings.catalog is not None:
        database = PostgresDatabase(settings.catalog.get_secret_value(), schema=SCHEMA, tables=TABLES)
    else:
        folder = Path(settings.warehouse) / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = SqliteDatabase(folder, now=now, file=FILE, tables=TABLES)
    with closing(database):
        yield LoginStore(database)
