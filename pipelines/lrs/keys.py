"""Keys: who may come in, and for what.

A secret is generated (256 bits), never chosen, so its SHA-256 is enough to know it again: a slow hash protects short
passwords only, and whoever sends wrong ones would use it to keep the store busy. A revoked key is refused at once.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError

SCOPES: Final = {
    "statements/write": "write statements",
    "statements/read": "read all statements",
    "statements/read/mine": "read the statements that came with this key",
    "state": "read and write state documents",
    "profile": "read and write profiles of activities and agents",
    "define": "say what activities are: name, description, type",
    "all/read": "read everything",
    "all": "everything",
}
"""What a key may do (xAPI Communication 1.0.3, 4.2)."""
DEFAULT_SCOPES: Final = ("statements/write", "statements/read/mine", "state", "profile", "define")
_PREFIX: Final = "ll_"
_LAST_USED_MILLISECONDS: Final = 60_000
_UNKNOWN: Final = (
    "the key is not known, revoked or expired, or its secret is wrong: see `learnloom keys list`"
)


class KeyMissingError(LearnloomError):
    """There is no such key."""


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


_COLUMNS: Final = "key_id, label, scopes, home_pages, created, expires, revoked, last_used"


def _key(row: Sequence[Any]) -> Key:
    key = Key(*row)
    return key._replace(scopes=tuple(row[2].split()), home_pages=tuple(row[3].split()))


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
        KeyMissingError: a scope is not known.
    """
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise KeyMissingError(f"there is no scope {', '.join(unknown)}: choose from {', '.join(SCOPES)}")
    key_id, secret = _PREFIX + secrets.token_hex(8), secrets.token_urlsafe(32)
    given = (key_id, label, _hash(secret), " ".join(scopes), " ".join(home_pages))

    def insert(connection: Connection, moment: int) -> int:
        connection.execute(
            "INSERT INTO key (key_id, label, secret_hash, scopes, home_pages, created, expires) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*given, moment, expires),
        )
        return moment

    created = store.write(insert)
    return Key(key_id, label, tuple(scopes), tuple(home_pages), created, expires, None, None), secret


def list_keys(store: Store) -> list[Key]:
    """All keys, also those that are revoked, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(f"SELECT {_COLUMNS} FROM key ORDER BY created, key_id").fetchall()
    return [_key(row) for row in rows]


def revoke_key(store: Store, key_id: str) -> None:
    """Let nobody in with this key from now on.

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


def known_key(store: Store, authorization: str | None, moment: int) -> Key:
    """Find the key that a header `Authorization: Basic …` holds.

    Raises:
        RefusedError: 401, it holds none that may come in.
    """
    if authorization is None:
        raise RefusedError(
            401, "send a key: Authorization: Basic base64(KEY:SECRET); make one: learnloom keys add"
        )
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise RefusedError(
            401, f"authorization by {scheme[:20]} is not understood: use Basic with a key and its secret"
        )
    try:
        key_id, _, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except ValueError:  # no base64, or no text
        raise RefusedError(401, "the header Authorization holds no base64 of KEY:SECRET") from None
    with store.reading() as connection:
        row = connection.execute(
            f"SELECT {_COLUMNS}, secret_hash FROM key WHERE key_id = ?", (key_id,)
        ).fetchone()
    # Compared also where there is no such key: how long it takes does not tell which are there.
    is_right = hmac.compare_digest(_hash(secret), row[-1] if row else _hash(""))
    if row is None or not is_right:
        raise RefusedError(401, _UNKNOWN)
    key = _key(row[:-1])
    if key.revoked is not None or (key.expires is not None and key.expires <= moment):
        raise RefusedError(401, _UNKNOWN)
    if key.last_used is None or moment - key.last_used > _LAST_USED_MILLISECONDS:
        _note_use(store, key_id)
    return key


def _note_use(store: Store, key_id: str) -> None:
    store.write(
        lambda connection, moment: connection.execute(
            "UPDATE key SET last_used = ? WHERE key_id = ?", (moment, key_id)
        )
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
