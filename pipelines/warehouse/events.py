"""Reading the outbox: events in the order of their sequence, and what of them still stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from pipelines.warehouse.connection import LAKE, Warehouse
from schemas.event import Change

_OUTBOX: Final = f"{LAKE}.feedback.outbox"
_SIGNAL: Final = f"{LAKE}.feedback.signal"


class OutboxRow(NamedTuple):
    """A row of feedback.outbox; what each field means stands there."""

    sequence: int
    event_id: str
    change: Change
    occurrence: int
    student_key: str
    signal_id: str
    signal_kind: str
    audience: str
    created_at: datetime
    expires_at: datetime
    event: str


_COLUMNS: Final = ", ".join(OutboxRow._fields)


def read_events(
    warehouse: Warehouse,
    *,
    since: int,
    limit: int,
    kinds: Collection[str] | None = None,
    audiences: Collection[str] | None = None,
    students: Collection[str] | None = None,
) -> list[OutboxRow]:
    """Read events in order from sequence `since` on, of the kinds, audiences and students named; None: of all."""
    conditions = ["sequence >= $since"]
    values: dict[str, object] = {"since": since, "limit": limit}
    for column, wanted in (("signal_kind", kinds), ("audience", audiences), ("student_key", students)):
        if wanted is not None:
            conditions.append(f"list_contains(${column}, {column})")
            values[column] = sorted(wanted)
    return _rows(
        warehouse,
        f"SELECT {_COLUMNS} FROM {_OUTBOX} WHERE {' AND '.join(conditions)} ORDER BY sequence LIMIT $limit",
        values,
    )


def events_of(warehouse: Warehouse, sequences: Collection[int]) -> list[OutboxRow]:
    """Read the events of these sequences, in order."""
    return _rows(
        warehouse,
        f"SELECT {_COLUMNS} FROM {_OUTBOX} WHERE list_contains($sequences, sequence) ORDER BY sequence",
        {"sequences": sorted(sequences)},
    )


def raised_event(warehouse: Warehouse, signal_id: str) -> OutboxRow | None:
    """The event that last raised a signal; None where there never was such a signal."""
    rows = _rows(
        warehouse,
        f"SELECT {_COLUMNS} FROM {_OUTBOX} WHERE signal_id = $signal_id AND change = 'raised' "
        "ORDER BY sequence DESC LIMIT 1",
        {"signal_id": signal_id},
    )
    return rows[0] if rows else None


def standing_sequences(warehouse: Warehouse) -> list[int]:
    """The events that raised what stands now, in order: the last one of each signal."""
    rows = warehouse.rows(
        f"SELECT max(sequence) FROM {_OUTBOX} SEMI JOIN {_SIGNAL} USING (signal_id) WHERE change = 'raised' "
        "GROUP BY signal_id ORDER BY ALL"
    )
    return [row[0] for row in rows]


def standing_ids(warehouse: Warehouse, signal_ids: Collection[str]) -> set[str]:
    """Which of these signals stand now."""
    rows = warehouse.rows(
        f"SELECT signal_id FROM {_SIGNAL} WHERE list_contains($ids, signal_id)", {"ids": sorted(signal_ids)}
    )
    return {row[0] for row in rows}


def last_sequence(warehouse: Warehouse) -> int:
    """Sequence of the newest event; 0 where there is none."""
    return int(warehouse.one(f"SELECT coalesce(max(sequence), 0) FROM {_OUTBOX}")[0])


def agents_of(warehouse: Warehouse, student_keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Kind and text of the identifier by which each student was met last."""
    rows = warehouse.rows(
        "SELECT student_key, identifier_kind, identifier FROM dimensional.dim_student "
        "WHERE list_contains($keys, student_key)",
        {"keys": sorted(student_keys)},
    )
    return {key: (kind, identifier) for key, kind, identifier in rows}


def _rows(warehouse: Warehouse, select: str, values: dict[str, object]) -> list[OutboxRow]:
    return [OutboxRow._make(row)._replace(change=Change(row[2])) for row in warehouse.rows(select, values)]
