"""Who a statement is about, as one key: the whole identifier of its actor, never the name alone."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

_SEPARATOR: Final = "\x1f"
_KEY_CHARS: Final = 16
_BLOCK_BYTES: Final = 64
"""Of SHA-256."""
_INNER, _OUTER = 0x36, 0x5C


def person_key(identifier_key: str, secret: bytes | None) -> str:
    """Give the key of a student from that of an identifier: 16 hex digits of HMAC-SHA256 with the warehouse's secret.

    In a warehouse without a secret it is the identifier's key itself. staging.stg_statement computes the same.
    """
    if secret is None:
        return identifier_key
    return hmac.digest(secret, identifier_key.encode(), "sha256").hex()[:_KEY_CHARS]


def padded(secret: bytes) -> tuple[bytes, bytes]:
    """Give a secret of up to 64 bytes as HMAC puts it before the inner and the outer text (RFC 2104, 2)."""
    block = secret.ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ _INNER for byte in block), bytes(byte ^ _OUTER for byte in block)


def student_key(actor: Any) -> str | None:
    """Hash an actor's whole identifier: 16 hex digits of its MD5, the key of the identifier in staging.

    It is the student's key in a warehouse without a secret; with one, see `person_key`.

    An account is homePage and name; an address and the SHA-1 sum of it are one identifier (xAPI-Data 2.4.2.3). None
    for a group, which is no student, and where there is no identifier or what stands there cannot be read as one.
    """
    if not isinstance(actor, Mapping) or actor.get("objectType") == "Group":
        return None
    whole = whole_identifier(actor)
    if whole is None:
        return None
    return hashlib.md5(whole.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:_KEY_CHARS]


def whole_identifier(actor: Mapping[str, Any]) -> str | None:
    """Give the whole identifier of an agent or a group as one text, its kind first; None where there is none."""
    account = actor.get("account")
    if isinstance(account, Mapping) and isinstance(account.get("name"), str):
        home_page = account.get("homePage")
        return _SEPARATOR.join(["account", home_page if isinstance(home_page, str) else "", account["name"]])
    for kind in ("mbox", "mbox_sha1sum", "openid"):
        value = actor.get(kind)
        if not isinstance(value, str):
            continue
        if kind == "mbox":
            digest = hashlib.sha1(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
            return _SEPARATOR.join(["mbox_sha1sum", digest])
        return _SEPARATOR.join([kind, value.lower() if kind == "mbox_sha1sum" else value])
    return None
