"""Turns at a work on the warehouse: one process does it at a time, and those who wait come before those who do not.

Two refreshes at once would do the work of one twice, and two deliveries send the same events. The turns are for the
processes of one machine, by files in the warehouse's folder; whoever dies lets go of them. Between machines the fences
decide.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.errors import WarehouseError

REFRESH: Final = "refresh"
DELIVERY: Final = "delivery"
FOLDER: Final = "turns"
"""Of the lock files, in the warehouse's folder."""
_POLL_SECONDS: Final = 0.05
_LONGEST_SECONDS: Final = 86_400.0
"""So long one waits for others to end: whoever hangs for a day is told of otherwise."""


class TurnTakenError(WarehouseError):
    """Another process does this work, or waits to do it."""


@contextmanager
def turn(folder: Path, name: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the one who does the work of that name within the block.

    Args:
        folder: the warehouse's.
        name: of the work.
        wait_seconds: how long to wait for others. Who does not wait stands back behind who does: else a process that
            always has work would keep the others waiting for ever.

    Raises:
        TurnTakenError: others had it for so long.
    """
    until = time.monotonic() + wait_seconds
    files = folder / FOLDER
    files.mkdir(parents=True, exist_ok=True)
    leave_queue = _locked(files / f"{name}.next.lock", until)
    try:
        let_go = _locked(files / f"{name}.lock", until)
    finally:
        leave_queue()
    try:
        yield
    finally:
        let_go()


@contextmanager
def own_turn(folder: Path, name: str, *, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Do the work of that name within the block, as soon as nobody else does it.

    Args:
        folder: the warehouse's.
        name: of the work.
        on_wait: is told that others are waited for.

    Raises:
        TurnTakenError: others had it for a day.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(turn(folder, name))
        except TurnTakenError:
            on_wait(f"this waits until the {name} that another process is at has ended")
            stack.enter_context(turn(folder, name, wait_seconds=_LONGEST_SECONDS))
        yield


def _locked(path: Path, until: float) -> Callable[[], None]:
    import filelock  # noqa: PLC0415 - readers, who need no lock, need not wait for it

    lock = filelock.FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=max(0.0, until - time.monotonic()), poll_interval=_POLL_SECONDS)
    except filelock.Timeout:
        raise TurnTakenError(f"another process holds {path}: try again when it has ended") from None
    return lock.release
