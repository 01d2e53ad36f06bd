"""Small statements, a judge and a rule of equality for the tests of landing."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from learnloom.pipelines.ingest.land.batch import Sameness, WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.loop import (
    ImportSummary,
    LandingObserver,
    LandingPolicy,
    import_statements,
)
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.land.writer import LandingWriter
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.sources.source import Positions, Problem, Source
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.record import Batch, Fault, Judge, Position, Record, Verdict

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
        return Verdict(raw, (Fault("json-syntax", "", "", str(error)),))
    if not isinstance(parsed, dict) or "verb" not in parsed:
        return Verdict(raw, (Fault("statement-object", "", "", "no verb"),))
    return Verdict(raw, (), parsed.get("id"))


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


def bring_in(
    warehouse: Warehouse,
    *paths: Path,
    max_records: int = 10,
    source: Source | None = None,
    stop: StopSignal | None = None,
    observer: LandingObserver | None = None,
    judge: Judge = judge,
    is_same: Sameness = is_same,
) -> ImportSummary:
    """Import files with small batches."""
    return import_statements(
        source or file_source(*paths, max_records=max_records),
        warehouse,
        LandingPolicy(max_records=max_records, max_bytes=MAX_BYTES, wait_seconds=30.0),
        judge=judge,
        is_same=is_same,
        now=lambda: NOON,
        stop=stop,
        observer=observer,
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


def lines_of(records: list[bytes]) -> bytes:
    """Write records as JSON lines."""
    return b"".join(record + b"\n" for record in records)


def array_of(records: list[bytes]) -> bytes:
    """Write records as a JSON array."""
    return b"[" + b",\n ".join(records) + b"]\n"


def answer_of(records: list[bytes]) -> bytes:
    """Write records as the answer of an LRS."""
    return b'{"more": "/xapi/more?a=[1]", "statements": [' + b",".join(records) + b"]}"


FORMS = [lines_of, array_of, answer_of]


def after(done: Batch) -> Positions:
    """The positions that hold once a batch has landed."""
    return {(done.topic, 0): Position(done.topic, 0, done.next_offset, done.head_digest)}


def batch(records: list[bytes], *, topic: str = "t", start: int = 0) -> Batch:
    """A batch of these records from an offset on."""
    placed = [Record(start + number, 0, raw) for number, raw in enumerate(records)]
    return Batch(topic, 0, start, start + len(records), placed)


def write_batch(records: list[bytes], *, topic: str = "t", start: int = 0) -> WriteBatch:
    """A judged batch of one batch."""
    made = WriteBatch()
    made.add_batch(batch(records, topic=topic, start=start), judge)
    return made


def writer(warehouse: Warehouse, known: KnownIds | None = None) -> LandingWriter:
    """A writer with the rule of equality of these tests."""
    return LandingWriter(warehouse, is_same=is_same, now=lambda: NOON, wait_seconds=30.0, known=known)


class Scripted:
    """A source that plays a list of batches of the topic `t`, and does something between them."""

    streams: frozenset[str] = frozenset()

    def __init__(self, steps: Sequence[Batch | Callable[[], None]]) -> None:
        self._steps = steps
        self.problems: list[Problem] = []

    def batches(self, positions: Positions) -> Iterator[Batch]:
        """Play the script; batches that have landed are passed over."""
        done = positions["t", 0].next_offset if ("t", 0) in positions else 0
        for step in self._steps:
            if not isinstance(step, Batch):
                step()
            elif step.next_offset > done:
                yield step

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Take no note."""

    def lag(self) -> None:
        """Tell nothing."""


def importing(folder: Path, inputs: Path) -> None:
    """Import a folder into a warehouse, telling each step: for a process of its own."""
    with Warehouse(folder) as warehouse:
        print("open", flush=True)  # noqa: T201 - heard by whoever started the process
        bring_in(warehouse, inputs, max_records=100, observer=lambda so: print(so.read, flush=True))  # noqa: T201
    print("done", flush=True)  # noqa: T201
