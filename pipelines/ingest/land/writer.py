"""Landing one batch: its statements, its dead letters and the new positions in one transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from learnloom.pipelines.ingest.land import dead_letters, landing_schema, tables
from learnloom.pipelines.ingest.land.batch import Refusal, Sameness, WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds, as_hashes, hash_of
from learnloom.pipelines.ingest.land.duplicates import DedupResult, conflict_fault, deduplicate
from learnloom.pipelines.ingest.land.hash_runs import MemoryRun
from learnloom.pipelines.ingest.land.versions import replace_changed, withdraw
from learnloom.pipelines.ingest.sources.source import Positions
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.tracing.span import span
from learnloom.schemas.record import Position

_MAX_TOPICS: Final = 32
"""Named by the span of a batch: one of many files comes from many."""


class Landed(NamedTuple):
    """What became of one batch."""

    read: int
    accepted: int
    duplicates: int
    replaced: int
    """Statements voided, because their source has corrected or withdrawn them."""
    refused: Counter[str]
    """Dead letters by the rule of their first fault."""
    mended: int
    """Statements among these that repairs have made valid; they may be duplicates."""
    timeless: int
    """Duplicates among these with neither id nor timestamp: they may be acts of their own."""
    size: int
    """Bytes of all its records."""
    positions: Sequence[Position]
    """What holds now of the partitions it came from."""


class _Stored(NamedTuple):
    """The positions of some topics as they stand in one snapshot."""

    snapshot: int
    topics: frozenset[str]
    positions: Positions


class LandingWriter:
    """Lands batches through one connection; belongs to one thread. The transaction is `_transact`."""

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        is_same: Sameness,
        now: Callable[[], datetime],
        wait_seconds: float,
        known: KnownIds | None = None,
    ) -> None:
        """Prepare the landing tables.

        Args:
            warehouse: where to land.
            is_same: the specification's rule of equality.
            now: gives the time of landing.
            wait_seconds: how long other writers may be in the way.
            known: what is known of landed ids; given by tests that want a certain way of asking.
        """
        self._warehouse = warehouse
        self._is_same = is_same
        self._now = now
        self._wait_seconds = wait_seconds
        self._known = KnownIds(warehouse) if known is None else known
        self._one_thread = one_thread(warehouse)
        self._expected: dict[tuple[str, int], Position] = {}
        self._stored = _Stored(-1, frozenset(), {})
        self._has_failed = False
        landing_schema.prepare(warehouse, wait_seconds=wait_seconds)

    def __enter__(self) -> Self:
        """Give the writer, whose connection works in one thread from now on.

        Of each transaction's two dozen statements most are over a few rows, and one is over thousands: a second thread
        of DuckDB would mostly wait, and that costs half as much again.
        """
        self._one_thread.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """Keep what is known of landed ids for the next process, unless something went wrong."""
        self._known.__exit__(*exception)
        self._one_thread.__exit__(None, None, None)

    def positions(self) -> Positions:
        """Read the stored positions; batches that go on from others are not landed from now on."""
        self._expected = self._warehouse.retrying(
            lambda: tables.positions(self._warehouse), wait_seconds=self._wait_seconds
        )
        self._has_failed = False
        return dict(self._expected)

    def land(self, batch: WriteBatch, streams: frozenset[str] = frozenset()) -> Landed:
        """Land `batch`, whose slices go on from the positions given or landed last.

        Args:
            batch: what to land.
            streams: topics whose stored position is no condition.

        Raises:
            PositionConflictError: another process has landed of the same partition; nothing is written.
            WarehouseBusyError: other writers were in the way for too long; nothing is written.
        """
        if self._has_failed:
            # What follows a batch that has not landed must not land either, or its records were left out.
            raise PositionConflictError("an earlier batch has not landed: read the positions again")
        topics = sorted({part.topic for part in batch.slices})[:_MAX_TOPICS]
        with span("land batch", came_from=batch.traceparents, topics=topics) as add:
            try:
                landed, stored, written = self._warehouse.retrying(
                    lambda: self._transact(batch, streams), wait_seconds=self._wait_seconds
                )
                # Where the server is lost right here, all has landed, and whoever begins anew finds it there.
                snapshot = self._warehouse.retrying(
                    lambda: tables.last_commit(self._warehouse), wait_seconds=self._wait_seconds
                )
            except BaseException:
                self._has_failed = True
                raise
            add(
                records=landed.read,
                accepted=landed.accepted,
                duplicates=landed.duplicates,
                refused=landed.refused.total(),
                bytes=landed.size,
            )
        self._expected |= {(position.topic, position.partition): position for position in landed.positions}
        # The fence has seen to it that nobody else has moved them since they were read.
        self._stored = stored._replace(snapshot=snapshot)
        self._known.landed(written, snapshot)
        return landed

    def _transact(self, batch: WriteBatch, streams: frozenset[str]) -> tuple[Landed, _Stored, MemoryRun]:
        """Give what has landed, the positions that hold now, and what is to be known of the statements written."""
        warehouse, now = self._warehouse, self._now()
        self._known.catch_up()
        with warehouse.transaction(LANDING):
            snapshot = warehouse.snapshot()
            topics = frozenset(part.topic for part in batch.slices)
            if snapshot != self._stored.snapshot or not topics <= self._stored.topics:
                self._stored = _Stored(snapshot, topics, tables.positions(warehouse, topics))
            stored = self._stored.positions
            self._check_positions(batch, stored, streams)
            landing_schema.advance_fence(warehouse)
            dedup = deduplicate(warehouse, self._known, snapshot, batch, self._is_same)
            came = batch
            batch, dedup, replaced = replace_changed(warehouse, self._known, batch, dedup, now)
            batch, dedup, withdrawn = withdraw(
                warehouse, self._known, came=came, batch=batch, dedup=dedup, now=now
            )
            tables.write_statements(warehouse, batch.statement_rows(dedup.keep), now)
            refused, repeated = self._write_refusals(batch, dedup, now)
            updated = _advanced(batch, stored, dedup, refused, repeated)
            tables.write_positions(warehouse, updated.values(), now)
        landed = Landed(
            read=batch.record_count,
            accepted=int(dedup.keep.sum()),
            duplicates=int(dedup.duplicate.sum()) + len(repeated),
            replaced=replaced + withdrawn,
            refused=Counter(refusal.faults[0].rule for refusal in refused),
            mended=batch.mended,
            timeless=batch.count_timeless(dedup.duplicate),
            size=batch.size,
            positions=list(updated.values()),
        )
        stored_now = self._stored._replace(positions={**stored, **updated})
        return landed, stored_now, batch.index_entries(dedup.keep, now)

    def _check_positions(self, batch: WriteBatch, stored: Positions, streams: frozenset[str]) -> None:
        """Refuse the batch unless each part goes on from the stored position that was read before."""
        reached: dict[tuple[str, int], int] = {}
        for part in batch.slices:
            key = (part.topic, part.partition)
            if part.topic in streams:
                continue
            mine, theirs = self._expected.get(key), stored.get(key)
            next_offset = theirs.next_offset if theirs is not None else 0
            # A file or topic that has been replaced begins anew, below the stored offset; none may begin above it.
            if mine != theirs or part.start_offset > reached.get(key, next_offset):
                raise PositionConflictError(
                    f"records of {part.topic} (partition {part.partition}) from offset "
                    f"{part.start_offset} on do not follow the stored position {next_offset}: another "
                    "process has landed records of it meanwhile"
                )
            reached[key] = part.next_offset

    def _write_refusals(
        self, batch: WriteBatch, dedup: DedupResult, now: datetime
    ) -> tuple[list[Refusal], list[Refusal]]:
        """Write the dead letters; give those that are new and those that had been written before."""
        conflicts = [
            batch.refuse(index, conflict_fault(batch.statement_ids[index])) for index in dedup.conflicts
        ]
        refusals = batch.refusals + conflicts
        if not refusals:
            return [], []
        ids = batch.dead_letter_ids(refusals)
        spans: dict[tuple[str, int], tuple[int, int]] = {}
        for refusal in refusals:
            place = batch.slices[refusal.slice_index]
            first, last = spans.get((place.topic, place.partition), (refusal.offset, refusal.offset))
            spans[place.topic, place.partition] = (min(first, refusal.offset), max(last, refusal.offset))
        # What bears an id of its own may have come by another way before.
        anywhere = any(refusal.record_id is not None for refusal in refusals)
        there = dead_letters.known_dead_letters(self._warehouse, None if anywhere else spans, ids)
        contents = as_hashes([hash_of(refusal.raw or b"") for refusal in refusals])
        erased = self._known.erased.by_content(contents)
        new: dict[str, Refusal] = {}
        repeated = []
        for refusal, letter, is_erased in zip(refusals, ids, erased.tolist(), strict=True):
            if is_erased or letter in there or letter in new:
                repeated.append(refusal)
            else:
                new[letter] = refusal
        letters = list(new.values())
        dead_letters.write_dead_letters(self._warehouse, batch.dead_letter_rows(letters, list(new)), now)
        return letters, repeated


def _advanced(
    batch: WriteBatch, stored: Positions, dedup: DedupResult, refused: list[Refusal], repeated: list[Refusal]
) -> dict[tuple[str, int], Position]:
    """Compute the positions that hold once the batch has landed."""
    slice_of = np.array(batch.slice_of, dtype=np.intp)
    accepted = _per_slice(batch, slice_of[dedup.keep])
    duplicates = _per_slice(batch, slice_of[dedup.duplicate])
    duplicates += _per_slice(batch, np.array([refusal.slice_index for refusal in repeated], dtype=np.intp))
    dead = _per_slice(batch, np.array([refusal.slice_index for refusal in refused], dtype=np.intp))
    positions: dict[tuple[str, int], Position] = {}
    for index, part in enumerate(batch.slices):
        key = (part.topic, part.partition)
        old = positions.get(key) or stored.get(key) or Position(*key)
        positions[key] = old._replace(
            next_offset=part.next_offset,
            head_digest=part.head_digest,
            accepted=old.accepted + int(accepted[index]),
            duplicates=old.duplicates + int(duplicates[index]),
            dead=old.dead + int(dead[index]),
        )
    return positions


def _per_slice(batch: WriteBatch, slices: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return np.bincount(slices, minlength=len(batch.slices))
