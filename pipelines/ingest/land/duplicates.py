"""What becomes of each statement of a batch, given what has landed: new, a duplicate, or in conflict with another."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.batch import Sameness, WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.hash_runs import KnownHashes
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.record import Fault

ID_CONFLICT: Final = "id-conflict"


class DedupResult(NamedTuple):
    """What becomes of each statement of a batch."""

    keep: npt.NDArray[np.bool_]
    """Is new: to be landed."""
    duplicate: npt.NDArray[np.bool_]
    """Equal to a statement that has landed or stands earlier in the batch: to be dropped."""
    conflicts: list[int]
    """Indices of those whose id another statement has: to be refused."""


def deduplicate(
    warehouse: Warehouse, known: KnownIds, snapshot: int, batch: WriteBatch, is_same: Sameness
) -> DedupResult:
    """Sort the statements of `batch` against those of `snapshot`, which the open transaction reads.

    A statement that is equal to an earlier one under its id is a duplicate, one that is not is refused: the
    first stays (xAPI 1.0.3 Communication 2.1.1, duplicate ids). What was erased counts as a
    duplicate, whatever it says.
    """
    count = len(batch.statement_ids)
    ids, contents = batch.hashes()
    known.refresh(snapshot)
    found = known.find(ids, contents)
    erased = known.erased.by_id(ids)
    duplicate = found.is_same | erased
    suspects = np.flatnonzero(found.is_known & ~duplicate).tolist()
    firsts = _content(warehouse, batch, suspects, found)
    repeats = _repeats(batch, found.is_known | erased, firsts)
    conflicts = []
    for index in sorted({*suspects, *repeats}):
        first = firsts.get(batch.statement_ids[index])
        if first is None:
            # Only the hashes of two ids agree. A second one under the same id is compared to this.
            firsts[batch.statement_ids[index]] = batch.raws[index]
        elif first == batch.raws[index] or is_same(orjson.loads(first), orjson.loads(batch.raws[index])):
            duplicate[index] = True
        else:
            conflicts.append(index)
    keep = ~duplicate
    keep[conflicts] = False
    assert len(keep) == count  # noqa: S101 - every statement is accounted for once
    return DedupResult(keep, duplicate, conflicts)


def conflict_fault(statement_id: str) -> Fault:
    """Say that another statement has this id."""
    return Fault(
        ID_CONFLICT,
        "/id",
        f'"{statement_id}"',
        "Another statement with this id has landed, and the first stays: give every statement its own id, "
        "and correct one by voiding it and sending a new one.",
    )


def _content(
    warehouse: Warehouse, batch: WriteBatch, indices: list[int], found: KnownHashes
) -> dict[str, bytes]:
    """Read the landed bytes for the statements at `indices`."""
    firsts: dict[str, bytes] = {}
    ids = batch.hashes()[0]
    # Whoever is not found at the time that is known has an id hash in common with another: any time is possible.
    for times in (found.landed_us[indices], np.zeros(0, np.uint64)):
        asked = {
            batch.statement_ids[index]: ids[index]
            for index in indices
            if batch.statement_ids[index] not in firsts
        }
        if asked:
            hashes = pa.array(list(asked.values()), pa.uint64())
            firsts |= tables.landed_content(warehouse, list(asked), hashes, np.unique(times).tolist())
    return firsts


def _repeats(batch: WriteBatch, is_known: npt.NDArray[np.bool_], firsts: dict[str, bytes]) -> list[int]:
    """Find the statements whose id stands earlier in the batch too, and add the earlier ones to `firsts`."""
    if len(set(batch.statement_ids)) == len(batch.statement_ids):
        return []
    seen: dict[str, int] = {}
    repeats = []
    for index, statement_id in enumerate(batch.statement_ids):
        earlier = seen.setdefault(statement_id, index)
        if earlier != index and not is_known[index]:
            firsts.setdefault(statement_id, batch.raws[earlier])
            repeats.append(index)
    return repeats
