"""A flow whose process is killed in the middle."""

import os
import signal

from prefect import flow

from flows.alarm import TOLD


@flow(name="dying", **TOLD)
def dying() -> None:
    """Die as a process does that has taken too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
