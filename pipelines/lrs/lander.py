"""Landing from the log: from the journal, or from Kafka."""

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
from learnloom.pipelines.lrs.keeping import Keeper
from learnloom.pipelines.lrs.reader import JournalReader
from learnloom.pipelines.lrs.source import JournalSource
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.xapi.equality import is_same

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 30.0
_GATHER_MS: Final = 200
"""Landing takes together what comes in a second: single messages would only be fetched one by one."""
LAST_SECONDS: Final = 20.0
"""How long what is left may take to land at the end."""
_LEASE_SECONDS: Final = 1.0


Land = Callable[[Callable[[], bool]], None]
"""Lands until the function that it is given says that it is over, and nothing is left."""


class LogLander:
    """Lands what the log holds, in a thread, for as long as the context is open, and then what is left of it."""

    def __init__(self, job: LandingJob, reader: JournalReader, land: Land) -> None:
        """Land.

        Args:
            job: how; it is stopped where landing does not end in time.
            reader: of the journal.
            land: how.
        """
        self._job = job
        self._reader = reader
        self._over = threading.Event()
        self._thread = threading.Thread(target=keep_landing, args=(land, self._over), name="lrs-land")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Land what is left, and end. What cannot land soon stays in the log for the next time."""
        self._over.set()
        self._reader.appended.set()
        self._thread.join(LAST_SECONDS)
        self._job.stop.is_set = True
        self._thread.join()


def keep_landing(land: Land, over: threading.Event) -> None:
    """Land until it is over, and again after whatever goes wrong: statements are taken in all the while."""
    while True:
        try:
            land(over.is_set)
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
        if over.wait(_PAUSE_SECONDS):
            return


def land_journal(job: LandingJob, reader: JournalReader, keeper: Keeper, is_over: Callable[[], bool]) -> None:
    """Land from the journal, of all processes that serve it one at a time."""
    with closing(reader.lease("land")) as lease:
        while not is_over() or lease.is_held():
            if lease.is_held():
                _land_journal(job, reader, keeper, lambda: is_over() or not lease.is_held())
                if is_over():
                    return
            else:
                reader.appended.clear()
                reader.appended.wait(_LEASE_SECONDS)


def land_topic(job: LandingJob, topic: str, is_over: Callable[[], bool]) -> None:
    """Land from Kafka, as a member of the consumer group that the settings name."""
    options = topic_options(job.settings, [topic], is_over=is_over)._replace(gather_ms=_GATHER_MS)
    # Whatever a sender does, its statements are answered one by one: no share of refusals stops the others.
    land_topics(job, connection_of(job.settings), options, dead_letter_limit=None)


def _land_journal(
    job: LandingJob, reader: JournalReader, keeper: Keeper, is_over: Callable[[], bool]
) -> None:
    settings = job.settings
    policy = job.policy(max_seconds=settings.batch_seconds)
    loop = LandingLoop(job.judge(), policy, now=job.clock, stop=job.stop, observer=job.observer)
    source = JournalSource(
        reader,
        keeper,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        is_over=is_over,
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
