"""What stands in the warehouse as a whole: rows, freshness, positions, sizes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import catalogued_tables
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.schemas.record import Position


@dataclass(frozen=True)
class TableSize:
    """One table."""

    relation: str
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True)
class Status:
    """The warehouse at a glance; times are None where nothing has happened yet."""

    folder: str
    data_path: str
    """Below which the data lie: in the folder, or on an object store."""
    statements: int
    dead_letters_waiting: int
    newest_statement_landed_at: dt.datetime | None
    statements_not_staged: int
    as_of: dt.datetime | None
    refreshed_at: dt.datetime | None
    model_version: int | None
    model_answers: int | None
    """Answers from which the model version was fitted."""
    answers: int | None
    students: int | None
    signals: int | None
    snapshots: int
    tables: list[TableSize]
    positions: list[Position]


def read_status(warehouse: Warehouse) -> Status:
    """Read the status, as of one moment; tables of layers that were never built are left out."""
    with one_thread(warehouse), one_snapshot(warehouse):
        return _read_status(warehouse)


def _read_status(warehouse: Warehouse) -> Status:
    standing = tables(warehouse)
    sizes = _sizes(warehouse)
    n_rows = {size.relation: size.rows for size in sizes}
    landed = _optional(
        warehouse, standing, "landing.statement", "SELECT count(*), max(landed_at) FROM landing.statement"
    )
    staged = _optional(
        warehouse, standing, "staging.stg_statement", "SELECT count(*) FROM staging.stg_statement"
    )
    state = _optional(
        warehouse,
        standing,
        "run.refresh_state",
        "SELECT as_of, refreshed_at, model_version FROM run.refresh_state",
    )
    model = _optional(
        warehouse,
        standing if state else [],
        "estimates.model_version",
        "SELECT n_answers FROM estimates.model_version ORDER BY model_version = "
        "(SELECT model_version FROM run.refresh_state) DESC LIMIT 1",
    )
    dead = "SELECT count(*) FROM landing.dead_letter WHERE replayed_at IS NULL"
    return Status(
        folder=str(warehouse.folder),
        data_path=warehouse.place.data,
        statements=landed[0] if landed else 0,
        dead_letters_waiting=(_optional(warehouse, standing, "landing.dead_letter", dead) or [0])[0],
        newest_statement_landed_at=landed[1] if landed else None,
        statements_not_staged=(landed[0] if landed else 0) - (staged[0] if staged else 0),
        as_of=state[0] if state else None,
        refreshed_at=state[1] if state else None,
        model_version=state[2] if state else None,
        model_answers=model[0] if model else None,
        answers=n_rows.get("dimensional.fact_attempt"),
        students=n_rows.get("dimensional.dim_student"),
        signals=n_rows.get("feedback.signal"),
        snapshots=int(warehouse.one(f"SELECT count(*) FROM {LAKE}.snapshots()")[0]),
        tables=sizes,
        positions=_positions(warehouse, standing),
    )


def tables(warehouse: Warehouse) -> list[str]:
    """Full names of the lake's tables, sorted."""
    return list(catalogued_tables(warehouse))


def newest_before(warehouse: Warehouse, moment: dt.datetime) -> dt.datetime | None:
    """When the newest staged statement happened, where that was before a moment; None where it was not, or is none.

    Where statements are newer, the first that is met says so: all of them are read only where none is.
    """
    staged = "staging.stg_statement"
    if staged not in tables(warehouse) or warehouse.rows(
        f"SELECT 1 FROM {staged} WHERE occurred_at >= ? LIMIT 1", [moment]
    ):
        return None
    newest: dt.datetime | None = warehouse.one(f"SELECT max(occurred_at) FROM {staged}")[0]
    return newest


def _optional(
    warehouse: Warehouse, standing: list[str], relation: str, select: str
) -> tuple[Any, ...] | None:
    rows = warehouse.rows(select) if relation in standing else []
    return rows[0] if rows else None


def _sizes(warehouse: Warehouse) -> list[TableSize]:
    info = warehouse.rows(f"SELECT table_id, file_count, file_size_bytes FROM ducklake_table_info('{LAKE}')")
    files = {table_id: (int(count), int(size or 0)) for table_id, count, size in info}
    known = catalogued_tables(warehouse)
    # In one statement: each asks the catalogue half a dozen times.
    counts = [f"SELECT '{name}', count(*) FROM {name}" for name, table in known.items() if table.is_filled]
    n_rows = dict(warehouse.rows(" UNION ALL ".join(counts))) if counts else {}
    return [
        TableSize(name, int(n_rows.get(name, 0)), *files.get(table.table_id, (0, 0)))
        for name, table in known.items()
    ]


def _positions(warehouse: Warehouse, standing: list[str]) -> list[Position]:
    if "landing.position" not in standing:
        return []
    rows = warehouse.rows(
        'SELECT topic, "partition", next_offset, head_digest, accepted, duplicates, dead '
        'FROM landing.position ORDER BY topic, "partition"'
    )
    return [Position(*row) for row in rows]
