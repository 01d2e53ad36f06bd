"""The source of a statement, as far as the statement names it: whom to talk to about its faults."""

from typing import Any, NamedTuple


class StatementSource(NamedTuple):
    """A source of statements, named by the first of these that is present.

    1. `context.platform`: the product whose code made the statement.
    2. `authority`: the credentials under which it came to the store it was taken from. It comes second, for a
       store that exports or forwards often puts its own authority under everything.
    3. Where it was read: the file, or the topic.
    """

    name: str
    identified_by: str
    """`context.platform`, `authority`, or `file` (also for a topic)."""


def source_of(statement: dict[str, Any] | None, read_from: str) -> StatementSource:
    """Return the source of a statement; for a record that cannot be read, only its file or topic is known.

    Args:
        statement: as parsed, valid or not; None where the record is no JSON object.
        read_from: the file or topic.
    """
    if statement is not None:
        context = statement.get("context")
        platform = context.get("platform") if isinstance(context, dict) else None
        if isinstance(platform, str) and platform.strip():
            return StatementSource(platform.strip(), "context.platform")
        authority = _identifier(statement.get("authority"))
        if authority:
            return StatementSource(authority, "authority")
    return StatementSource(read_from, "read from")


def _identifier(actor: Any) -> str:
    """An agent in a few words: its account, else its other identifier, else those of its members."""
    if not isinstance(actor, dict):
        return ""
    account = actor.get("account")
    if isinstance(account, dict):
        return " ".join(
            str(account[key]) for key in ("name", "homePage") if isinstance(account.get(key), str)
        )
    for key in ("mbox", "openid", "mbox_sha1sum", "name"):
        if isinstance(actor.get(key), str):
            return str(actor[key])
    members = actor.get("member")
    if isinstance(members, list) and not any(isinstance(one, dict) and "member" in one for one in members):
        return ", ".join(filter(None, map(_identifier, members[:2])))
    return ""
