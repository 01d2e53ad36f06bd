"""Runs of `land` for a landing that never ends: one from the first record that is read until all of it has landed."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Final

from prefect import flow

from learnloom.flows.alarm import TOLD
from learnloom.flows.runtime import logger
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.sources.source import Positions, Problem, Source
from learnloom.schemas.record import Batch, Position

_LONGEST_SECONDS: Final = 60.0
"""Where records never cease to come, a run ends after so long and another one begins."""
_QUIET_SECONDS: Final = 5.0
"""A run ends where nothing has happened for so long: what had been read is another consumer's now."""
_TRY_AGAIN_SECONDS: Final = 1.0


class LandingRuns:
    """Shows what one thread lands as runs in Prefect, from a thread of its own: landing waits for nothing."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._changed = threading.Condition()
        self._n_waiting = 0
        """Records that have been read and have not landed."""
        self._seen = Counter[str]()
        """Of the landing that goes on, what has been counted."""
        self._news = Counter[str]()
        """What has landed and was not told of."""
        self._error: Exception | None = None
        self._is_closed = False

    def has_read(self, n_records: int) -> None:
        """Take note that so many records have been read, and are to land."""
        with self._changed:
            self._n_waiting += n_records
            self._changed.notify_all()

    def has_landed(self, summary: ImportSummary) -> None:
        """Take note of how far a landing has come that goes on."""
        now = Counter(
            read=summary.read, accepted=summary.accepted, known=summary.duplicates, refused=summary.dead
        )
        with self._changed:
            self._n_waiting = max(0, self._n_waiting - (now["read"] - self._seen["read"]))
            self._news += now - self._seen
            self._seen = now
            self._changed.notify_all()

    def has_failed(self, error: Exception) -> None:
        """Take note that a landing has ended with an error, which ends a run; the next one counts anew."""
        with self._changed:
            self._error, self._n_waiting = error, 0
            self._seen.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Let the run under way be the last."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def show(self) -> None:
        """Make runs until closed; for a thread of its own."""
        _SHOWN.set(self)
        while self._is_wanted():
            try:
                land()
            except Exception as error:  # noqa: BLE001 - the run says so, or else Prefect is away: landing goes on
                logger().warning("a run of land did not end well: %s", error)
                time.sleep(_TRY_AGAIN_SECONDS)

    def _is_wanted(self) -> bool:
        """Wait until there is something to show; whether there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._n_waiting or self._error)
            return not self._is_closed

    def follow(self) -> dict[str, int]:
        """Tell of what lands until all that was read has; raise what landing has ended with."""
        total, until, is_over = Counter[str](), time.monotonic() + _LONGEST_SECONDS, False
        while not is_over:
            with self._changed:
                has_come = self._changed.wait_for(
                    lambda: self._news or self._error or self._is_closed or not self._n_waiting,
                    _QUIET_SECONDS,
                )
                self._n_waiting *= bool(has_come)
                is_over = not self._n_waiting or self._is_closed or time.monotonic() >= until
                news, self._news = self._news, Counter()
                error, self._error = self._error, None
            if news:
                told = "%d records read: %d new statements landed, %d known already, %d refused"
                logger().info(told, *(news[name] for name in ("read", "accepted", "known", "refused")))
                total += news
            if error is not None:
                raise error
        return dict(total)


_SHOWN: Final[ContextVar[LandingRuns]] = ContextVar("shown")


@flow(name="land", flow_run_name="land what comes", **TOLD)
def land() -> dict[str, int]:
    """Show what is landing; the process that lands goes on with or without this run."""
    return _SHOWN.get().follow()


class ShownSource:
    """A source that tells of each batch that is read from it."""

    def __init__(self, source: Source, runs: LandingRuns) -> None:
        """Take the source, and who is told."""
        self._source = source
        self._runs = runs
        self.streams = source.streams
        self.problems: list[Problem] = source.problems

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield the source's batches."""
        for batch in self._source.batches(positions):
            if batch is not None:
                self._runs.has_read(len(batch.records))
            yield batch

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Pass it on."""
        self._source.acknowledge(positions)

    def lag(self) -> int | None:
        """Give what the source says."""
        return self._source.lag()
