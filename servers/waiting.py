"""Waiting for a server to come up."""

import time
from collections.abc import Callable

from servers.errors import StartError

START_SECONDS = 180.0
"""How long a server may take until it answers: the machine may be busy."""
_POLL_SECONDS = 0.05
_SHARE = 4
"""Waiting for each second of asking, so that what is waited for has the processor."""
_LONGEST_PAUSE_SECONDS = 1.0


def wait_until(
    is_ready: Callable[[], bool], ended: Callable[[], str | None], *, seconds: float = START_SECONDS
) -> None:
    """Ask again and again until a server is ready.

    Args:
        is_ready: Asks the server itself.
        ended: Says how the server ended, where it did.
        seconds: How long it may take.

    Raises:
        StartError: It ended, or is not ready in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        if is_ready():
            return
        how = ended()
        if how is None and time.monotonic() > deadline:
            how = f"is not ready after {seconds:g} s"
        if how is not None:
            raise StartError(how)
        took = time.monotonic() - asked
        time.sleep(min(max(_POLL_SECONDS, _SHARE * took), _LONGEST_PAUSE_SECONDS))
