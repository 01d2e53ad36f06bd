"""Landing is exactly once: whatever is read, repeated, raced or broken off."""

import io
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land import landing_schema, tables
from learnloom.pipelines.ingest.land.dead_letters import DeadSelection, find
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.ingest.samples import (
    NOON,
    Scripted,
    batch,
    bring_in,
    file_source,
    landed_ids,
    lines_of,
    statement,
    statement_id,
    statements,
    write_batch,
    writer,
)


@pytest.fixture
def warehouse(warehouse_of_any_kind: Warehouse) -> Warehouse:
    """What is promised of landing holds whatever keeps the catalogue."""
    return warehouse_of_any_kind


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty warehouse to copy."""
    folder = tmp_path_factory.mktemp("prepared") / "warehouse"
    with Warehouse(folder) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=30)
    return folder


def _write(path: Path, records: list[bytes]) -> Path:
    path.write_bytes(lines_of(records))
    return path


def _counts(summary: ImportSummary) -> tuple[int, int, int, dict[str, int]]:
    return summary.read, summary.accepted, summary.duplicates, dict(summary.refused)


def test_bytes_are_landed_as_received_with_their_place(tmp_path: Path, warehouse: Warehouse) -> None:
    """A statement stands in the table with its exact bytes, its coordinates and the time of landing."""
    odd = b'{ "verb" : "\\u00e4 \xc3\xa4",  "id":"' + statement_id(7).upper().encode() + b'", "n": 1.50 }'
    path = _write(tmp_path / "a.jsonl", [statement(1), odd])
    bring_in(warehouse, path)
    rows = warehouse.rows(
        'SELECT statement_id::VARCHAR, raw, topic, "partition", "offset", element, landed_at '
        "FROM landing.statement ORDER BY ALL"
    )
    assert rows == [
        (statement_id(1), statement(1).decode(), str(path), 0, 0, 0, NOON),
        (statement_id(7), odd.decode(), str(path), 0, 1, 0, NOON),
    ]


def test_a_statement_without_id_gets_one_from_its_bytes(tmp_path: Path, warehouse: Warehouse) -> None:
    """The same bytes get the same UUIDv5, so a second copy is a duplicate; other bytes get another."""
    path = _write(tmp_path / "a.jsonl", [b'{"verb":"a"}', b'{"verb":"b"}', b'{"verb":"a"}'])
    assert _counts(bring_in(warehouse, path)) == (3, 2, 1, {})
    assert all(found[14] == "5" for found in landed_ids(warehouse))


@pytest.mark.slow
def test_every_record_is_a_statement_a_duplicate_or_a_dead_letter(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Counts in summary, tables and position agree, rule by rule."""
    records = [statement(1), b"broken", statement(1), statement(1, text="other"), statement(2), b'{"no": 1}']
    path = _write(tmp_path / "a.jsonl", records)
    summary = bring_in(warehouse, path)
    refused = {"json-syntax": 1, "statement-object": 1, "id-conflict": 1}
    assert _counts(summary) == (6, 2, 1, refused)
    (position,) = tables.positions(warehouse).values()
    assert position[2:3] + position[4:] == (6, 2, 1, 3)
    dead = find(warehouse, DeadSelection(), limit=10)
    assert {(letter.faults[0].rule, letter.raw, letter.offset) for letter in dead} == {
        ("json-syntax", b"broken", 1),
        ("id-conflict", records[3], 3),
        ("statement-object", b'{"no": 1}', 5),
    }
    assert {letter.landed_at for letter in dead} == {NOON}


@pytest.mark.slow
def test_a_second_import_lands_nothing(tmp_path: Path, warehouse: Warehouse) -> None:
    """The same files again are not even read; other files with the same statements are all duplicates."""
    path = _write(tmp_path / "a.jsonl", [*statements(range(25)), b"broken"])
    bring_in(warehouse, path)
    assert _counts(bring_in(warehouse, path)) == (0, 0, 0, {})
    other = _write(tmp_path / "b.jsonl", statements(range(25)))
    assert _counts(bring_in(warehouse, other)) == (25, 0, 25, {})


@pytest.mark.slow
def test_a_dead_letter_read_again_is_a_duplicate(tmp_path: Path, warehouse: Warehouse) -> None:
    """The same broken bytes at the same place are one dead letter, however often they are read."""
    records = b"broken\n" + statement(1) + b"\n"
    for expected in [(2, 1, 0, {"json-syntax": 1}), (2, 0, 2, {})]:
        source = file_source(STDIN, stdin=io.BytesIO(records))
        assert _counts(bring_in(warehouse, source=source)) == expected


