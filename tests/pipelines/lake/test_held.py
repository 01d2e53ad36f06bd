"""A held connection reads what was committed last, whatever became of the catalogue in between."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import (
    WarehouseBusyError,
    WarehouseMissingError,
    WarehouseOutdatedError,
    WarehouseUnavailableError,
)
from learnloom.pipelines.lake.held import HeldWarehouse, ReadingPool
from servers.postgres.server import OwnPostgres

_TABLE = "CREATE TABLE numbers (number INTEGER)"
_READ = "SELECT count(*), coalesce(max(number), -1) FROM numbers"


def _lay_down(folder: Path, numbers: int, postgres: str | None = None) -> None:
    with Warehouse(folder, postgres=postgres) as warehouse:
        warehouse.run(_TABLE)
        warehouse.run(f"INSERT INTO numbers SELECT range FROM range({numbers})")


@pytest.mark.slow
def test_each_use_reads_the_newest_snapshot_and_only_that_one(tmp_path: Path) -> None:
    """What others commit is seen by the next use, and not within one, while they write without a pause."""
    _lay_down(tmp_path, 0)
    pool = ReadingPool(partial(Warehouse, tmp_path, read_only=True), size=3, wait_seconds=60)
    seen: dict[int, list[int]] = {0: [], 1: []}
    torn: list[tuple[int, int]] = []
    is_over = threading.Event()

    def read(reader: int) -> None:
        while not is_over.is_set():
            with pool.lent() as warehouse:
                first, second = warehouse.one(_READ), warehouse.one(_READ)
            seen[reader].append(first[0])
            torn.extend([first] if first != second or first[1] != first[0] - 1 else [])

    with pool, Warehouse(tmp_path) as writer:
        readers = [threading.Thread(target=read, args=[reader]) for reader in seen]
        for reader in readers:
            reader.start()
        try:
            for number in range(20):
                writer.run("INSERT INTO numbers VALUES (?)", [number])
                with pool.lent() as warehouse:
                    assert warehouse.one(_READ) == (number + 1, number)
        finally:
            is_over.set()
            for reader in readers:
                reader.join()
    assert torn == []
    assert all(found == sorted(found) and found for found in seen.values())


@pytest.mark.slow
def test_a_catalogue_that_was_put_in_anothers_place_is_read(tmp_path: Path) -> None:
    """After a restore the warehouse that stands there now is read, not the one that is gone."""
    _lay_down(tmp_path / "one", 1)
    with Warehouse(tmp_path / "two") as other:  # as many changes of its tables, and another table
        other.run("CREATE TABLE letters AS SELECT 'a' AS letter")
    held = HeldWarehouse(partial(Warehouse, tmp_path / "one", read_only=True))
    none = HeldWarehouse(partial(Warehouse, tmp_path / "none", read_only=True))
    with pytest.raises(WarehouseMissingError), none.lent():
        pass
    with held.lent() as warehouse:
        assert warehouse.one(_READ) == (1, 0)
    (tmp_path / "one").rename(tmp_path / "gone")  # to the connection its files are still there
    (tmp_path / "two").rename(tmp_path / "one")
    with held.lent() as warehouse:
        assert warehouse.one("SELECT letter FROM letters") == ("a",)
    held.close()


@pytest.mark.slow
def test_a_failed_query_leaves_nothing_behind(tmp_path: Path) -> None:
    """After an error of a query, or of the caller, the next use works; what is not there is of another release."""
    _lay_down(tmp_path, 3)
    held = HeldWarehouse(partial(Warehouse, tmp_path, read_only=True))
    for missing in ("FROM nothing", "SELECT nothing FROM range(1)"):
        with pytest.raises(WarehouseOutdatedError, match="run `learnloom refresh`"), held.lent() as warehouse:
            warehouse.run(missing)
    with pytest.raises(duckdb.ParserException), held.lent() as warehouse:
        warehouse.run("FROM")
    with pytest.raises(ZeroDivisionError), held.lent() as warehouse:
        raise ZeroDivisionError
    with held.lent() as warehouse:
        assert warehouse.one(_READ) == (3, 2)
    held.close()


def test_whoever_waits_for_too_long_is_told(tmp_path: Path) -> None:
    """Callers beyond the bound wait for a connection, and after some time are told that all are in use."""
    _lay_down(tmp_path, 1)
    with ReadingPool(partial(Warehouse, tmp_path, read_only=True), size=1, wait_seconds=0.01) as pool:
        with pool.lent(), pytest.raises(WarehouseBusyError, match="all 1 connections"), pool.lent():
            pass
        with pool.lent() as warehouse:
            assert warehouse.one(_READ) == (1, 0)


@pytest.mark.slow
def test_a_server_that_was_started_again_is_asked_again(
    tmp_path: Path, make_postgres: Callable[[], OwnPostgres]
) -> None:
    """While the catalogue's server is down a use says so; once it is up, the next use reads."""
    server = make_postgres()
    uri = server.create_database().uri
    _lay_down(tmp_path, 4, uri)
    held = HeldWarehouse(partial(Warehouse, tmp_path, postgres=uri, read_only=True))
    with held.lent() as warehouse:
        assert warehouse.one(_READ) == (4, 3)
    server.kill()
    for _ in range(2):
        with pytest.raises(WarehouseUnavailableError), held.lent():
            pass
    server.start()
    with held.lent() as warehouse:
        assert warehouse.one(_READ) == (4, 3)
    server.kill()
    server.start()
    with held.lent() as warehouse:
        assert warehouse.one(_READ) == (4, 3)
    held.close()
