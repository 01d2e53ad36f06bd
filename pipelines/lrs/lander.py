"""Landing from the journal, in a thread beside the door."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Final, Self

from learnloom.pipelines.ingest.land.consume import Patience
from learnloom.pipelines.ingest.land.loop import LandingLoop
from learnloom.pipelines.ingest.land.run import LandingJob, TopicWriter, land_topics
from learnloom.pipelines.ingest.land.writer import LandingWriter
from learnloom.pipelines.ingest.opening import connection_of, topic_options
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lrs.source import JournalSource
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.xapi.equality import is_same

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 30.0
_LAST_SECONDS: Final = 20.0
_LEASE_SECONDS: Final = 1.0


class Lander:
    """Lands what the log holds for as long as the context is open, and then what is left of it."""

    def __init__(self, job: LandingJob, store: Store, land: Callable[[Callable[[], bool]], None]) -> None:
        """Land.

        Args:
            job: how; it is stopped where landing does not end in time.
            store: whose log it is.
            land: lands until the function that it is given says that it is over, and nothing is left.
        """
        self._job = job
        self._store = store
        self._land = land
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lrs-land")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Land what is left, and end. What cannot land soon stays in the log for the next time."""
        self._over.set()
        self._store.appended.set()
        self._thread.join(_LAST_SECONDS)
        self._job.stop.is_set = True
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._land(self._over.is_set)
            except LearnloomError as error:
                _log.error(
                    "landing has stopped, statements are taken in; it is tried again in %.0f s: %s",
                    _PAUSE_SECONDS,
                    error,
                )
            except Exception:  # noqa: BLE001 - statements are taken in, whatever goes wrong here
                _log.exception(
                    "landing has failed, statements are taken in; it is tried again in %.0f s", _PAUSE_SECONDS
                )
            else:
                return
            if self._over.wait(_PAUSE_SECONDS):
                return


def land_journal(job: LandingJob, store: Store, is_over: Callable[[], bool]) -> None:
    """Land from the journal, of all processes that serve it one at a time."""
    with closing(store.lease("land")) as lease:
        while not is_over() or lease.is_held():
            if lease.is_held():
                _land_journal(job, store, lambda: is_over() or not lease.is_held())
                if is_over():
                    return
            else:
                store.appended.clear()
                store.appended.wait(_LEASE_SECONDS)


def land_topic(job: LandingJob, topic: str, is_over: Callable[[], bool]) -> None:
    """Land from Kafka, as a member of the consumer group that the settings name."""
    options = topic_options(job.settings, [topic], is_over=is_over)
    # Whatever a sender does, its statements are answered one by one: no share of refusals stops the others.
    land_topics(job, connection_of(job.settings), options, dead_letter_limit=None)


def _land_journal(job: LandingJob, store: Store, is_over: Callable[[], bool]) -> None:
    settings = job.settings
    policy = job.policy(max_seconds=settings.batch_seconds)
    loop = LandingLoop(job.judge(), policy, now=job.clock, stop=job.stop, observer=job.observer)
    source = JournalSource(
        store, max_records=settings.batch_records, max_bytes=settings.batch_bytes, is_over=is_over
    )
    for attempt in Patience(loop.summary, stall_seconds=settings.stall_seconds, stop=job.stop):
        with (
            attempt,
            open_to_write(settings, run=job.run) as warehouse,
            LandingWriter(
                warehouse, is_same=is_same, now=job.clock, wait_seconds=policy.wait_seconds
            ) as writer,
        ):
            loop.run(source, TopicWriter(job, writer, warehouse, None))
            return
