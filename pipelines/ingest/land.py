"""The pipeline from a source to the warehouse: this thread reads and judges, a second one lands."""

import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType

from pipelines.ingest.lander import Landed, Lander
from pipelines.ingest.parcel import Judge, Parcel, Sameness
from pipelines.ingest.source import Positions, Problem, Source
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.errors import PositionConflictError, WarehouseBusyError

_PARCELS_AHEAD = 2
"""Parcels judged and not yet landed: enough that neither thread waits, few enough that memory stays flat."""
_MAX_CONFLICTS = 1_000
"""Times in a row that another process may have landed what was to be landed here."""


@dataclass
class ImportSummary:
    """How far an import has come, or came."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Dead letters by the rule of their first fault."""
    size: int = 0
    """Bytes of the records read, decompressed."""
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    """Inputs that could not be read, or not to their end."""
    is_interrupted: bool = False
    """Stopped on request: what was counted has landed, and the next import goes on from there."""

    @property
    def dead(self) -> int:
        """Records refused."""
        return self.refused.total()

    def add(self, landed: Landed) -> None:
        """Count one parcel."""
        self.read += landed.read
        self.accepted += landed.accepted
        self.duplicates += landed.duplicates
        self.refused.update(landed.refused)
        self.size += landed.size


Progress = Callable[[ImportSummary], None]


class Interruption:
    """A wish to stop, by a signal or a caller: reading ends at once, landing after the parcel in hand."""

    def __init__(self) -> None:
        self.is_asked = False
        self._is_reading = False

    def ask(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask to stop; a second time changes nothing."""
        was_asked, self.is_asked = self.is_asked, True
        if self._is_reading and not was_asked:
            raise KeyboardInterrupt

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let `ask` break off what is done within, such as waiting for input."""
        if self.is_asked:
            raise KeyboardInterrupt
        self._is_reading = True
        try:
            yield
        finally:
            self._is_reading = False

    @classmethod
    @contextmanager
    def from_signals(cls) -> "Iterator[Interruption]":
        """Ask on SIGINT and SIGTERM within the block; main thread only."""
        interruption = cls()
        before = {
            number: signal.signal(number, interruption.ask) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield interruption
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def import_statements(
    source: Source,
    warehouse: Warehouse,
    *,
    judge: Judge,
    is_same: Sameness,
    now: Callable[[], datetime],
    wait_seconds: float,
    max_records: int,
    max_bytes: int,
    progress: Progress | None = None,
    interruption: Interruption | None = None,
) -> ImportSummary:
    """Land everything that `source` has after its stored positions, exactly once.

    Args:
        source: delivers the records.
        warehouse: where to land; must not be used by others until this returns.
        judge: says of each record whether it is a valid statement.
        is_same: the specification's rule of equality, for statements that come again.
        now: gives the time.
        wait_seconds: how long other writers may be in the way of one transaction.
        max_records: records in one transaction, at the most, unless a batch of the source is larger.
        max_bytes: bytes in one transaction, likewise.
        progress: called after each transaction, with the same growing summary.
        interruption: a wish to stop.

    Raises:
        WarehouseBusyError: other writers, or another import of the same files, were in the way for too long.
            What has landed until then stays, and the next import goes on from there.
    """
    run = _Run(
        source=source,
        judge=judge,
        max_records=max_records,
        max_bytes=max_bytes,
        progress=progress,
        interruption=interruption or Interruption(),
        now=now,
        started=now(),
    )
    with ThreadPoolExecutor(1, thread_name_prefix="land") as writer:
        lander = writer.submit(
            Lander, warehouse, is_same=is_same, now=now, wait_seconds=wait_seconds
        ).result()
        return run.all(lander, writer)


@dataclass
class _Run:
    """One import: reads, judges, hands over to the writer, counts."""

    source: Source
    judge: Judge
    max_records: int
    max_bytes: int
    progress: Progress | None
    interruption: Interruption
    now: Callable[[], datetime]
    started: datetime
    summary: ImportSummary = field(default_factory=ImportSummary)
    pending: deque[Future[Landed]] = field(default_factory=deque)

    def all(self, lander: Lander, writer: ThreadPoolExecutor) -> ImportSummary:
        """Read to the end of the source, again from the stored positions after each conflict over them."""
        conflicts, count_before = 0, -1
        try:
            while True:
                positions = writer.submit(lander.positions).result()
                try:
                    for parcel in self._parcels(positions):
                        self.pending.append(writer.submit(lander.land, parcel, self.source.streams))
                        self._collect(_PARCELS_AHEAD)
                    self._collect(0)
                    break
                except PositionConflictError as conflict:
                    self._drop_pending()
                    conflicts = conflicts + 1 if self.summary.read == count_before else 1
                    count_before = self.summary.read
                    if conflicts >= _MAX_CONFLICTS:
                        raise WarehouseBusyError(
                            f"{conflict}; this has happened {conflicts} times: let the other import finish"
                        ) from conflict
        except KeyboardInterrupt:
            self.summary.is_interrupted = True
            self._drop_pending()
        self.summary.problems = list(self.source.problems)
        self.summary.seconds = (self.now() - self.started).total_seconds()
        return self.summary

    def _parcels(self, positions: Positions) -> Iterator[Parcel]:
        """Judge the source's batches; small ones share a parcel."""
        parcel = Parcel()
        batches = self.source.batches(positions)
        while True:
            with self.interruption.reading():
                batch = next(batches, None)
            if batch is None:
                break
            size = sum(len(record.value or b"") for record in batch.records)
            if parcel.record_count and (
                parcel.record_count + len(batch.records) > self.max_records
                or parcel.size + size > self.max_bytes
            ):
                yield parcel
                parcel = Parcel()
            parcel.add_batch(batch, self.judge)
        if parcel.record_count:
            yield parcel

    def _collect(self, left: int) -> None:
        """Wait until no more than `left` parcels are under way, and count the others."""
        while len(self.pending) > left or (self.pending and self.pending[0].done()):
            landed = self.pending[0].result()
            self.pending.popleft()
            self._count(landed)

    def _drop_pending(self) -> None:
        """Throw away what the writer has not begun; count what it had."""
        for future in self.pending:
            if not future.cancel():
                try:
                    self._count(future.result())
                except PositionConflictError:
                    continue  # not landed either: it is read again
        self.pending.clear()

    def _count(self, landed: Landed) -> None:
        self.summary.add(landed)
        self.summary.seconds = (self.now() - self.started).total_seconds()
        if self.progress is not None:
            self.progress(self.summary)
