"""The warehouse of a flow: opened for a run, or kept open by a process that stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from learnloom.flows.runtime import now, settings
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run


class KeptWarehouse:
    """A warehouse that stays open from one use to the next; for one thread. After an error it is opened anew."""

    def __init__(self, chosen: Settings) -> None:
        """Nothing is opened yet."""
        self._settings = chosen
        self._warehouse: Warehouse | None = None

    @contextmanager
    def opened(self, run: Run | None = None) -> Iterator[Warehouse]:
        """Give the open warehouse, whose transactions are signed by `run` from now on.

        Raises:
            WarehouseMissingError: nothing has landed yet.
        """
        if self._warehouse is None:
            self._warehouse = open_to_write(self._settings, must_exist=True)
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


@contextmanager
def opened(run: Run) -> Iterator[Warehouse]:
    """Give the warehouse for a run: the one that is kept open, else one opened for it and tidied up afterwards.

    Raises:
        WarehouseMissingError: nothing has landed yet.
    """
    kept = _KEPT.get()
    if kept is not None:
        with kept.opened(run) as warehouse:
            yield warehouse
        return
    with open_to_write(settings(), must_exist=True, run=run) as warehouse:
        yield warehouse
        tidy_if_needed(warehouse, now=now(), wait_seconds=settings().lock_wait_seconds)
