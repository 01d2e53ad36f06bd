"""The way from a source to the warehouse: one thread reads and judges, a second one lands.

    read → judge → hand over → transaction: fence, check positions, deduplicate, write rows, dead letters, positions

`LandingLoop.run` is the way up to the hand-over, `LandingWriter.land` (land/writer.py) the transaction.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from learnloom.pipelines.ingest.land.batch import Sameness, WriteBatch
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadLetterLimit, RecentRefusals
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.land.threads import BatchWriter, WriterThread, fewer_collections
from learnloom.pipelines.ingest.land.writer import Landed, LandingWriter
from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.source import Problem, Source
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError, WarehouseBusyError
from learnloom.schemas.record import Batch, Judge

_log = logging.getLogger(__name__)
_BATCHES_AHEAD = 2
"""Batches judged and not yet landed: enough that neither thread waits, few enough that memory stays flat."""
_END = Batch("", 0, 0, 0, [])
"""Stands for the end of a source."""
_MAX_CONFLICTS = 1_000
"""Times in a row that another process may have landed what was to be landed here."""


@dataclass(frozen=True)
class LandingPolicy:
    """How much goes into one transaction, how long is waited, and when landing stops."""

    max_records: int
    """Records in one transaction, at the most, unless a batch of the source is larger."""
    max_bytes: int
    """Bytes in one transaction, likewise."""
    wait_seconds: float
    """How long other writers may be in the way of one transaction."""
    max_seconds: float | None = None
    """The least time between two transactions that are not full; None: each waits until the source ends."""
    dead_letter_limit: DeadLetterLimit | None = None
    """Landing stops where more is refused; None: it never does."""
    stop_at: datetime | None = None
    """From then on landing stops after the transaction in hand; None: it goes on."""


@dataclass
class ImportSummary:
    """How far an import has come, or came."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    replaced: int = 0
    """Statements voided, because their source has corrected or withdrawn them; what voids them is among `accepted`."""
    refused: Counter[str] = field(default_factory=Counter)
    """Dead letters by the rule of their first fault."""
    mended: int = 0
    """Statements that repairs have made valid."""
    timeless: int = 0
    """Duplicates with neither id nor timestamp: they may be acts of their own."""
    size: int = 0
    """Bytes of the records read, decompressed."""
    seconds: float = 0.0
    lag: int | None = None
    """Records of the source that have not been read; None: unknown."""
    problems: list[Problem] = field(default_factory=list)
    """Inputs that could not be read, or not to their end."""
    is_interrupted: bool = False
    """Stopped on request: what was counted has landed, and the next import goes on from there."""

    def __str__(self) -> str:
        """Say how far it has come."""
        told = f"{self.read:,} read, {self.accepted:,} landed, {self.duplicates:,} known already"
        told += f", {self.dead:,} refused"
        return told if self.lag is None else f"{told}; consumer lag {self.lag:,}"

    @property
    def dead(self) -> int:
        """Records refused."""
        return self.refused.total()

    def add(self, landed: "Landed | ImportSummary") -> None:
        """Count one transaction, or all of another import."""
        for name in ("read", "accepted", "duplicates", "replaced", "mended", "timeless", "size"):
            setattr(self, name, getattr(self, name) + getattr(landed, name))
        self.refused.update(landed.refused)


class LandingObserver(Protocol):
    """Is told how far landing has come."""

    def __call__(self, summary: ImportSummary, /) -> None:
        """Take note, after each transaction, by the thread that reads; it is the same growing summary each time."""


def import_statements(
    source: Source,
    warehouse: Warehouse,
    policy: LandingPolicy,
    *,
    judge: Judge,
    is_same: Sameness,
    now: Callable[[], datetime],
    stop: StopSignal | None = None,
    observer: LandingObserver | None = None,
) -> ImportSummary:
    """Land everything that `source` has after its stored positions, exactly once; see `LandingLoop`.

    Nobody else may use `warehouse` until this returns. `is_same` is the specification's rule of equality.
    """
    loop = LandingLoop(judge, policy, now=now, stop=stop, observer=observer)
    with LandingWriter(warehouse, is_same=is_same, now=now, wait_seconds=policy.wait_seconds) as writer:
        return loop.run(source, writer)


