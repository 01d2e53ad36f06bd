"""Who a statement is about, as one key: the whole identifier of its actor, never the name alone."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

_SEPARATOR: Final = "\x1f"
_KEY_CHARS: Final = 16


def student_key(actor: Any) -> str | None:
    """Hash an actor's whole identifier: 16 hex digits of its MD5, as staging.stg_statement computes it.

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