@pytest.mark.slow
def test_equal_by_the_rule_is_a_duplicate_and_unequal_a_conflict(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Across imports too, equality is the rule's and not that of the bytes; the first statement stays."""
    bring_in(warehouse, _write(tmp_path / "a.jsonl", [statement(1)]))
    again = json.dumps(
        {**json.loads(statement(1)), "stored": "2026"}, indent=None, separators=(",", ":")
    ).encode()
    second = _write(tmp_path / "b.jsonl", [again, statement(1, text="other"), statement(1, text="other")])
    assert _counts(bring_in(warehouse, second)) == (3, 0, 1, {"id-conflict": 2})
    assert warehouse.rows("SELECT raw FROM landing.statement") == [(statement(1).decode(),)]


@pytest.mark.slow
def test_several_small_files_share_a_transaction(tmp_path: Path, warehouse: Warehouse) -> None:
    """A folder of small files does not cost a commit each."""
    for number in range(20):
        _write(tmp_path / f"{number:02}.json", [statement(number)])
    steps: list[int] = []
    summary = bring_in(warehouse, tmp_path, observer=lambda so_far: steps.append(so_far.read))
    assert steps == [10, 20]
    assert summary.accepted == 20
    assert len(tables.positions(warehouse)) == 20


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    numbers=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1), st.booleans()), max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=3),
    asks=st.sampled_from([0, 2, 1_000]),
)
def test_any_cutting_gives_the_same_landing(
    prepared: Path,
    tmp_path_factory: pytest.TempPathFactory,
    numbers: list[tuple[int, int, bool]],
    cuts: list[int],
    asks: int,
) -> None:
    """However records are cut into transactions, the first of each id lands and no record is forgotten."""
    records = [
        statement(number, text=f"v{content}", **({"stored": index} if is_again else {}))
        for index, (number, content, is_again) in enumerate(numbers)
    ]
    firsts = {number: content for number, content, _ in reversed(numbers)}
    folder = tmp_path_factory.mktemp("w") / "warehouse"
    shutil.copytree(prepared, folder)
    with Warehouse(folder) as warehouse:
        mine = writer(warehouse, KnownIds(warehouse, sql_asks=asks))
        mine.positions()
        bounds = sorted({0, *(min(cut, len(records)) for cut in cuts), len(records)})
        for start, end in pairwise(bounds):
            mine.land(write_batch(records[start:end], start=start))
        rows = warehouse.rows("SELECT statement_id::VARCHAR, raw FROM landing.statement")
        conflicts = sum(firsts[number] != content for number, content, _ in numbers)
        dead = warehouse.one("SELECT count(*) FROM landing.dead_letter WHERE rule = 'id-conflict'")[0]
    assert {found: json.loads(raw)["text"] for found, raw in rows} == {
        statement_id(number): f"v{content}" for number, content in firsts.items()
    }
    assert len(rows) == len(firsts)
    assert dead == conflicts


@pytest.mark.slow
def test_interruption_keeps_what_landed_and_the_next_import_goes_on(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Asked to stop, an import ends after the batch in hand; the rest follows with the next one."""
    path = _write(tmp_path / "a.jsonl", statements(range(60)))
    stop = StopSignal()
    first = bring_in(warehouse, path, observer=lambda _: stop.set(), stop=stop)
    assert first.is_interrupted
    assert 10 <= first.read < 60
    assert first.read == tables.statement_count(warehouse)
    second = bring_in(warehouse, path)
    assert not second.is_interrupted
    assert first.read + second.read == 60
    assert tables.statement_count(warehouse) == 60


@pytest.mark.slow
def test_an_error_while_reading_lands_what_was_read_before(warehouse: Warehouse) -> None:
    """A failing source ends the import with its error; rows equal positions."""

    def fail() -> None:
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        bring_in(
            warehouse,
            source=Scripted(
                [batch(statements(range(10)), start=0), batch(statements(range(10, 20)), start=10), fail]
            ),
        )
    rows = tables.statement_count(warehouse)
    (position,) = tables.positions(warehouse).values()
    assert rows == position.next_offset == position.accepted


def test_a_failed_write_leaves_nothing_behind(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the transaction breaks before its end, neither rows nor positions are there."""

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(tables, "write_positions", fail)
    with pytest.raises(RuntimeError, match="disk is full"):
        bring_in(warehouse, source=Scripted([batch(statements(range(10)), start=0)]))
    assert tables.statement_count(warehouse) == 0
    assert tables.positions(warehouse) == {}
