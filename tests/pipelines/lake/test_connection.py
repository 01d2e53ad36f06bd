"""Opening the warehouse, transactions, and being several."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError, WarehouseError, WarehouseMissingError
from learnloom.pipelines.lake.trouble import is_conflict


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with an empty table and a counter at 0."""
    with Warehouse(tmp_path / "a folder with ' and spaces") as opened:
        opened.run("CREATE SCHEMA landing")
        opened.run("CREATE TABLE landing.thing (n BIGINT)")
        opened.run("CREATE TABLE landing.counter AS SELECT 0 AS n")
        yield opened


def test_rows_outlast_the_connection(warehouse: Warehouse) -> None:
    """What was committed is there for the next who opens it, read-only too."""
    warehouse.run("INSERT INTO landing.thing VALUES (1), (2)")
    warehouse.close()
    with Warehouse(warehouse.folder, read_only=True) as again:
        assert again.rows("SELECT n FROM landing.thing ORDER BY n") == [(1,), (2,)]


def test_an_absent_warehouse_is_told_to_readers(tmp_path: Path) -> None:
    """Opening read-only creates nothing and says what to do."""
    with pytest.raises(WarehouseMissingError, match="learnloom import"):
        Warehouse(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


def test_readers_cannot_write(warehouse: Warehouse) -> None:
    """A read-only connection refuses to change anything."""
    warehouse.close()
    with Warehouse(warehouse.folder, read_only=True) as reader, pytest.raises(duckdb.Error):
        reader.run("INSERT INTO landing.thing VALUES (1)")


def test_a_catalogue_that_is_none_is_told(tmp_path: Path) -> None:
    """A damaged catalogue is an error that names the folder."""
    (tmp_path / "catalog.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(WarehouseError, match="cannot open the warehouse at"):
        Warehouse(tmp_path)


def test_a_transaction_is_all_or_nothing(warehouse: Warehouse) -> None:
    """When the block raises, nothing of it stays, and the connection can be used on."""

    def insert_and(failing: Callable[[], None]) -> None:
        with warehouse.transaction():
            warehouse.run("INSERT INTO landing.thing VALUES (1)")
            failing()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and(fail)
    with pytest.raises(duckdb.Error):
        insert_and(lambda: warehouse.run("SELECT 'x'::INTEGER"))
    with warehouse.transaction(), warehouse.holding(more=pa.table({"n": [3, 4]})):
        warehouse.run("INSERT INTO landing.thing SELECT n FROM more")
    assert warehouse.rows("SELECT n FROM landing.thing ORDER BY n") == [(3,), (4,)]


def test_a_query_without_a_row_is_an_error_of_one(warehouse: Warehouse) -> None:
    """`one` never gives nothing."""
    with pytest.raises(WarehouseError, match="yields no row"):
        warehouse.one("SELECT n FROM landing.thing")


@pytest.mark.slow
def test_overlapping_writers_are_done_again_and_none_is_lost(warehouse: Warehouse) -> None:
    """Four connections that add to one counter at once end at the right sum."""

    def add() -> None:
        with warehouse.another() as mine:

            def once() -> None:
                with mine.transaction():
                    mine.run("UPDATE landing.counter SET n = n + 1")

            for _ in range(5):
                mine.retrying(once, wait_seconds=60)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with warehouse.another() as fresh:
        assert fresh.one("SELECT n FROM landing.counter") == (20,)


def test_waiting_has_a_limit(warehouse: Warehouse, caplog: pytest.LogCaptureFixture) -> None:
    """When others are always in the way, the error says who and what to raise, and no line says less before it."""
    with warehouse.another() as other:

        def overtaken() -> None:
            with warehouse.transaction():
                warehouse.run("UPDATE landing.counter SET n = n + 1")
                other.run("UPDATE landing.counter SET n = n + 1")

        with pytest.raises(WarehouseBusyError, match="LEARNLOOM_LOCK_WAIT_SECONDS"):
            warehouse.retrying(overtaken, wait_seconds=0.2)
    assert not caplog.messages


def test_other_errors_are_not_tried_again(warehouse: Warehouse) -> None:
    """A mistake in the work is raised at once, as it is."""
    calls = []

    def mistaken() -> None:
        calls.append(1)
        warehouse.run("SELECT * FROM landing.nothing")

    with pytest.raises(duckdb.CatalogException):
        warehouse.retrying(mistaken, wait_seconds=30)
    assert calls == [1]
    assert not is_conflict(ValueError("conflict"))


@pytest.mark.slow
def test_many_who_open_a_new_warehouse_at_once_all_succeed(tmp_path: Path) -> None:
    """Of several processes' worth of connections that make the same warehouse at once, none fails."""
    opened: list[int] = []
    start = threading.Barrier(6)

    def make() -> None:
        start.wait(timeout=30)
        with Warehouse(tmp_path / "new") as mine:
            opened.append(mine.snapshot())

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6


def test_opening_it_twice_in_a_process_leaves_its_log_alone(tmp_path: Path) -> None:
    """The write-ahead log of a catalogue that is being read stays when the same process opens it again."""
    with Warehouse(tmp_path / "warehouse") as one:
        one.run("CREATE TABLE lake.t AS SELECT 1 AS a")
        log = one.place.sqlite.with_name(f"{one.place.sqlite.name}-wal")
        with one.transaction():
            assert one.rows("SELECT a FROM lake.t") == [(1,)]
            before = log.stat().st_ino
            with Warehouse(tmp_path / "warehouse") as two:
                assert log.stat().st_ino == before
                assert two.rows("SELECT a FROM lake.t") == [(1,)]


def test_what_spills_to_disk_is_each_connection_s_own(tmp_path: Path) -> None:
    """Two connections never share a folder for what does not fit into memory, whatever folder they were started in."""
    with Warehouse(tmp_path / "one") as one, Warehouse(tmp_path / "two") as two:
        folders = {opened.one("SELECT current_setting('temp_directory')")[0] for opened in (one, two)}
    assert len(folders) == 2
    assert all(Path(folder).is_absolute() for folder in folders)


@pytest.mark.slow
def test_what_spills_to_disk_comes_back_and_is_gone_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With little memory a table spills below TMPDIR, is read back whole, and leaves nothing behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spills"))
    (tmp_path / "spills").mkdir()
    with Warehouse(tmp_path / "little", memory_limit="32MB") as opened:
        opened.run("SET threads = 1")
        opened.run("CREATE TEMP TABLE much AS SELECT hash(range) AS h, range AS n FROM range(4000000)")
        assert [path for path in (tmp_path / "spills").rglob("*") if path.is_file()]
        assert opened.one("SELECT count(*), count_if(h <> hash(n)) FROM much") == (4_000_000, 0)
    assert [path.suffix for path in (tmp_path / "spills").rglob("*") if path.is_file()] == [".lock"]


def test_tables_of_another_release_are_told_as_such(tmp_path: Path) -> None:
    """Whoever reads a column that an earlier release did not make is told to refresh; a writer is told the error."""
    with Warehouse(tmp_path) as warehouse:
        warehouse.run("CREATE TABLE student AS SELECT 1 AS student_key")
    with (
        pytest.raises(WarehouseError, match="run `learnloom refresh`"),
        Warehouse(tmp_path, read_only=True) as read,
    ):
        read.rows("SELECT own_key FROM student")
    with pytest.raises(duckdb.BinderException), Warehouse(tmp_path) as written:
        written.rows("SELECT own_key FROM student")