class LandingLoop:
    """Lands what sources give; counts on in one summary, however often it is run again after a trouble."""

    def __init__(
        self,
        judge: Judge,
        policy: LandingPolicy,
        *,
        now: Callable[[], datetime],
        stop: StopSignal | None = None,
        observer: LandingObserver | None = None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            judge: says of each record whether it is a valid statement.
            policy: the bounds.
            now: gives the time.
            stop: breaks off reading.
            observer: is told after each transaction.
            heartbeat: is told of each batch read, and whenever there was nothing to read.
        """
        self._heartbeat = heartbeat or Heartbeat()
        self._judge = judge
        self._policy = policy
        self._now = now
        self._stop = stop or StopSignal()
        self._observer = observer
        self._recent = RecentRefusals(policy.dead_letter_limit) if policy.dead_letter_limit else None
        self._started = now()
        self.summary = ImportSummary()

    def run(self, source: Source, writer: BatchWriter) -> ImportSummary:
        """Land everything that `source` has after its stored positions, exactly once.

        What was read of a partition that others have now is thrown away: whoever has it reads it.

        Raises:
            WarehouseBusyError: other writers, or another import of the same files, were in the way for too long.
                What has landed until then stays, and the next import goes on from there.
            TooManyDeadLettersError: more is refused than the policy allows; what came before has landed.
        """
        conflicts, read_before = 0, -1
        with fewer_collections(), WriterThread(writer, source.streams) as landing:
            try:
                while True:
                    try:
                        for batch in self._judged(source.batches(landing.positions())):
                            if batch is not None:
                                self._admit(batch, landing, source)
                                landing.hand_over(batch)
                            self._count(landing.landed(_BATCHES_AHEAD), source)
                        self._count(landing.landed(0), source)
                        break
                    except ReassignedError:
                        self._count(landing.drop(), source)
                    except PositionConflictError as conflict:
                        self._count(landing.drop(), source)
                        conflicts = conflicts + 1 if self.summary.read == read_before else 1
                        read_before = self.summary.read
                        if conflicts >= _MAX_CONFLICTS:
                            raise WarehouseBusyError(
                                f"{conflict}; this has happened {conflicts} times: let the other import finish"
                            ) from conflict
            except KeyboardInterrupt:
                self.summary.is_interrupted = True
                self._count(landing.drop(), source)
        self.summary.problems = list(source.problems)
        self.summary.seconds = (self._now() - self._started).total_seconds()
        return self.summary

    def _judged(self, batches: Iterator[Batch | None]) -> Iterator[WriteBatch | None]:
        """Read and judge; batches that follow closely share a transaction. None: the source has nothing more now."""
        judged, handed_over = WriteBatch(), None
        while True:
            self._heartbeat.beat()
            with self._stop.interruptible():
                batch = next(batches, _END)
            if batch is _END:
                break
            if judged.slices and (not self._fits(judged, batch) or self._is_due(handed_over)):
                yield judged
                judged, handed_over = WriteBatch(), self._now()
            if batch is None:
                yield None
                continue
            judged.add_batch(batch, self._judge)
            if self._is_due(handed_over):
                yield judged
                judged, handed_over = WriteBatch(), self._now()
        if judged.slices:
            yield judged

    def _fits(self, judged: WriteBatch, batch: Batch | None) -> bool:
        records = batch.records if batch is not None else []
        size = sum(len(record.value or b"") for record in records)
        return (
            judged.record_count + len(records) <= self._policy.max_records
            and judged.size + size <= self._policy.max_bytes
        )

    def _is_due(self, handed_over: datetime | None) -> bool:
        if (limit := self._policy.max_seconds) is None:
            return False
        return handed_over is None or (self._now() - handed_over).total_seconds() >= limit

    def _admit(self, batch: WriteBatch, landing: "WriterThread", source: Source) -> None:
        """Stop where too much is refused, once what came before has landed."""
        if self._recent is None:
            return
        try:
            self._recent.admit(batch)
        except Exception:
            self._count(landing.landed(0), source)
            raise

    def _count(self, landed: Iterator[Landed], source: Source) -> None:
        """Count what has landed, and report it."""
        for each in landed:
            source.acknowledge(each.positions)
            self.summary.add(each)
            self.summary.lag = source.lag()
            self.summary.seconds = (self._now() - self._started).total_seconds()
            _log.debug("%s", self.summary)
            if self._observer is not None:
                self._observer(self.summary)
            if self._policy.stop_at is not None and self._now() >= self._policy.stop_at:
                self._stop.set()
