"""The landing tables: created once, written set-wise, found again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from learnloom.pipelines.ingest.land import landing_schema, tables
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.schemas.record import Position
from tests.pipelines.ingest.samples import NOON, statement, statement_id


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with its landing tables."""
    with Warehouse(tmp_path / "warehouse") as opened:
        landing_schema.prepare(opened, wait_seconds=30)
        yield opened


def test_tables_have_the_columns_their_files_document(warehouse: Warehouse) -> None:
    """Each file of sql/landing makes a table whose columns are those of its header, in order."""
    for relation in load_relations(("landing",)):
        columns = [row[0] for row in warehouse.rows(f"DESCRIBE {relation.full_name}")]
        assert columns == list(relation.columns)


def test_preparing_again_changes_nothing(warehouse: Warehouse) -> None:
    """A warehouse that is prepared is left alone."""
    snapshot = warehouse.snapshot()
    landing_schema.prepare(warehouse, wait_seconds=30)
    assert warehouse.snapshot() == snapshot


@pytest.mark.slow
def test_two_who_prepare_at_once_make_one_fence(tmp_path: Path) -> None:
    """However many open an empty warehouse at the same time, the fence has one row."""
    with Warehouse(tmp_path / "warehouse"):
        pass

    def prepare() -> None:
        with Warehouse(tmp_path / "warehouse") as mine:
            landing_schema.prepare(mine, wait_seconds=60)

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Warehouse(tmp_path / "warehouse") as warehouse:
        assert warehouse.rows("SELECT fence_id, transactions FROM landing.fence") == [(1, 0)]


def test_the_fence_of_an_earlier_release_is_replaced(warehouse: Warehouse) -> None:
    """A process of an earlier release, which lands by a fence of another name, fails instead of landing beside us."""
    warehouse.run("DROP TABLE landing.fence")
    warehouse.run("CREATE TABLE landing.turn AS SELECT 1 AS turn_id, 7 AS taken")
    landing_schema.prepare(warehouse, wait_seconds=30)
    assert warehouse.rows("SELECT fence_id, transactions FROM landing.fence") == [(1, 0)]
    with pytest.raises(duckdb.CatalogException):
        warehouse.run("UPDATE landing.turn SET taken = taken + 1")


def test_positions_are_replaced_and_read_back(warehouse: Warehouse) -> None:
    """A partition has one position, the newest; topics can be asked for by name."""
    first = [Position("a", 0, 5, "5:x", 3, 1, 1), Position("a", 1, 2), Position("it's", 0, 1)]
    tables.write_positions(warehouse, first, NOON)
    tables.write_positions(warehouse, [Position("a", 0, 9, "9:y", 7, 1, 1)], NOON)
    assert tables.positions(warehouse) == {
        ("a", 0): Position("a", 0, 9, "9:y", 7, 1, 1),
        ("a", 1): Position("a", 1, 2),
        ("it's", 0): Position("it's", 0, 1),
    }
    assert tables.positions(warehouse, ["it's", "absent"]) == {("it's", 0): Position("it's", 0, 1)}
    assert tables.positions(warehouse, []) == {}


def test_landed_content_is_found_by_id_not_by_hash_alone(warehouse: Warehouse) -> None:
    """Two ids with one hash are told apart when their bytes are looked up."""
    rows = pa.Table.from_pylist(
        [
            {
                "statement_id": statement_id(number),
                "id_hash": 2**64 - 1,
                "content_hash": number,
                "raw": statement(number).decode(),
                "topic": "t",
                "partition": 0,
                "offset": number,
                "element": 0,
            }
            for number in (1, 2)
        ],
        schema=tables.STATEMENT_ROWS,
    )
    tables.write_statements(warehouse, rows, NOON)
    hashes = pa.array([2**64 - 1, 2**64 - 1], pa.uint64())
    found = tables.landed_content(warehouse, [statement_id(2), statement_id(3)], hashes)
    assert found == {statement_id(2): statement(2)}
    assert tables.hashes_of(warehouse, hashes).num_rows == 2
    landed = tables.sorted_hashes(warehouse, warehouse.snapshot(), at_once=1)
    assert sum(part.num_rows for part in landed) == tables.statement_count(warehouse) == 2
