"""Patience with troubles that pass, for whoever follows topics for years."""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError
from learnloom.pipelines.lake.errors import WarehouseBusyError, WarehouseUnavailableError

_log = logging.getLogger(__name__)
_PASSING: Final = (BrokerUnavailableError, WarehouseBusyError, WarehouseUnavailableError)
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0


class Patience:
    """Gives attempts at landing until one ends well, or one trouble has lasted for too long.

        for attempt in Patience(loop.summary, stall_seconds=600, stop=stop):
            with attempt:
                return loop.run(source, writer)

    An attempt during which something landed, or which went well for longer than twice `stall_seconds`, ends a
    trouble: what comes then is a new one. Pauses grow from half a second to half a minute. A request to stop ends
    the attempts.
    """

    def __init__(
        self,
        summary: ImportSummary,
        *,
        stall_seconds: float,
        stop: StopSignal,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        """Nothing was tried yet.

        Args:
            summary: what has landed so far, counted on by each attempt.
            stall_seconds: how long a trouble may last during which nothing lands.
            stop: breaks off a pause.
            heartbeat: is told of each attempt.
        """
        self._summary = summary
        self._stall_seconds = stall_seconds
        self._stop = stop
        self._heartbeat = heartbeat or Heartbeat()
        self._pause_seconds = 0.0
        self._trouble_since: float | None = None

    def __iter__(self) -> Iterator[AbstractContextManager[None]]:
        """Yield attempts; where a stop is requested, the summary says so and there are no more."""
        try:
            while True:
                self._heartbeat.beat()
                with self._stop.interruptible():
                    time.sleep(self._pause_seconds)
                yield self._attempt()
        except KeyboardInterrupt:
            self._summary.is_interrupted = True

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Pass over a trouble that may pass, unless it has lasted for too long."""
        read_before, began = self._summary.read, time.monotonic()
        try:
            yield
        except _PASSING as error:
            now = time.monotonic()
            went_well = self._summary.read > read_before or now - began > 2 * self._stall_seconds
            if self._trouble_since is None or went_well:
                self._trouble_since, self._pause_seconds = now, _FIRST_PAUSE_SECONDS
            elif now - self._trouble_since > self._stall_seconds:
                raise
            else:
                self._pause_seconds = min(2 * self._pause_seconds, _LONGEST_PAUSE_SECONDS)
            left = self._trouble_since + self._stall_seconds - now
            self._pause_seconds = min(self._pause_seconds, max(left, 0.0))
            _log.warning("retrying for up to %.0f s: %s", left, error)
