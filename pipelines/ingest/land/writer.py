"""Landing one parcel: its statements, its dead letters and the new positions in one transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learnloom.pipelines.ingest.land import dead_letters, tables
from learnloom.pipelines.ingest.land.batch import Parcel, Refusal, Sameness
from learnloom.pipelines.ingest.land.dedupe import KnownIds, with_fresh_ids
from learnloom.pipelines.ingest.land.sorting import Sorted, conflict_fault, sort_out
from learnloom.pipelines.ingest.sources.source import Positions
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError
from learnloom.pipelines.lake.fence import LANDING
from learnloom.schemas.record import Position


class Landed(NamedTuple):
    """What became of one parcel."""

    read: int
    accepted: int
    duplicates: int
    refused: Counter[str]
    """Dead letters by the rule of their first fault."""
    size: int
    """Bytes of all its records."""
    positions: Sequence[Position]
    """What holds now of the partitions it came from."""


class Lander:
    """Lands parcels through one connection; belongs to one thread."""

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
        self._known = KnownIds() if known is None else known
        self._expected: dict[tuple[str, int], Position] = {}
        self._has_failed = False
        tables.prepare(warehouse, wait_seconds=wait_seconds)

    def positions(self) -> Positions:
        """Read the stored positions; parcels that go on from others are not landed from now on."""
        self._expected = self._warehouse.retrying(
            lambda: tables.positions(self._warehouse), wait_seconds=self._wait_seconds
        )
        self._has_failed = False
        return dict(self._expected)

    def land(self, parcel: Parcel, streams: frozenset[str] = frozenset()) -> Landed:
        """Land `parcel`, whose portions go on from the positions given or landed last.

        Args:
            parcel: what to land.
            streams: topics whose stored position is no condition.

        Raises:
            PositionConflictError: another process has landed of the same partition; nothing is written.
            WarehouseBusyError: other writers were in the way for too long; nothing is written.
        """
        if self._has_failed:
            # What follows a parcel that has not landed must not land either, or its records were left out.
            raise PositionConflictError("an earlier parcel has not landed: read the positions again")
        try:
            landed, updated, sorted_ = self._warehouse.retrying(
                lambda: with_fresh_ids(lambda: self._transact(parcel, streams)),
                wait_seconds=self._wait_seconds,
            )
        except BaseException:
            self._has_failed = True
            raise
        self._expected |= updated
        ids, contents = parcel.hashes()
        self._known.landed(ids[sorted_.keep], contents[sorted_.keep], tables.last_commit(self._warehouse))
        return landed

    def _transact(
        self, parcel: Parcel, streams: frozenset[str]
    ) -> tuple[Landed, dict[tuple[str, int], Position], Sorted]:
        warehouse, now = self._warehouse, self._now()
        with warehouse.transaction(LANDING):
            snapshot = warehouse.snapshot()
            stored = tables.positions(warehouse, {portion.topic for portion in parcel.portions})
            self._check_positions(parcel, stored, streams)
            tables.take_turn(warehouse)
            sorted_ = sort_out(warehouse, self._known, snapshot, parcel, self._is_same)
            tables.write_statements(warehouse, parcel.statement_rows(sorted_.keep), now)
            refused, repeated = self._write_refusals(parcel, sorted_, now)
            updated = _advanced(parcel, stored, sorted_, refused, repeated)
            tables.write_positions(warehouse, updated.values(), now)
        landed = Landed(
            read=parcel.record_count,
            accepted=int(sorted_.keep.sum()),
            duplicates=int(sorted_.duplicate.sum()) + len(repeated),
            refused=Counter(refusal.faults[0].rule for refusal in refused),
            size=parcel.size,
            positions=list(updated.values()),
        )
        return landed, updated, sorted_

    def _check_positions(self, parcel: Parcel, stored: Positions, streams: frozenset[str]) -> None:
        """Refuse the parcel unless each portion goes on from the stored position that was read before."""
        reached: dict[tuple[str, int], int] = {}
        for portion in parcel.portions:
            key = (portion.topic, portion.partition)
            if portion.topic in streams:
                continue
            mine, theirs = self._expected.get(key), stored.get(key)
            next_offset = theirs.next_offset if theirs is not None else 0
            # A file or topic that has been replaced begins anew, below the stored offset; none may begin above it.
            if mine != theirs or portion.start_offset > reached.get(key, next_offset):
                raise PositionConflictError(
                    f"records of {portion.topic} (partition {portion.partition}) from offset "
                    f"{portion.start_offset} on do not follow the stored position {next_offset}: another "
                    "process has landed records of it meanwhile"
                )
            reached[key] = portion.next_offset

    def _write_refusals(
        self, parcel: Parcel, sorted_: Sorted, now: datetime
    ) -> tuple[list[Refusal], list[Refusal]]:
        """Write the dead letters; give those that are new and those that had been written before."""
        conflicts = [
            parcel.refuse(index, conflict_fault(parcel.statement_ids[index])) for index in sorted_.conflicts
        ]
        refusals = parcel.refusals + conflicts
        if not refusals:
            return [], []
        ids = parcel.dead_letter_ids(refusals)
        spans: dict[tuple[str, int], tuple[int, int]] = {}
        for refusal in refusals:
            place = parcel.portions[refusal.portion]
            first, last = spans.get((place.topic, place.partition), (refusal.offset, refusal.offset))
            spans[place.topic, place.partition] = (min(first, refusal.offset), max(last, refusal.offset))
        there = dead_letters.known_dead_letters(self._warehouse, spans, ids)
        new = [refusal for refusal, letter in zip(refusals, ids, strict=True) if letter not in there]
        new_ids = [letter for letter in ids if letter not in there]
        dead_letters.write_dead_letters(self._warehouse, parcel.dead_letter_rows(new, new_ids), now)
        repeated = [refusal for refusal, letter in zip(refusals, ids, strict=True) if letter in there]
        return new, repeated


def _advanced(
    parcel: Parcel, stored: Positions, sorted_: Sorted, refused: list[Refusal], repeated: list[Refusal]
) -> dict[tuple[str, int], Position]:
    """Compute the positions that hold once the parcel has landed."""
    portion_of = np.array(parcel.portion_of, dtype=np.intp)
    accepted = _per_portion(parcel, portion_of[sorted_.keep])
    duplicates = _per_portion(parcel, portion_of[sorted_.duplicate])
    duplicates += _per_portion(parcel, np.array([refusal.portion for refusal in repeated], dtype=np.intp))
    dead = _per_portion(parcel, np.array([refusal.portion for refusal in refused], dtype=np.intp))
    positions: dict[tuple[str, int], Position] = {}
    for index, portion in enumerate(parcel.portions):
        key = (portion.topic, portion.partition)
        old = positions.get(key) or stored.get(key) or Position(*key)
        positions[key] = old._replace(
            next_offset=portion.next_offset,
            head_digest=portion.head_digest,
            accepted=old.accepted + int(accepted[index]),
            duplicates=old.duplicates + int(duplicates[index]),
            dead=old.dead + int(dead[index]),
        )
    return positions


def _per_portion(parcel: Parcel, portions: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return np.bincount(portions, minlength=len(parcel.portions))
