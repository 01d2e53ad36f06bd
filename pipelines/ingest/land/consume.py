"""Following topics for years: lands what comes, and takes up again after every trouble that may pass."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

import stamina

from learnloom.pipelines.ingest.land.dead_letter_topic import DeadLetterOutlet
from learnloom.pipelines.ingest.land.loop import AfterLanding, ImportSummary
from learnloom.pipelines.ingest.land.stop import Interruption
from learnloom.pipelines.ingest.land.writer import Landed
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError, WarehouseUnavailableError
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_PASSING: Final = (BrokerUnavailableError, WarehouseBusyError, WarehouseUnavailableError)
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
_TRANSACTIONS_BETWEEN_UPKEEP: Final = 200


class Land(Protocol):
    """Lands what a source gives, as `import_statements` does with all its rules bound."""

    def __call__(
        self, source: KafkaSource, warehouse: Warehouse, after: AfterLanding, summary: ImportSummary
    ) -> ImportSummary:
        """Land until the source ends or a stop is asked for, counting on in `summary`."""


@dataclass
class Consumption:
    """One run of `learnloom consume`, however often it has to take up again."""

    open_warehouse: Callable[[], Warehouse]
    open_source: Callable[[], KafkaSource]
    land: Land
    outlet: DeadLetterOutlet | None
    upkeep: Callable[[Warehouse], None]
    """Keeps the warehouse small; called now and then by the thread that lands."""
    stall_seconds: float
    """How long a trouble may last during which nothing lands."""
    interruption: Interruption
    summary: ImportSummary = field(default_factory=ImportSummary)
    _transactions: int = field(default=0, init=False)

    def run(self) -> ImportSummary:
        """Land until the source ends or a stop is asked for.

        Raises:
            BrokerUnavailableError, WarehouseBusyError, WarehouseUnavailableError: a trouble lasted for too long.
            IngestError: somebody has to decide or to mend something; what has landed stays.
        """
        while True:
            landed_before, began = self.summary.read, time.monotonic()
            try:
                return self._with_patience(landed_before)
            except _PASSING as error:
                is_new = (
                    self.summary.read > landed_before or time.monotonic() - began > 2 * self.stall_seconds
                )
                if not is_new:
                    raise
                _log.warning("resuming: %s", error)
            except KeyboardInterrupt:
                self.summary.is_interrupted = True
                return self.summary

    def _with_patience(self, landed_before: int) -> ImportSummary:
        def is_worth_waiting(error: Exception) -> bool:
            if not isinstance(error, _PASSING) or self.summary.read > landed_before:
                return False
            _log.warning("retrying for up to %.0f s: %s", self.stall_seconds, error)
            return True

        attempts = iter(
            stamina.retry_context(
                on=is_worth_waiting,
                attempts=None,
                timeout=self.stall_seconds,
                wait_initial=_FIRST_PAUSE_SECONDS,
                wait_max=_LONGEST_PAUSE_SECONDS,
            )
        )
        while True:
            with self.interruption.reading():  # a wish to stop ends the pause
                attempt = next(attempts)
            with attempt:
                return self._once()

    def _once(self) -> ImportSummary:
        with self._closing_outlet(), self.open_warehouse() as warehouse, self.open_source() as source:
            if self.outlet is not None:
                self.outlet.deliver(warehouse)

            def after(landed: Landed) -> None:
                if landed.refused and self.outlet is not None:
                    self.outlet.deliver(warehouse)
                self._transactions += 1
                if self._transactions % _TRANSACTIONS_BETWEEN_UPKEEP == 0:
                    self._keep_up(warehouse)

            return self.land(source, warehouse, after, self.summary)

    def _keep_up(self, warehouse: Warehouse) -> None:
        try:
            self.upkeep(warehouse)
        except LearnloomError as error:
            _log.warning("the files of the warehouse were not merged: %s", error)

    @contextmanager
    def _closing_outlet(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.outlet is not None:
                self.outlet.close()
