"""The store that the settings name, put together."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.opening import connection_of, limits
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.fence import FileWriteLock
from learnloom.pipelines.lrs.app import BASE, App
from learnloom.pipelines.lrs.attachments import FOLDER, Attachments
from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.entries import Entries
from learnloom.pipelines.lrs.finder import Finder
from learnloom.pipelines.lrs.follow import WarehouseFollower
from learnloom.pipelines.lrs.gate import open_gate
from learnloom.pipelines.lrs.hiding import Hiding
from learnloom.pipelines.lrs.keeping import JournalKeeper
from learnloom.pipelines.lrs.lander import LogLander, land_journal, land_topic
from learnloom.pipelines.lrs.lander_process import LandingProcess, Order
from learnloom.pipelines.lrs.log import JournalLog, Log
from learnloom.pipelines.lrs.pruner import Pruner
from learnloom.pipelines.lrs.receive import Receiver
from learnloom.pipelines.lrs.relay import Relay
from learnloom.pipelines.lrs.resent import Resent
from learnloom.pipelines.lrs.statements import Statements
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.lrs.stores import open_store
from learnloom.pipelines.lrs.stream import Streams
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of
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


def _goes_by_kafka(settings: Settings) -> bool:
    if settings.lrs.log is not None:
        return settings.lrs.log == "kafka"
    return "kafka_bootstrap_servers" in settings.model_fields_set


@contextmanager
def _landing(
    job: LandingJob, store: Store, content: LandedContent, prepare: Callable[[], None] | None
) -> Iterator[Log]:
    """Give the log that the settings name, and land from it within the block."""
    settings = job.settings
    topic = settings.lrs.topic if _goes_by_kafka(settings) else None
    keeper = JournalKeeper(store)
    with ExitStack() as stack:
        if prepare is not None:
            stack.enter_context(LandingProcess(Order(job, store.journal_id, topic, prepare), keeper))
        elif topic is None:
            stack.enter_context(LogLander(job, store, partial(land_journal, job, store, keeper)))
        else:
            stack.enter_context(LogLander(job, store, partial(land_topic, job, topic)))
        if topic is None:
            yield JournalLog(store, max_waiting=settings.lrs.max_waiting)
            return
        stack.enter_context(Pruner(store, lambda statement_id: content(statement_id) is not None))
        connection, longest = connection_of(settings), settings.max_statement_bytes
        yield stack.enter_context(Relay(store, connection, topic, max_statement_bytes=longest))


@contextmanager
def open_lrs(job: LandingJob, prepare: Callable[[], None] | None = None) -> Iterator[App]:
    """Give the application, and land what it takes in for as long as the block lasts.

    Args:
        job: who lands, and how.
        prepare: what a process that lands does first, such as saying where it logs to; None: a thread of this process
            lands.

    Raises:
        AlreadyServedError: another process serves the store of this warehouse.
    """
    settings = job.settings
    hiding = Hiding(pseudonyms_of(settings))
    with (
        open_store(settings, now=job.clock) as store,
        nullcontext() if store.is_shared else _alone(store.folder),
        open_gate(store, settings.lrs) as gate,
        closing(LandedContent(settings, store)) as content,
        _landing(job, store, content, prepare) as log,
        WarehouseFollower(settings, store),
    ):
        entries = Entries(store, content)
        attachments = Attachments(store.folder / FOLDER)
        statements = Statements(
            Receiver(
                store,
                log,
                limits=limits(settings),
                repairs=settings.repairs,
                resent=Resent(store, content),
                new_id=_new_id,
                attachments=attachments,
                hiding=hiding,
            ),
            Finder(
                store,
                entries,
                attachments,
                new_id=_new_id,
                max_page_bytes=settings.lrs.max_page_bytes,
                path=f"{BASE}/statements",
            ),
            max_statements=settings.lrs.max_batch_statements,
        )
        door = Door(store, statements.answer, gate, hiding)
        streams = Streams(
            store, entries, door, most=settings.lrs.max_streams, seconds=settings.lrs.stream_seconds
        )
        yield App(door, streams, settings.lrs)
