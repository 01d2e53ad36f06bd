"""Judging dead letters again, after a change of rules or with a mend, and landing what is valid now."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from learnloom.pipelines.ingest.land import dead_letters, landing_schema, tables
from learnloom.pipelines.ingest.land.batch import PartitionSlice, Sameness, WriteBatch
from learnloom.pipelines.ingest.land.dead_letters import DeadSelection
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.duplicates import DedupResult, conflict_fault, deduplicate
from learnloom.pipelines.ingest.validate.repairs import Mend
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.schemas.record import DeadLetter, Fault, Judge, Record

_KEPT_EXAMPLES = 100
_MEND_FAILED = "mend-failed"


@dataclass
class ReplaySummary:
    """What became of the dead letters that were judged again."""

    tried: int = 0
    landed: int = 0
    duplicates: int = 0
    """Valid now, and an equal statement had landed already: marked as replayed too."""
    kept: Counter[str] = field(default_factory=Counter)
    """Those that stay dead letters, by the rule of their first fault as judged now."""
    examples: list[tuple[str, Fault]] = field(default_factory=list)
    """Some of these, with their ids."""


def replay(
    warehouse: Warehouse,
    selection: DeadSelection,
    *,
    judge: Judge,
    is_same: Sameness,
    now: Callable[[], datetime],
    wait_seconds: float,
    mend: Mend | None = None,
    fix: str | None = None,
    max_records: int = 1_000,
) -> ReplaySummary:
    """Judge the selected dead letters again; land what is valid and mark it replayed, in one transaction.

    Doing it twice is doing it once: what was replayed is not tried again. A position is not touched.

    Args:
        warehouse: where they are.
        selection: which ones; those replayed already are passed over.
        judge: says whether bytes are a valid statement.
        is_same: the specification's rule of equality.
        now: gives the time of landing.
        wait_seconds: how long other writers may be in the way of one transaction.
        mend: changes the bytes before they are judged; the bytes it gives are what lands. Where it raises,
            the dead letter in hand stays and the others go on.
        fix: what the mend is called in the receipt that each dead letter gets.
        max_records: dead letters in one transaction.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; what was replayed until then stays so.
    """
    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    ids = dead_letters.find_ids(warehouse, selection._replace(is_waiting=True))
    summary = ReplaySummary()
    with KnownIds(warehouse) as known:
        for start in range(0, len(ids), max_records):
            chunk = ids[start : start + max_records]

            def work(chunk: Sequence[str] = chunk) -> ReplaySummary:
                return _replay_chunk(
                    warehouse, chunk, known, judge=judge, is_same=is_same, mend=mend, fix=fix, now=now()
                )

            _add(summary, warehouse.retrying(work, wait_seconds=wait_seconds))
    return summary


def _add(total: ReplaySummary, part: ReplaySummary) -> None:
    total.tried += part.tried
    total.landed += part.landed
    total.duplicates += part.duplicates
    total.kept.update(part.kept)
    total.examples.extend(part.examples[: _KEPT_EXAMPLES - len(total.examples)])


def _replay_chunk(
    warehouse: Warehouse,
    ids: Sequence[str],
    known: KnownIds,
    *,
    judge: Judge,
    is_same: Sameness,
    mend: Mend | None,
    fix: str | None,
    now: datetime,
) -> ReplaySummary:
    """Replay a few dead letters in one transaction."""
    known.catch_up()
    with warehouse.transaction(LANDING):
        snapshot = warehouse.snapshot()
        # Read within the transaction: another replay may have been faster.
        letters = dead_letters.find(warehouse, DeadSelection(ids=ids), limit=len(ids))
        landing_schema.advance_fence(warehouse)
        batch, refused, valid = _judged(letters, judge, mend)
        dedup = deduplicate(warehouse, known, snapshot, batch, is_same)
        tables.write_statements(warehouse, batch.statement_rows(dedup.keep), now)
        replayed = {
            letter.dead_letter_id: statement_id
            for index, (letter, statement_id) in enumerate(zip(valid, batch.statement_ids, strict=True))
            if dedup.keep[index] or dedup.duplicate[index]
        }
        dead_letters.mark_replayed(warehouse, replayed, fix, now)
    refused += _conflicts(batch, dedup, valid)
    return ReplaySummary(
        tried=len(letters),
        landed=int(dedup.keep.sum()),
        duplicates=int(dedup.duplicate.sum()),
        kept=Counter(fault.rule for _, fault in refused),
        examples=refused[:_KEPT_EXAMPLES],
    )


def _judged(
    letters: Sequence[DeadLetter], judge: Judge, mend: Mend | None
) -> tuple[WriteBatch, list[tuple[str, Fault]], list[DeadLetter]]:
    """Judge the dead letters: the valid ones as a batch and as a list, and the faults of the others."""
    batch = WriteBatch()
    refused: list[tuple[str, Fault]] = []
    valid = []
    for letter in letters:
        raw = letter.raw
        if mend is not None and raw is not None:
            try:
                raw = mend(raw)
            except Exception as error:  # noqa: BLE001 - a stranger's function; whatever it raises is told
                message = f"The mend raised {type(error).__name__}: {error}"
                refused.append((letter.dead_letter_id, Fault(_MEND_FAILED, "", "", message)))
                continue
        before = len(batch.refusals)
        offset = letter.offset
        batch.add_slice(PartitionSlice(letter.topic, letter.partition, offset, offset + 1, None))
        batch.add(Record(offset, letter.element, raw, None, letter.source, letter.xapi_version), judge)
        if len(batch.refusals) > before:
            refused.append((letter.dead_letter_id, batch.refusals[-1].faults[0]))
        else:
            valid.append(letter)
    return batch, refused, valid


def _conflicts(batch: WriteBatch, dedup: DedupResult, valid: Sequence[DeadLetter]) -> list[tuple[str, Fault]]:
    return [
        (valid[index].dead_letter_id, conflict_fault(batch.statement_ids[index])) for index in dedup.conflicts
    ]
