"""Keys: who may come in, and for what.

A secret is generated (256 bits), never chosen, so its SHA-256 is enough to know it again: a slow hash protects short
passwords only, and whoever sends wrong ones would use it to keep the store busy. A revoked key is refused at once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from learnloom.pipelines.lrs.access import DEFAULT_SCOPES, SCOPES
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.message import Learner, RefusedError
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError

_PREFIX: Final = "ll_"
_NO_SECRET: Final = b""
"""In the place of a hash: nobody comes in with this key and a secret."""
_LONGEST_LABEL: Final = 200
_LAST_USED_MILLISECONDS: Final = 60_000


class KeyMissingError(LearnloomError):
    """There is no such key, or none can be made as it is asked for."""


class Caller(NamedTuple):
    """Who calls, and what for."""

    key_id: str
    scopes: frozenset[str]
    home_pages: frozenset[str] = frozenset()
    learner: Learner | None = None


class Key(NamedTuple):
    """A key without its secret; moments in milliseconds since 1970."""

    key_id: str
    label: str
    scopes: tuple[str, ...]
    home_pages: tuple[str, ...]
    """Where accounts of its statements' actors may be; empty: anywhere."""
    created: int
    expires: int | None
    revoked: int | None
    last_used: int | None

    def is_good(self, moment: int) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or moment < self.expires)


_COLUMNS: Final = "key_id, label, scopes, home_pages, created, expires, revoked, last_used"


def _key(row: Sequence[Any]) -> Key:
    key = Key(*row)
    return key._replace(scopes=tuple(row[2].split()), home_pages=tuple(row[3].split()))


def hashed(secret: str) -> bytes:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def add_key(
    store: Store,
    label: str,
    *,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    home_pages: Sequence[str] = (),
    expires: int | None = None,
) -> tuple[Key, str]:
    """Make a key; returns it, and its secret, which nobody can find out again.

    Raises:
        KeyMissingError: a scope is not known, or label or home page cannot be one.
    """
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise KeyMissingError(f"there is no scope {', '.join(unknown)}: choose from {', '.join(SCOPES)}")
    if not label.strip() or len(label) > _LONGEST_LABEL or not label.isprintable():
        raise KeyMissingError(
            f"the label {label[:60]!r} cannot be one: take 1 to {_LONGEST_LABEL} printable characters"
        )
    if wrong := [page for page in home_pages if ":" not in page or any(one.isspace() for one in page)]:
        raise KeyMissingError(
            f"{wrong[0][:200]!r} is no home page: give its IRI, such as https://campus.example"
        )
    key_id, secret = _PREFIX + secrets.token_hex(8), secrets.token_urlsafe(32)
    key = Key(
        key_id, label, tuple(dict.fromkeys(scopes)), tuple(dict.fromkeys(home_pages)), 0, expires, None, None
    )
    created = store.write(lambda connection, moment: insert_key(connection, moment, key, hashed(secret)))
    return key._replace(created=created), secret


def insert_key(connection: Connection, moment: int, key: Key, secret_hash: bytes = _NO_SECRET) -> int:
    """Keep a key within a transaction, where there is none of this id; returns the moment."""
    given = (
        key.key_id,
        key.label,
        secret_hash,
        " ".join(key.scopes),
        " ".join(key.home_pages),
        moment,
        key.expires,
    )
    connection.execute(
        "INSERT INTO key (key_id, label, secret_hash, scopes, home_pages, created, expires) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        given,
    )
    return moment


def list_keys(store: Store) -> list[Key]:
    """All keys, also those that are revoked, and who came with tokens, oldest first; short keys are not among them."""
    with store.reading() as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM key WHERE key_id NOT IN (SELECT key_id FROM learner) ORDER BY created, key_id"
        ).fetchall()
    return [_key(row) for row in rows]


def revoke_key(store: Store, key_id: str) -> None:
    """Let nobody in with this key from now on, nor with short keys that it made.

    Raises:
        KeyMissingError: there is no such key.
    """
    changed = store.write(
        lambda connection, moment: (
            connection.execute(
                "UPDATE key SET revoked = coalesce(revoked, ?) WHERE key_id = ?", (moment, key_id)
            ).rowcount
        )
    )
    if not changed:
        raise KeyMissingError(f"there is no key {key_id}: see learnloom keys list")


def find_key(store: Store, key_id: str) -> Key | None:
    """Find a key by its id alone, whatever has become of it."""
    with store.reading() as connection:
        row = connection.execute(f"SELECT {_COLUMNS} FROM key WHERE key_id = ?", (key_id,)).fetchone()
    return None if row is None else _key(row)


def key_of(store: Store, key_id: str, secret: str, moment: int) -> Key | None:
    """Find the good key of this id and secret."""
    with store.reading() as connection:
        row = connection.execute(
            f"SELECT {_COLUMNS}, secret_hash FROM key WHERE key_id = ?", (key_id,)
        ).fetchone()
    # Hashed and compared also where there is no such key: how long it takes does not tell which are there.
    is_right = hmac.compare_digest(hashed(secret), row[-1] if row else hashed(""))
    if row is None or not is_right:
        return None
    key = _key(row[:-1])
    return key if key.is_good(moment) else None


def note_use(store: Store, key: Key, moment: int) -> None:
    """Keep when a key was used, once a minute."""
    if key.last_used is not None and moment - key.last_used <= _LAST_USED_MILLISECONDS:
        return
    # Where nothing can be written, reading goes on.
    with suppress(RefusedError):
        store.write(
            lambda connection, at: connection.execute(
                "UPDATE key SET last_used = ? WHERE key_id = ?", (at, key.key_id)
            )
        )
