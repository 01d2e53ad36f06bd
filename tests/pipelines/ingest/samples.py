"""Small statements, a judge and a rule of equality for the tests of landing."""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.ingest.files import FileSource
from pipelines.ingest.land import ImportSummary, import_statements
from pipelines.ingest.source import Positions
from pipelines.warehouse.connection import Warehouse
from schemas.record import Batch, Fault, Verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAX_BYTES = 1 << 20


def statement_id(number: int) -> str:
    """The id of the statement with this number."""
    return str(uuid.UUID(int=(4 << 76) | (8 << 60) | number))


def statement(number: int, **more: Any) -> bytes:
    """The bytes of a statement with this number."""
    return json.dumps(
        {"id": statement_id(number), "verb": "did", "text": 'a "quoted" \\ [text]', **more}
    ).encode()


def statements(numbers: Sequence[int] | range) -> list[bytes]:
    """The bytes of several statements."""
    return [statement(number) for number in numbers]


def judge(raw: bytes | None) -> Verdict:
    """Accept every JSON object with a verb."""
    try:
        parsed = json.loads(raw or b"")
    except ValueError as error:
        return Verdict(None, (Fault("json-syntax", "", "", str(error)),))
    if not isinstance(parsed, dict) or "verb" not in parsed:
        return Verdict(None, (Fault("statement-object", "", "", "no verb"),))
    return Verdict(parsed, ())


def is_same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Compare two statements, whatever a store says of when it kept them."""
    return {**first, "stored": 0} == {**second, "stored": 0}


def file_source(
    *paths: Path,
    max_records: int = 10,
    max_bytes: int = MAX_BYTES,
    max_record_bytes: int = 4_096,
    **more: Any,
) -> FileSource:
    """A source over files with small limits."""
    return FileSource(
        paths, max_records=max_records, max_bytes=max_bytes, max_record_bytes=max_record_bytes, **more
    )


def bring_in(warehouse: Warehouse, *paths: Path, max_records: int = 10, **more: Any) -> ImportSummary:
    """Import files with small batches."""
    source = more.pop("source", None) or file_source(*paths, max_records=max_records)
    return import_statements(
        source,
        warehouse,
        **{
            "judge": judge,
            "is_same": is_same,
            "now": lambda: NOON,
            "wait_seconds": 30.0,
            "max_records": max_records,
            "max_bytes": MAX_BYTES,
            **more,
        },
    )


def values(batches: Iterator[Batch]) -> list[bytes | None]:
    """All records' bytes."""
    return [record.value for batch in batches for record in batch.records]


def landed_ids(warehouse: Warehouse) -> list[str]:
    """Ids of all landed statements, sorted."""
    return [
        row[0] for row in warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement ORDER BY ALL")
    ]


NOWHERE: Positions = {}
