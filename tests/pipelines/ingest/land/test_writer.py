"""A landing transaction asks only for what may have changed, and is as right as if it asked for everything."""

import gc
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds, hash_of
from learnloom.pipelines.ingest.land.threads import fewer_collections
from learnloom.pipelines.ingest.land.writer import LandingWriter
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError
from tests.pipelines.ingest.samples import (
    NOON,
    batch,
    is_same,
    judge,
    landed_ids,
    statement,
    statement_id,
    statements,
    write_batch,
    writer,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened


def _of_partition(numbers: range, partition: int) -> WriteBatch:
    made = WriteBatch()
    made.add_batch(batch(statements(numbers))._replace(partition=partition), judge)
    return made


def _writer_with_clock(warehouse: Warehouse) -> LandingWriter:
    """A writer each of whose transactions is a minute after the one before, and which knows ids by the index."""
    minutes = count()
    made = LandingWriter(
        warehouse,
        is_same=is_same,
        now=lambda: NOON + timedelta(minutes=next(minutes)),
        wait_seconds=30.0,
        known=KnownIds(warehouse, sql_asks=0),
    )
    made.positions()
    return made


@pytest.mark.slow
def test_positions_are_read_once_while_nobody_else_lands(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer knows the positions that it has written itself, and reads them again where others have written."""
    asked = []
    read = tables.positions

    def noting(*arguments: object) -> object:
        asked.append(arguments[1:])
        return read(*arguments)  # type: ignore[arg-type]

    mine = writer(warehouse)
    mine.positions()
    monkeypatch.setattr(tables, "positions", noting)
    for start in (0, 5, 10):
        mine.land(write_batch(statements(range(start, start + 5)), start=start))
    assert len(asked) == 1
    with warehouse.another() as other:
        other.run("CREATE TABLE landing.elsewhere (a INTEGER)")
    mine.land(write_batch(statements(range(15, 20)), start=15))
    assert len(asked) == 2
    assert read(warehouse)["t", 0].accepted == 20


@pytest.mark.slow
def test_a_partition_that_another_has_moved_is_refused_after_landings_of_ones_own(
    warehouse: Warehouse,
) -> None:
    """What others landed before a writer's newest landing is no part of what it knows: it cannot land it again."""
    mine = writer(warehouse)
    with warehouse.another() as other:
        theirs = writer(other)
        mine.positions()
        theirs.positions()
        theirs.land(_of_partition(range(5), partition=1))
        mine.land(_of_partition(range(5, 10), partition=0))
        with pytest.raises(PositionConflictError, match="partition 1"):
            mine.land(_of_partition(range(5), partition=1))
    assert len(landed_ids(warehouse)) == 10


@pytest.mark.slow
def test_what_differs_from_landed_bytes_is_compared_with_those_of_its_time(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id that comes again with other bytes is looked for in the transaction that landed it, and nowhere else."""
    mine = _writer_with_clock(warehouse)
    for start in range(0, 40, 10):
        mine.land(write_batch(statements(range(start, start + 10)), start=start))
    times = []
    look_up = tables.landed_content

    def noting(*arguments: object) -> object:
        times.append(arguments[3])
        return look_up(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "landed_content", noting)
    again = [statement(3, stored=1), statement(37, stored=1), statement(25, said="something else")]
    landed = mine.land(write_batch(again, start=40))
    assert (landed.accepted, landed.duplicates, landed.refused["id-conflict"]) == (0, 2, 1)
    noon = int(NOON.timestamp())
    assert times == [[1_000_000 * (noon + 60 * minute) for minute in (0, 2, 3)]]


@pytest.mark.slow
def test_two_ids_with_one_hash_are_found_whenever_they_landed(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the index knows another statement's time, the whole table is asked: nothing lands twice."""
    ids = {statement_id(number).encode() for number in range(2)}
    hashing = "learnloom.pipelines.ingest.land.batch.hash_of"
    monkeypatch.setattr(hashing, lambda data: bytes(8) if data in ids else hash_of(data))
    mine = _writer_with_clock(warehouse)
    for number in range(2):
        assert mine.land(write_batch([statement(number)], start=number)).accepted == 1
    for place, number in enumerate((0, 1), start=2):
        landed = mine.land(write_batch([statement(number, stored=1)], start=place))
        assert (landed.accepted, landed.duplicates) == (0, 1)
    assert landed_ids(warehouse) == [statement_id(0), statement_id(1)]


@pytest.mark.slow
def test_many_times_are_no_condition(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements of more transactions than are named at once are found, too."""
    monkeypatch.setattr(tables, "_MAX_TIMES", 2)
    mine = _writer_with_clock(warehouse)
    for number in range(4):
        mine.land(write_batch([statement(number)], start=number))
    landed = mine.land(write_batch([statement(number, stored=1) for number in range(4)], start=4))
    assert (landed.accepted, landed.duplicates) == (0, 4)


@pytest.mark.slow
def test_a_writer_works_in_one_thread_and_leaves_the_connection_as_it_was(warehouse: Warehouse) -> None:
    """Within, DuckDB has one thread; afterwards as many as before."""
    warehouse.run("SET threads=3")

    def threads() -> int:
        return int(warehouse.one("SELECT current_setting('threads')")[0])

    with writer(warehouse) as mine:
        assert threads() == 1
        with pytest.raises(PositionConflictError):
            mine.land(write_batch(statements(range(5)), start=5))
    assert threads() == 3


def test_rows_hold_the_bytes_of_those_that_are_kept() -> None:
    """Texts of any length and alphabet stand in the rows as they came; of none there are none."""
    made = write_batch([statement(1, text="ä\U0001f600"), statement(2), statement(3, text="")])
    rows = made.statement_rows(np.array([True, False, True]))
    assert rows.column("raw").to_pylist() == [made.raws[0].decode(), made.raws[2].decode()]
    assert rows.column("offset").to_pylist() == [0, 2]
    assert made.statement_rows(np.zeros(3, np.bool_)).num_rows == 0


def test_rows_are_no_place_for_what_is_no_text() -> None:
    """Bytes that are no UTF-8 are refused before they reach DuckDB, which takes Arrow's texts on trust."""
    made = write_batch([statement(1)])
    made.raws[0] = made.raws[0].replace(b"did", b"d\xff\xfe")
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        made.statement_rows(np.ones(1, np.bool_))


def test_collections_are_rarer_within_and_as_before_after() -> None:
    """The collector's thresholds are those of before once the last of several landings, which overlap, has ended."""
    before = gc.get_threshold()
    one, other = fewer_collections(), fewer_collections()
    one.__enter__()
    other.__enter__()
    assert gc.get_threshold()[0] > before[0]
    one.__exit__(None, None, None)
    assert gc.get_threshold()[0] > before[0]
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before
