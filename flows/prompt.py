"""Runs of Prefect that somebody waits for: they begin and end without the pauses that others can bear."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from typing import Any, Final

import prefect
from prefect.context import SyncClientContext
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_API_URL,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)

from learnloom.flows.runtime import NAME

_SETTINGS: Final[dict[Any, Any]] = {
    # Whoever started the process ends its runs where it dies: heartbeats would tell nobody anything, and for the thread
    # that gives them each run waits at its end, for up to a second.
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    # That would have to be asked before there is anything to do, when Prefect's server may be away.
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
    # The server was seen to answer nothing that writes until its client went away: by default after a minute.
    PREFECT_API_REQUEST_TIMEOUT: 10.0,
}
_SOON: Final = ("0.05", "0.1", "0.2")
"""Seconds after which a request is made again that the server was too busy for; after that Prefect's own pauses."""
_TIMES: Final = "learnloom.times"


@contextmanager
def prompt_runs(tag: str) -> Iterator[None]:
    """Let the runs of this thread be prompt within the block, and have a tag.

    One client of Prefect's serves all of them: to make one for each takes as long as all that it then asks.
    """
    hooks = {"event_hooks": {"response": [ask_again_soon]}}
    with prefect.tags(NAME, tag), temporary_settings(_SETTINGS), ExitStack() as stack:
        if PREFECT_API_URL.value():
            stack.enter_context(SyncClientContext(hooks))
        yield


def ask_again_soon(answer: Any) -> None:
    """Let Prefect's client wait less than its two seconds where the server could not write just then.

    Its SQLite refuses at once, whatever its patience, where another connection has written since the transaction read
    (SQLITE_BUSY_SNAPSHOT): as it does where a run begins while another one ends.

    Args:
        answer: an `httpx.Response`.
    """
    if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
        return
    times = answer.request.extensions.get(_TIMES, 0)
    answer.request.extensions[_TIMES] = times + 1
    if times < len(_SOON):
        answer.headers.setdefault("Retry-After", _SOON[times])
