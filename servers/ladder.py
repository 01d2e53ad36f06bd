"""Several ways to a server, best first."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from servers.errors import NoServerError, NotHereError

_T = TypeVar("_T")


def climb(what: str, rungs: Mapping[str, Callable[[], _T]]) -> _T:
    """Take the first way that is open.

    Args:
        what: What is looked for, for the message.
        rungs: Ways by name, the one to prefer first. A way that is not open raises NotHereError; any other
            error is a fault to be seen, and ends the search.

    Raises:
        NoServerError: No way is open; each is named with its reason.
    """
    reasons = []
    for name, rung in rungs.items():
        try:
            return rung()
        except NotHereError as error:
            reasons.append(f"{name}: {error}")
    raise NoServerError(f"no {what} can be had here. " + "; ".join(reasons))
