"""What the scopes of a key allow (xAPI Communication 1.0.3, 4.2)."""

from typing import Any, Final

from learnloom.pipelines.lrs.message import Call, RefusedError

_READ: Final = frozenset({"GET", "HEAD"})
_DOCUMENTS: Final = {
    "/activities/state": "state",
    "/activities/profile": "profile",
    "/agents/profile": "profile",
}
_ANY_READER: Final = frozenset({"all/read", "statements/read", "statements/read/mine", "state", "profile"})

_AUTHORITY_HOME: Final = "urn:learnloom:lrs"


def authority_of(key_id: str) -> dict[str, Any]:
    """The agent that answers for what came with a key (Data 1.0.3, 2.4.9)."""
    return {"objectType": "Agent", "account": {"homePage": _AUTHORITY_HOME, "name": key_id}}


def check_scope(call: Call) -> None:
    """See that the key of a call may do what is asked.

    Raises:
        RefusedError: 403, naming the scope that it lacks.
    """
    is_read = call.method in _READ
    if call.path == "/statements":
        allowed = {"statements/read", "statements/read/mine", "all/read"} if is_read else {"statements/write"}
    elif call.path in _DOCUMENTS:
        allowed = {_DOCUMENTS[call.path]} | ({"all/read"} if is_read else set())
    else:
        allowed = set(_ANY_READER)
    if not call.scopes & (allowed | {"all"}):
        raise RefusedError(
            403,
            f"the key {call.key_id} may not do this: it needs the scope {' or '.join(sorted(allowed))}, or all",
        )


def reads_all_statements(scopes: frozenset[str]) -> bool:
    """Whether statements of other keys may be read, too."""
    return bool(scopes & {"all", "all/read", "statements/read"})


def may_define(scopes: frozenset[str]) -> bool:
    """Whether what statements say of activities is taken over."""
    return bool(scopes & {"all", "define"})
