"""The pipeline from a source to the warehouse: this thread reads and judges, a second one lands."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from learnloom.pipelines.ingest.land.batch import Judge, Parcel, Sameness
from learnloom.pipelines.ingest.land.stop import Interruption
from learnloom.pipelines.ingest.land.writer import Landed, Lander
from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.source import Positions, Problem, Source
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError, WarehouseBusyError
from learnloom.pipelines.tracing.span import span
from learnloom.schemas.record import Batch

_PARCELS_AHEAD = 2
"""Parcels judged and not yet landed: enough that neither thread waits, few enough that memory stays flat."""
_MAX_TOPICS = 32
"""Named by the span of a batch: one of many files comes from many."""
_END = Batch("", 0, 0, 0, [])
"""Stands for the end of a source."""
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

    def add(self, landed: "Landed | ImportSummary") -> None:
        """Count one parcel, or all of another import."""
        self.read += landed.read
        self.accepted += landed.accepted
        self.duplicates += landed.duplicates
        self.refused.update(landed.refused)
        self.size += landed.size


Progress = Callable[[ImportSummary], None]


class Guard(Protocol):
    """Says of each parcel whether it may land."""

    def admit(self, parcel: Parcel) -> None:
        """Raise an error if it may not: the import ends with it, and nothing of the parcel lands."""


AfterLanding = Callable[[Landed], None]
"""What else is to be done after each transaction, by the thread that lands."""


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
    max_seconds: float | None = None,
    progress: Progress | None = None,
    interruption: Interruption | None = None,
    guard: Guard | None = None,
    after: AfterLanding | None = None,
    summary: ImportSummary | None = None,
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
        max_seconds: how long a record may wait for its transaction to fill; None: until the source ends.
        progress: called after each transaction, with the same growing summary.
        interruption: a wish to stop.
        guard: is asked before a parcel lands.
        after: is called after each transaction, by the thread that lands; may use `warehouse`.
        summary: what an earlier call has counted: goes on from there.

    Raises:
        WarehouseBusyError: other writers, or another import of the same files, were in the way for too long.
            What has landed until then stays, and the next import goes on from there.
    """
    run = _Run(
        source=source,
        judge=judge,
        max_records=max_records,
        max_bytes=max_bytes,
        max_seconds=max_seconds,
        progress=progress,
        interruption=interruption or Interruption(),
        guard=guard,
        after=after,
        now=now,
        started=now(),
        summary=summary or ImportSummary(),
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
    max_seconds: float | None
    progress: Progress | None
    interruption: Interruption
    guard: Guard | None
    after: AfterLanding | None
    now: Callable[[], datetime]
    started: datetime
    summary: ImportSummary
    pending: deque[Future[Landed]] = field(default_factory=deque)

    def all(self, lander: Lander, writer: ThreadPoolExecutor) -> ImportSummary:
        """Read to the end of the source, again from the stored positions after each conflict over them.

        What was read of a partition that others have now is thrown away: whoever has it reads it.
        """
        conflicts, count_before = 0, -1
        try:
            while True:
                positions = writer.submit(lander.positions).result()
                try:
                    for parcel in self._parcels(positions):
                        if parcel is not None:
                            self.pending.append(self._handed(writer, lander, parcel))
                        self._collect(_PARCELS_AHEAD)
                    self._collect(0)
                    break
                except ReassignedError:
                    self._drop_pending()
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

    def _handed(self, writer: ThreadPoolExecutor, lander: Lander, parcel: Parcel) -> Future[Landed]:
        # In a copy of this thread's context: its span is the one above that of the landing.
        return writer.submit(copy_context().run, self._land, lander, parcel)

    def _land(self, lander: Lander, parcel: Parcel) -> Landed:
        topics = sorted({portion.topic for portion in parcel.portions})[:_MAX_TOPICS]
        with span("land batch", came_from=parcel.traceparents, topics=topics) as add:
            landed = lander.land(parcel, self.source.streams)
            add(
                records=landed.read,
                accepted=landed.accepted,
                duplicates=landed.duplicates,
                refused=landed.refused.total(),
                bytes=landed.size,
            )
        if self.after is not None:
            self.after(landed)
        return landed

    def _parcels(self, positions: Positions) -> Iterator[Parcel | None]:
        """Judge the source's batches; small ones share a parcel. None: the source has nothing more at the moment."""
        parcel, begun = Parcel(), self.now()
        batches = self.source.batches(positions)
        while True:
            with self.interruption.reading():
                batch = next(batches, _END)
            if batch is _END:
                break
            if parcel.record_count and (not self._fits(parcel, batch) or self._is_due(begun)):
                yield self._admitted(parcel)
                parcel = Parcel()
            if batch is None:
                yield None
                continue
            if not parcel.record_count:
                begun = self.now()
            parcel.add_batch(batch, self.judge)
        if parcel.record_count:
            yield self._admitted(parcel)

    def _fits(self, parcel: Parcel, batch: Batch | None) -> bool:
        if batch is None:
            return True
        size = sum(len(record.value or b"") for record in batch.records)
        return (
            parcel.record_count + len(batch.records) <= self.max_records
            and parcel.size + size <= self.max_bytes
        )

    def _is_due(self, begun: datetime) -> bool:
        return self.max_seconds is not None and (self.now() - begun).total_seconds() >= self.max_seconds

    def _admitted(self, parcel: Parcel) -> Parcel:
        if self.guard is not None:
            try:
                self.guard.admit(parcel)
            except Exception:
                self._collect(0)  # what came before it lands
                raise
        return parcel

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
        self.source.acknowledge(landed.positions)
        self.summary.add(landed)
        self.summary.seconds = (self.now() - self.started).total_seconds()
        if self.progress is not None:
            self.progress(self.summary)
