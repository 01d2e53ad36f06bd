"""What is kept of a student in tables, row by row, for whoever asks for it: a file a table."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.privacy.given import ROWS, SAID_ELSEWHERE
from learnloom.pipelines.privacy.subject import Subject, whose

_AT_ONCE: Final = 5_000


def write_relations(
    warehouse: Warehouse, subject: Subject, statement_ids: Sequence[str], folder: Path
) -> dict[str, int]:
    """Write the student's rows of each relation of the warehouse; gives how many there are of each that has any.

    Args:
        warehouse: where they stand.
        subject: the student.
        statement_ids: of the student's own statements.
        folder: where the files go.
    """
    counts: dict[str, int] = {}
    filled = filled_tables(warehouse)
    with warehouse.holding(own=pa.table({"statement_id": pa.array(statement_ids, pa.string())})):
        for name, known in columns_in(warehouse, LAKE).items():
            columns = [column for column, _ in known]
            condition = whose(name, columns, [subject], "SELECT statement_id::UUID FROM own")
            if condition and name in filled and name not in SAID_ELSEWHERE:
                batches = warehouse.arrow_batches(
                    f"SELECT to_json(kept)::VARCHAR FROM (FROM {LAKE}.{name} WHERE {condition}) AS kept ORDER BY ALL",
                    at_once=_AT_ONCE,
                )
                rows = (row for batch in batches for row in batch.column(0).to_pylist())
                counts |= _write(folder, name, rows)
    return counts


def write_rows(folder: Path, place: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Write rows of a table beside the warehouse; gives how many there are, by the table's place; none: no file."""
    return _write(folder, place, map(as_json, rows))


def as_json(row: Mapping[str, Any]) -> str:
    """A row as one line; what is no text in base64."""
    told = {name: _readable(value) for name, value in row.items()}
    return json.dumps(told, ensure_ascii=False, default=str)


def _readable(value: Any) -> Any:
    if not isinstance(value, bytes | memoryview):
        return value
    content = bytes(value)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _write(folder: Path, place: str, lines: Iterable[str]) -> dict[str, int]:
    path, count = folder / ROWS.format(place=place), 0
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for each in lines:
            file.write(each + "\n")
            count += 1
    if not count:
        path.unlink()
        return {}
    return {place: count}
