"""Waiting for a server to come up."""

import time
from collections.abc import Callable

from servers.errors import StartError

START_SECONDS = 60.0
"""How long a server may take until it answers: the machine may be busy."""
_POLL_SECONDS = 0.05


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
    while not is_ready():
        how = ended()
        if how is None and time.monotonic() > deadline:
            how = f"is not ready after {seconds:g} s"
        if how is not None:
            raise StartError(how)
        time.sleep(_POLL_SECONDS)
