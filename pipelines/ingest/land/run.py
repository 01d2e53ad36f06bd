"""Landing statements with the settings' bounds: from files, or from topics."""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.consume import Patience
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadLetterLimit
from learnloom.pipelines.ingest.land.dead_letter_topic import DeadLetterPublisher
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.loop import (
    ImportSummary,
    LandingLoop,
    LandingObserver,
    LandingPolicy,
    import_statements,
)
from learnloom.pipelines.ingest.land.pseudonymised import PseudonymisedSource, judge_pseudonymised
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.land.writer import Landed, LandingWriter
from learnloom.pipelines.ingest.opening import limits
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource, TopicOptions
from learnloom.pipelines.ingest.sources.source import InputSource, Positions, Source
from learnloom.pipelines.ingest.validate.mending import judge_mended, repairs_named
from learnloom.pipelines.ingest.validate.repairs import Repair
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of
from learnloom.schemas.record import Judge
from learnloom.schemas.xapi.equality import is_same

_log = logging.getLogger(__name__)
_TRANSACTIONS_BETWEEN_TIDYING: Final = 200


@dataclass(frozen=True)
class LandingJob:
    """Who lands, by which settings, and until when."""

    settings: Settings
    clock: Callable[[], dt.datetime]
    stop: StopSignal
    run: Run | None = None
    """Who writes, kept with every transaction."""
    observer: LandingObserver | None = None
    stop_at: dt.datetime | None = None
    """From then on it stops after the transaction in hand, as if it were asked to."""
    heartbeat: Heartbeat | None = None
    """Is given signs of life where topics are landed."""
    repairs: tuple[Repair, ...] = ()
    """What mends records that are refused as they came, beside the repairs that the settings name."""

    def policy(
        self, *, max_seconds: float | None = None, dead_letter_limit: DeadLetterLimit | None = None
    ) -> LandingPolicy:
        """Give the bounds that the settings name."""
        return LandingPolicy(
            max_records=self.settings.batch_records,
            max_bytes=self.settings.batch_bytes,
            wait_seconds=self.settings.lock_wait_seconds,
            max_seconds=max_seconds,
            dead_letter_limit=dead_letter_limit,
            stop_at=self.stop_at,
        )

    def judge(self) -> Judge:
        """Make the judge that the settings name, which mends what it can."""
        validator = Validator(default_version=self.settings.xapi_version, limits=limits(self.settings))
        names = [*self.settings.repairs, *(repair.name for repair in self.repairs)]
        judge = judge_mended(validator.validate, repairs_named(names, of_import=True))
        pseudonyms = pseudonyms_of(self.settings)
        return judge if pseudonyms is None else judge_pseudonymised(judge, pseudonyms)

    def admitted(self, source: Source) -> Source:
        """Give a source as the settings let it in: where statements land under pseudonyms, without names."""
        return PseudonymisedSource(source) if self.settings.pseudonyms.enabled else source


def land_files(job: LandingJob, source: InputSource) -> ImportSummary:
    """Land files; where none of them is there, no warehouse is made.

    Raises:
        IngestError: somebody has to decide or to mend something; what has landed stays.
        WarehouseError: the warehouse cannot be written.
    """
    if not source.has_inputs:
        # A mistyped path makes no warehouse.
        return ImportSummary(problems=source.absent)
    policy = job.policy()
    with open_to_write(job.settings, run=job.run) as warehouse:
        summary = import_statements(
            job.admitted(source),
            warehouse,
            policy,
            judge=job.judge(),
            is_same=is_same,
            now=job.clock,
            stop=job.stop,
            observer=job.observer,
        )
        tidy_if_needed(warehouse, now=job.clock(), wait_seconds=policy.wait_seconds)
    return summary


def land_topics(
    job: LandingJob,
    connection: KafkaConnection,
    options: TopicOptions,
    *,
    dead_letter_limit: DeadLetterLimit | None,
    publishes_dead_letters: bool = True,
    convert: Callable[[Source], Source] | None = None,
) -> ImportSummary:
    """Land what topics hold, until they are drained if `options` says so, else until a stop is requested.

    Args:
        job: who lands, and how.
        connection: how to reach the brokers.
        options: which topics, and how they are read.
        dead_letter_limit: landing stops where a larger share is refused; None: it never does.
        publishes_dead_letters: whether dead letters go to the topic TOPIC.dead too.
        convert: gives the source that converts what the topics hold; None: they hold statements.

    Raises:
        BrokerUnavailableError, WarehouseBusyError, WarehouseUnavailableError: a trouble lasted for longer than the
            settings' `stall_seconds`.
        IngestError: somebody has to decide or to mend something; what has landed stays.
        WarehouseError: the warehouse cannot be written.
    """
    policy = job.policy(max_seconds=job.settings.batch_seconds, dead_letter_limit=dead_letter_limit)
    heartbeat = job.heartbeat or Heartbeat()
    loop = LandingLoop(
        job.judge(), policy, now=job.clock, stop=job.stop, observer=job.observer, heartbeat=heartbeat
    )
    publisher = (
        DeadLetterPublisher(connection, options.topics, now=job.clock, wait_seconds=policy.wait_seconds)
        if publishes_dead_letters
        else None
    )
    stall_seconds = job.settings.stall_seconds
    for attempt in Patience(loop.summary, stall_seconds=stall_seconds, stop=job.stop, heartbeat=heartbeat):
        with (
            heartbeat,
            attempt,
            closing(publisher) if publisher else nullcontext(),
            open_to_write(job.settings, run=job.run) as warehouse,
            KafkaSource(connection, options) as source,
            LandingWriter(
                warehouse, is_same=is_same, now=job.clock, wait_seconds=policy.wait_seconds
            ) as writer,
        ):
            told = convert(source) if convert is not None else source
            return loop.run(job.admitted(told), TopicWriter(job, writer, warehouse, publisher))
    return loop.summary


class TopicWriter:
    """A landing writer that also publishes dead letters, and now and then keeps the warehouse small."""

    def __init__(
        self,
        job: LandingJob,
        writer: LandingWriter,
        warehouse: Warehouse,
        publisher: DeadLetterPublisher | None,
    ) -> None:
        """Publish what an earlier run has left."""
        self._writer = writer
        self._warehouse = warehouse
        self._publisher = publisher
        self._now = job.clock
        self._wait_seconds = job.settings.lock_wait_seconds
        self._transactions = 0
        if publisher is not None:
            publisher.deliver(warehouse)

    def positions(self) -> Positions:
        """Read the stored positions."""
        return self._writer.positions()

    def land(self, batch: WriteBatch, streams: frozenset[str]) -> Landed:
        """Land a batch, and publish what was refused of it."""
        landed = self._writer.land(batch, streams)
        if landed.refused and self._publisher is not None:
            self._publisher.deliver(self._warehouse)
        self._transactions += 1
        if self._transactions % _TRANSACTIONS_BETWEEN_TIDYING == 0:
            try:
                tidy_if_needed(self._warehouse, now=self._now(), wait_seconds=self._wait_seconds)
            except WarehouseError as error:
                _log.warning("the files of the warehouse were not merged: %s", error)
        return landed


def dead_letter_limit(settings: Settings, max_share: float | None = None) -> DeadLetterLimit:
    """How large a share of records may be refused; `max_share` wins over that of the settings."""
    return DeadLetterLimit(max_share or settings.dead_letter_max_share, settings.dead_letter_window)
