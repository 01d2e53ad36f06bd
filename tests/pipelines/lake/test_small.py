"""One thread, and one snapshot, for small work."""

from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.small import all_threads, once, one_snapshot, one_thread


def _threads(warehouse: Warehouse) -> int:
    return int(warehouse.one("SELECT current_setting('threads')")[0])


def test_one_thread_within_and_as_many_as_before_after(tmp_path: Path) -> None:
    """Within the block DuckDB has one thread, or all where they are asked for; after it as many as before."""
    with Warehouse(tmp_path) as warehouse:
        warehouse.run("SET threads=3")
        with one_thread(warehouse):
            assert _threads(warehouse) == 1
        with one_thread(warehouse, when=False):
            assert _threads(warehouse) == 3
        with one_thread(warehouse):
            with one_thread(warehouse):
                pass
            assert _threads(warehouse) == 1
            with all_threads(warehouse):
                assert _threads(warehouse) == 3
            assert _threads(warehouse) == 1
        with all_threads(warehouse):
            assert _threads(warehouse) == 3
        with pytest.raises(WarehouseError), one_thread(warehouse):
            warehouse.one("SELECT 1 WHERE false")
        assert _threads(warehouse) == 3


def test_one_snapshot_is_read_whatever_others_write(tmp_path: Path) -> None:
    """Within the block what others write is not seen; after it, and after an error in it, it is."""
    with Warehouse(tmp_path) as warehouse, warehouse.another() as other:
        warehouse.run("CREATE TABLE kept AS SELECT 1 AS number")

        def count() -> int:
            return int(warehouse.one("SELECT count(*) FROM kept")[0])

        def add() -> None:
            other.run("INSERT INTO kept VALUES (2)")

        with one_snapshot(warehouse):
            assert count() == 1
            add()
            assert count() == 1
        with one_snapshot(warehouse, when=False):
            assert count() == 2
            add()
            assert count() == 3
        with pytest.raises(WarehouseError), one_snapshot(warehouse):
            warehouse.one("SELECT 1 WHERE false")
        add()
        assert count() == 4


def test_the_catalogue_is_asked_once_within_one_snapshot(tmp_path: Path) -> None:
    """What one snapshot's catalogue has told is not asked again within the block; outside of it, it is each time."""
    asked: list[int] = []

    def ask() -> int:
        asked.append(len(asked))
        return len(asked)

    with Warehouse(tmp_path) as warehouse:
        with one_snapshot(warehouse):
            assert [once(warehouse, "tables", ask), once(warehouse, "tables", ask)] == [1, 1]
            assert once(warehouse, "columns", ask) == 2
        with one_snapshot(warehouse):
            assert once(warehouse, "tables", ask) == 3
        assert [once(warehouse, "tables", ask), once(warehouse, "tables", ask)] == [4, 5]
