"""The store that the settings name, put together."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.opening import limits
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.fence import FileWriteLock
from learnloom.pipelines.lrs.app import BASE, App
from learnloom.pipelines.lrs.attachments import Attachments
from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.gate import open_gate
from learnloom.pipelines.lrs.lander import LandedContent, Lander
from learnloom.pipelines.lrs.receive import Receiver
from learnloom.pipelines.lrs.statements import Statements
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError

_WAIT_SECONDS: Final = 1.0


def _new_id() -> str:
    # Version 4: there are clients that refuse later ones.
    return str(uuid.uuid4())


class AlreadyServedError(LearnloomError):
    """Another process serves the store."""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder of the store: two that serve it would not know of each other's statements in hand."""
    lock = FileWriteLock(folder, _WAIT_SECONDS)
    with ExitStack() as stack:
        try:
            stack.enter_context(lock.held("lrs"))
        except WarehouseBusyError:
            raise AlreadyServedError(
                f"another learnloom lrs serves {folder.parent}: stop it first, or let both platforms use its address"
            ) from None
        yield


@contextmanager
def open_lrs(job: LandingJob) -> Iterator[App]:
    """Give the application, and land what it takes in for as long as the block lasts.

    Raises:
        AlreadyServedError: another process serves the store of this warehouse.
    """
    settings = job.settings
    with (
        Store(settings.warehouse, now=job.clock) as store,
        _alone(store.folder),
        open_gate(store, settings.lrs) as gate,
        Lander(job, store),
        closing(LandedContent(settings)) as content,
    ):
        statements = Statements(
            store,
            Receiver(
                store,
                limits=limits(settings),
                content=content,
                new_id=_new_id,
                max_waiting=settings.lrs.max_waiting,
            ),
            Attachments(store.folder / "attachments"),
            content=content,
            new_id=_new_id,
            path=f"{BASE}/statements",
        )
        yield App(Door(store, statements.answer, gate), settings.lrs)
