"""What the scopes of a key allow (xAPI Communication 1.0.3, 4.2), and who answers for what came with it."""

from typing import Any, Final
from urllib.parse import quote, unquote

from learnloom.pipelines.lrs.message import Call, RefusedError

SCOPES: Final = {
    "statements/write": "write statements",
    "statements/read": "read all statements",
    "statements/read/mine": "read the statements that came with this key",
    "state": "read and write state documents",
    "profile": "read and write profiles of activities and agents",
    "define": "say what activities are: name, description, type",
    "all/read": "read everything",
    "all": "everything of these",
    "session/write": "make short keys for one student and course, which write, read and keep state for them alone",
}
"""What a key may do: the scopes of the specification, and one of ours, which `all` does not hold."""
DEFAULT_SCOPES: Final = ("statements/write", "statements/read/mine", "state", "profile", "define")
SESSIONS: Final = "/sessions"
"""Where short keys are made."""
_READ: Final = frozenset({"GET", "HEAD"})
_DOCUMENTS: Final = {
    "/activities/state": "state",
    "/activities/profile": "profile",
    "/agents/profile": "profile",
}
_ANY_READER: Final = frozenset({"all/read", "statements/read", "statements/read/mine", "state", "profile"})
_HOME: Final = "urn:learnloom:lrs"
_TOKEN: Final = "token:"  # noqa: S105 - with what the names of holders of tokens begin
MINE: Final = (
    "entry.key_id IN (SELECT :key_id UNION ALL SELECT learner.key_id FROM learner "
    "WHERE learner.maker = :key_id)"
)
"""Which statements are those of a key: what came with it, and with the short keys that it made."""


def holder_of(issuer: str, client: str, subject: str) -> str:
    """Name who holds tokens of an issuer, as a key is named; `client` or `subject` may be empty."""
    return _TOKEN + ":".join(quote(part, safe="") for part in (issuer, client, subject))


def authority_of(key_id: str) -> dict[str, Any]:
    """The agent that answers for what came with a key or a token (Data 1.0.3, 2.4.9).

    For the token of an application that acts for a user, that is a group of both.
    """
    if not key_id.startswith(_TOKEN):
        return _account(_HOME, key_id)
    issuer, client, subject = (unquote(part) for part in key_id.removeprefix(_TOKEN).split(":"))
    if not client or not subject or client == subject:
        return _account(issuer, client or subject)
    return {"objectType": "Group", "member": [_account(issuer, client), _account(issuer, subject)]}


def _account(home_page: str, name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def check_scope(call: Call) -> None:
    """See that the key of a call may do what is asked.

    Raises:
        RefusedError: 403, naming the scope that it lacks.
    """
    is_read = call.method in _READ
    whole = {"all"}
    if call.path == SESSIONS:
        allowed, whole = {"session/write"}, set()
    elif call.path == "/statements":
        allowed = {"statements/read", "statements/read/mine", "all/read"} if is_read else {"statements/write"}
    elif call.path in _DOCUMENTS:
        allowed = {_DOCUMENTS[call.path]} | ({"all/read"} if is_read else set())
    else:
        allowed = set(_ANY_READER)
    if not call.scopes & (allowed | whole):
        needed = " or ".join([*sorted(allowed), *sorted(whole)])
        raise RefusedError(
            403,
            f"{call.key_id} may not do this: it needs the scope {needed}",
            WWW_Authenticate=f'Bearer realm="xAPI", error="insufficient_scope", scope="{" ".join(sorted(allowed))}"',
        )


def reads_all_statements(scopes: frozenset[str]) -> bool:
    """Whether statements of other keys may be read, too."""
    return bool(scopes & {"all", "all/read", "statements/read"})


def may_define(scopes: frozenset[str]) -> bool:
    """Whether what statements say of activities is taken over."""
    return bool(scopes & {"all", "define"})
