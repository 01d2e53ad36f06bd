"""Statements that their source has corrected or withdrawn: a new one has an id of its own, the former one is voided.

A converted record has the same first id for good. What stands under it is known from the landing tables alone, in the
transaction that the fence guards: two processes that land a correction at once cannot both replace the same version.
"""

import uuid
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds, as_hashes, hash_of
from learnloom.pipelines.ingest.land.duplicates import DedupResult
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.vocabulary import VOIDED

_HOME_PAGE: Final = "https://learnloom.example"


class _Version(NamedTuple):
    """What stands of a record."""

    number: int
    statement_id: str
    content_hash: int | None
    """None: it was withdrawn, and the statement is its voiding."""


def replace_changed(
    warehouse: Warehouse, known: KnownIds, batch: WriteBatch, dedup: DedupResult, now: datetime
) -> tuple[WriteBatch, DedupResult, int]:
    """Have what has changed at its source land under a new id, with the voiding of what stood before.

    Args:
        warehouse: in an open transaction.
        known: asked about the same snapshot before.
        batch: what is to land; it stays as it is.
        dedup: what becomes of each statement without regard to changes.
        now: the time of landing.

    Returns:
        The batch and what becomes of each statement now, and how many were replaced.
    """
    conflicts = set(dedup.conflicts)
    again = [index for index in batch.changeable() if index in conflicts or dedup.duplicate[index]]
    if not again:
        return batch, dedup, 0
    found = tables.standing_versions(warehouse, {batch.statement_ids[index] for index in again})
    standing = {first: _Version(*version) for first, version in found.items()}
    hashes = batch.hashes()[1]
    changed: list[tuple[int, str | None, _Version]] = []
    for index in again:
        first = batch.statement_ids[index]
        old = standing.get(first)
        # Of a record that was never replaced, the comparison with the first statement has decided.
        if index in conflicts if old is None else old.content_hash != hashes[index]:
            content = int(hashes[index])
            number, former_id = _next(first, old)
            new = _Version(number, str(uuid.uuid5(uuid.UUID(first), f"{number}:{content:016x}")), content)
            standing[first] = new
            changed.append((index, former_id, new))
    # What is equal to what stands is a duplicate, though it may differ from the first.
    conflicts -= set(again)
    duplicate = dedup.duplicate.copy()
    duplicate[again] = True
    rows = [
        (batch.statement_ids[index], new.number, new.statement_id, new.content_hash)
        for index, _, new in changed
    ]
    tables.write_versions(warehouse, rows, now)
    n_replaced = sum(former_id is not None for _, former_id, _ in changed)
    batch, added = _with_versions(batch, changed)
    return batch, _decided(known, batch, duplicate, sorted(conflicts), added), n_replaced


def _with_versions(
    batch: WriteBatch, changed: list[tuple[int, str | None, _Version]]
) -> tuple[WriteBatch, list[int]]:
    """A copy in which new versions have their ids, and follow the voidings of those before; and where these are."""
    copied = batch.copied()
    added: list[int] = []
    for index, former_id, new in changed:
        statement = orjson.loads(batch.raws[index])
        copied.set_statement(index, new.statement_id, orjson.dumps({**statement, "id": new.statement_id}))
        added.append(index)
        if former_id is not None:
            added.append(len(copied.raws))
            void = _voiding(former_id, statement.get("timestamp"))
            copied.add_beside(index, void["id"], orjson.dumps(void))
    return copied, added


def withdraw(
    warehouse: Warehouse,
    known: KnownIds,
    *,
    came: WriteBatch,
    batch: WriteBatch,
    dedup: DedupResult,
    now: datetime,
) -> tuple[WriteBatch, DedupResult, int]:
    """Void what stands of the records that their sources do not make any more.

    Args:
        warehouse: in an open transaction, in which `replace_changed` was called.
        known: asked about the same snapshot before.
        came: what is to land, as it came.
        batch: the same with its new versions; it stays as it is.
        dedup: what becomes of each statement.
        now: the time of landing.

    Returns:
        The batch and what becomes of each statement now, and how many were withdrawn.
    """
    last = (
        {statement_id: index for index, statement_id in enumerate(came.statement_ids)}
        if came.withdrawals
        else {}
    )
    # What comes back later in the same batch is a correction.
    wanted = {each.first_id: each for each in came.withdrawals if last.get(each.first_id, -1) < each.at}
    if not wanted:
        return batch, dedup, 0
    hashes = as_hashes([hash_of(first.encode()) for first in wanted])
    is_landed = known.find(hashes, np.zeros_like(hashes)).is_known
    there = [first for first, found in zip(wanted, is_landed, strict=True) if found or first in last]
    standing = {
        first: _Version(*version) for first, version in tables.standing_versions(warehouse, there).items()
    }
    copied, added, rows = batch.copied(), [], []
    for first in there:
        old = standing.get(first)
        number, former_id = _next(first, old)
        if former_id is None:
            continue
        void = _voiding(former_id, None)
        rows.append((first, number, void["id"], None))
        added.append(len(copied.raws))
        copied.add_own(wanted[first].record, wanted[first].slice_index, void["id"], orjson.dumps(void))
    tables.write_versions(warehouse, rows, now)
    return copied, _decided(known, copied, dedup.duplicate, dedup.conflicts, added), len(rows)


def _next(first: str, old: _Version | None) -> tuple[int, str | None]:
    """Number of the next version of a record, and what it takes the place of; None: of nothing that stands."""
    if old is None:
        return 2, first
    return old.number + 1, None if old.content_hash is None else old.statement_id


def _decided(
    known: KnownIds,
    batch: WriteBatch,
    duplicate: npt.NDArray[np.bool_],
    conflicts: list[int],
    added: list[int],
) -> DedupResult:
    """What becomes of each statement of the larger batch."""
    larger = np.zeros(len(batch.raws), dtype=np.bool_)
    larger[: len(duplicate)] = duplicate
    if added:
        # They can only be there already where statements of another warehouse were imported.
        ids, contents = batch.hashes()
        larger[added] = known.find(ids[added], contents[added]).is_known
    keep = ~larger
    keep[conflicts] = False
    return DedupResult(keep, larger, conflicts)


def _voiding(former_id: str, timestamp: str | None) -> dict[str, Any]:
    """The statement that voids a former version, at the time of the one that takes its place."""
    statement: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.UUID(former_id), "voided")),
        "actor": {"objectType": "Agent", "account": {"homePage": _HOME_PAGE, "name": "convert"}},
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": former_id},
    }
    return statement if timestamp is None else statement | {"timestamp": timestamp}
