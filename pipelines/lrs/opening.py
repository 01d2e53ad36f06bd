"""The store that the settings name, put together."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.opening import limits
from learnloom.pipelines.lrs.app import BASE, App
from learnloom.pipelines.lrs.attachments import Attachments
from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.lander import LandedContent, Lander
from learnloom.pipelines.lrs.receive import Receiver
from learnloom.pipelines.lrs.statements import Statements
from learnloom.pipelines.lrs.store import Store


def _new_id() -> str:
    # Version 4: there are clients that refuse later ones.
    return str(uuid.uuid4())


@contextmanager
def open_lrs(job: LandingJob) -> Iterator[App]:
    """Give the application, and land what it takes in for as long as the block lasts."""
    settings = job.settings
    with (
        Store(settings.warehouse, now=job.clock) as store,
        Lander(job, store),
        closing(LandedContent(settings)) as content,
    ):
        statements = Statements(
            store,
            Receiver(store, limits=limits(settings), content=content, new_id=_new_id),
            Attachments(store.folder / "attachments"),
            content=content,
            new_id=_new_id,
            path=f"{BASE}/statements",
        )
        yield App(
            Door(store, statements.answer),
            max_body_bytes=settings.lrs_max_body_bytes,
            body_seconds=settings.lrs_body_seconds,
        )
