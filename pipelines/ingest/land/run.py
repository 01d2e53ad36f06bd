"""Landing statements: from files, or from topics."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from learnloom.pipelines.lake.open import open_to_write

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.consume import Consumption
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadShare
from learnloom.pipelines.ingest.land.dead_letter_topic import DeadLetterOutlet
from learnloom.pipelines.ingest.land.loop import AfterLanding, ImportSummary, import_statements
from learnloom.pipelines.ingest.land.stop import Interruption
from learnloom.pipelines.ingest.opening import limits
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource, Reading
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.run import Run
from learnloom.schemas.xapi.equality import is_same

_log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Landing:
    """How what comes is landed, wherever it comes from."""

    settings: Settings
    clock: Clock
    interruption: Interruption
    run: Run | None = None
    on_progress: Callable[[str], None] = lambda _: None
    on_landed: Callable[[ImportSummary], None] = lambda _: None
    """Is told after each transaction how far it has come, by the thread that reads."""
    stop_at: dt.datetime | None = None
    """From then on it stops after the transaction in hand, as if it were asked to."""

    def files(self, source: FileSource) -> ImportSummary:
        """Land files; where none of them is there, no warehouse is made.

        Raises:
            IngestError: somebody has to decide or to mend something; what has landed stays.
            WarehouseError: the warehouse cannot be written.
        """
        if not source.has_inputs:
            # A mistyped path makes no warehouse.
            return ImportSummary(problems=source.absent)
        with open_to_write(self.settings, run=self.run) as warehouse:
            summary = self._import(
                source,
                warehouse,
                lambda done: self.on_progress(
                    f"{done.read:,} read, {done.accepted:,} landed, {done.dead:,} refused"
                ),
            )
            self._tidy(warehouse)
        return summary

    def topics(
        self, connection: KafkaConnection, reading: Reading, *, guard: DeadShare, sends_dead: bool = True
    ) -> ImportSummary:
        """Land what topics hold, until they are drained if `reading` says so, else until asked to stop.

        Args:
            connection: how to reach the brokers.
            reading: which topics, and how.
            guard: stops where too large a share is refused.
            sends_dead: whether dead letters go to the topic TOPIC.dead too.

        Raises:
            IngestError: somebody has to decide or to mend something; what has landed stays.
            WarehouseError: the warehouse cannot be written.
        """
        return Consumption(
            open_warehouse=lambda: open_to_write(self.settings, run=self.run),
            open_source=lambda: KafkaSource(connection, reading),
            land=partial(self._land, guard),
            outlet=DeadLetterOutlet(
                connection, reading.topics, now=self.clock, wait_seconds=self.settings.lock_wait_seconds
            )
            if sends_dead
            else None,
            upkeep=self._tidy,
            stall_seconds=self.settings.stall_seconds,
            interruption=self.interruption,
        ).run()

    def _land(
        self,
        guard: DeadShare,
        source: KafkaSource,
        warehouse: Warehouse,
        after: AfterLanding,
        summary: ImportSummary,
    ) -> ImportSummary:
        def tell(done: ImportSummary) -> None:
            told = f"{done.accepted:,} landed, {done.duplicates:,} known already, {done.dead:,} refused"
            self.on_progress(f"{told}; {source.behind():,} behind")
            _log.debug("%s; %d behind", told, source.behind())

        return self._import(
            source,
            warehouse,
            tell,
            max_seconds=self.settings.batch_seconds,
            guard=guard,
            after=after,
            summary=summary,
        )

    def _import(
        self,
        source: FileSource | KafkaSource,
        warehouse: Warehouse,
        tell: Callable[[ImportSummary], None],
        **how: Any,
    ) -> ImportSummary:
        settings = self.settings

        def progress(done: ImportSummary) -> None:
            tell(done)
            self.on_landed(done)
            if self.stop_at is not None and self.clock() >= self.stop_at:
                self.interruption.ask()

        return import_statements(
            source,
            warehouse,
            judge=Validator(default_version=settings.xapi_version, limits=limits(settings)).validate,
            is_same=is_same,
            now=self.clock,
            wait_seconds=settings.lock_wait_seconds,
            max_records=settings.batch_records,
            max_bytes=settings.batch_bytes,
            progress=progress,
            interruption=self.interruption,
            **how,
        )

    def _tidy(self, warehouse: Warehouse) -> None:
        tidy_if_needed(warehouse, now=self.clock(), wait_seconds=self.settings.lock_wait_seconds)
