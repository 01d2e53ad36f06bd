"""The warehouse of a flow: opened for a run, or kept open by a process that stays."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from learnloom.flows.runtime import logger, now, settings
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.small import stay_with_one_thread
from learnloom.pipelines.lake.turns import own_turn


class KeptWarehouse:
    """A warehouse that stays open from one use to the next; for one thread. After an error it is opened anew."""

    def __init__(self, chosen: Settings, *, on_changes: Callable[[], None] = lambda: None) -> None:
        """Nothing is opened yet; `on_changes` is called as soon as there is something to deliver."""
        self._settings = chosen
        self._warehouse: Warehouse | None = None
        self.on_changes = on_changes
        self.stepped_at = time.monotonic()
        """When a step of what is done with it began last."""

    @contextmanager
    def opened(self, run: Run | None = None) -> Iterator[Warehouse]:
        """Give the open warehouse, whose transactions are signed by `run` from now on.

        Raises:
            WarehouseMissingError: nothing has landed yet.
        """
        if self._warehouse is None:
            self._warehouse = open_to_write(self._settings, must_exist=True)
            # What it is used for is little, as a rule; a refresh of much lets DuckDB have its threads.
            stay_with_one_thread(self._warehouse)
        self._warehouse.signed_by = run
        try:
            yield self._warehouse
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; the next use opens it again."""
        kept, self._warehouse = self._warehouse, None
        if kept is not None:
            kept.close()


_KEPT: Final[ContextVar[KeptWarehouse | None]] = ContextVar("kept", default=None)


def keep(warehouse: KeptWarehouse) -> None:
    """Let the flows that are called by this thread from now on use a warehouse that stays open."""
    _KEPT.set(warehouse)


def is_kept() -> bool:
    """Whether this process stays, and itself does what follows."""
    return _KEPT.get() is not None


def call_delivery() -> None:
    """Let a process that stays deliver what was committed: before Prefect shows that the run has ended."""
    kept = _KEPT.get()
    if kept is not None:
        kept.on_changes()


def step() -> None:
    """Show whoever stays that a run goes on."""
    kept = _KEPT.get()
    if kept is not None:
        kept.stepped_at = time.monotonic()


@contextmanager
def opened(run: Run, work: str) -> Iterator[Warehouse]:
    """Give the warehouse for a run that does a work by turns (`learnloom.pipelines.lake.turns`).

    It is the one that is kept open, by a process that has taken the turn already; else one that is opened, and tidied
    up afterwards, when others have ended.

    Raises:
        TurnTakenError: others had the turn for a day.
        WarehouseMissingError: nothing has landed yet.
    """
    kept = _KEPT.get()
    if kept is not None:
        with kept.opened(run) as warehouse:
            yield warehouse
        return
    with (
        open_to_write(settings(), must_exist=True, run=run) as warehouse,
        own_turn(warehouse.folder, work, on_wait=logger().info),
    ):
        yield warehouse
        tidy_if_needed(warehouse, now=now(), wait_seconds=settings().lock_wait_seconds)
