"""Files are written anew without what was deleted, and whoever writes meanwhile neither waits nor loses anything."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from learnloom.pipelines.lake import rewrite
from learnloom.pipelines.lake.catalog_copy import copy_catalog
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LOCK_FILE, try_lock
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.maintain import FILE_BYTES, flush_inlined
from learnloom.pipelines.lake.relation import CATALOGUE
from learnloom.pipelines.lake.rewrite import rewrite_deleted
from learnloom.pipelines.lake.run import Run

_DELETED = f"SELECT count(*) FROM {CATALOGUE}.ducklake_delete_file WHERE end_snapshot IS NULL"
_ROWS = "SELECT rowid, n, text, many FROM few ORDER BY ALL"


def _filled(warehouse: Warehouse) -> None:
    """A table of two files with deletions in a file and in the catalogue, and one that loses all of its rows."""
    warehouse.run("CREATE TABLE few (n INTEGER, text VARCHAR, many STRUCT(a INTEGER, b VARCHAR)[])")
    for start in (0, 2_000):
        warehouse.run(
            f"INSERT INTO few SELECT range, 'x' || range, [{{'a': range, 'b': 'y'}}] FROM range({start}, {start + 500})"
        )
    warehouse.run("CREATE TABLE gone AS SELECT range AS n FROM range(100)")
    warehouse.run("CREATE TABLE other AS SELECT range AS n FROM range(100)")
    warehouse.run("DELETE FROM few WHERE n % 20 = 0")
    warehouse.run("DELETE FROM few WHERE n = 7")
    warehouse.run("DELETE FROM gone WHERE n >= 10")


def _meanwhile(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Do something once, between the copying of the catalogue and the moment at which it names other files."""
    works = iter([work])

    def copied(place: Place, folder: Path) -> Path:
        copy = copy_catalog(place, folder)
        for each in works:
            each()
        return copy

    monkeypatch.setattr(rewrite, "copy_catalog", copied)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_files_are_written_anew_and_rows_stay(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Rows, their ids and what was at earlier snapshots stay; who has read before and reads again sees the same."""
    catalog = None if where == "sqlite" else request.getfixturevalue("database")
    run = Run("a run", "erase run")
    with Warehouse(tmp_path / "w", postgres=catalog, run=run) as warehouse, warehouse.another() as other:
        _filled(warehouse)
        before, old = warehouse.rows(_ROWS), warehouse.snapshot()
        assert other.rows(_ROWS) == before
        assert rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20) == ["main.few", "main.gone"]
        assert warehouse.one(_DELETED) == (0,)
        for one in (warehouse, other):
            assert one.rows(_ROWS) == before
            assert one.one("SELECT count(*) FROM few") == (len(before),)
            assert one.one("SELECT count(*) FROM gone") == (10,)
        assert warehouse.one(f"SELECT count(*) FROM few AT (VERSION => {old})") == (len(before),)
        changed = warehouse.rows(
            f"SELECT changes, author FROM {LAKE}.snapshots() WHERE snapshot_id > {old} ORDER BY snapshot_id"
        )
        assert [list(changes) for changes, _ in changed] == [["rewrite_delete"]] * 2
        assert catalog is not None or {author for _, author in changed} == {"a run"}
        assert not (tmp_path / "aside").exists()


@pytest.mark.slow
def test_rows_stay_in_the_order_of_their_files(tmp_path: Path) -> None:
    """Files are not sorted together when they are written anew; the table's order stays noted for what merges them."""
    with Warehouse(tmp_path / "w") as warehouse:
        warehouse.run("CREATE TABLE few (n INTEGER)")
        warehouse.run("ALTER TABLE few SET SORTED BY (n ASC)")
        warehouse.run("SET threads = 1")
        for first in (1, 0):
            warehouse.run(f"INSERT INTO few SELECT 1000 - 2 * range - {first} FROM range(500)")
        warehouse.run("DELETE FROM few WHERE n IN (10, 11)")
        flush_inlined(warehouse, wait_seconds=20)
        rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20)
        runs = [*(n for n in range(1, 1_000, 2) if n != 11), *(n for n in range(2, 1_001, 2) if n != 10)]
        assert [n for (n,) in warehouse.rows("SELECT n FROM few")] == runs
        assert warehouse.rows(f"SELECT expression FROM {CATALOGUE}.ducklake_sort_expression") == [("n",)]


@pytest.mark.slow
@pytest.mark.parametrize(("most", "n_files"), [(1, 3), (FILE_BYTES, 1)])
def test_files_stay_apart_that_make_more_than_one(
    most: int, n_files: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is written anew by itself, in one commit; small ones become one; a file without deletions stays."""
    monkeypatch.setattr(rewrite, "FILE_BYTES", most)
    live = f"SELECT data_file_id, record_count FROM {CATALOGUE}.ducklake_data_file WHERE end_snapshot IS NULL"
    with Warehouse(tmp_path / "w") as warehouse:
        warehouse.run("CREATE TABLE few (n INTEGER)")
        for first in range(0, 4_000, 1_000):
            warehouse.run(f"INSERT INTO few SELECT range FROM range({first}, {first + 1_000})")
        warehouse.run("DELETE FROM few WHERE n % 1000 < 20 AND n >= 1000")
        flush_inlined(warehouse, wait_seconds=20)
        rows, untouched = warehouse.rows("SELECT rowid, n FROM few ORDER BY ALL"), min(warehouse.rows(live))
        before = warehouse.snapshot()
        rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20)
        assert warehouse.snapshot() == before + 1
        assert warehouse.one(_DELETED) == (0,)
        assert warehouse.rows("SELECT rowid, n FROM few ORDER BY ALL") == rows
        first_file, *others = sorted(warehouse.rows(live))
        assert first_file == untouched
        assert [n for _, n in others] == [3 * 980 // n_files] * n_files


@pytest.mark.slow
def test_others_write_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes while files are written holds the write lock at once, and nothing of theirs is lost."""
    with Warehouse(tmp_path / "w") as warehouse, warehouse.another() as other:
        _filled(warehouse)
        before = len(warehouse.rows(_ROWS))

        def land() -> None:
            let_go = try_lock(warehouse.folder / LOCK_FILE)
            assert let_go is not None
            let_go()
            other.run("INSERT INTO few SELECT range, 'new', NULL FROM range(10000, 10030)")
            other.run("DELETE FROM other WHERE n < 50")

        _meanwhile(monkeypatch, land)
        rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20)
        for one in (warehouse, other):
            assert one.one("SELECT count(*), count(DISTINCT rowid) FROM few") == (before + 30, before + 30)
            assert one.one("SELECT count(*) FROM other") == (50,)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "taken", "n_columns"),
    [
        ("ALTER TABLE few ADD COLUMN more INTEGER", range(0), 4),
        ("DELETE FROM few WHERE n = 301", range(301, 302), 3),
        ("DELETE FROM few WHERE n BETWEEN 101 AND 199", range(101, 200), 3),
    ],
)
def test_what_changes_meanwhile_stays_changed(
    change: str, taken: range, n_columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that came meanwhile is there, and rows that were taken out are not: in the catalogue, or by a file."""
    with Warehouse(tmp_path / "w") as warehouse, warehouse.another() as other:
        _filled(warehouse)
        left = {n for (n,) in warehouse.rows("SELECT n FROM few")} - {*taken}
        _meanwhile(monkeypatch, lambda: other.run(change))
        rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20)
        for one in (warehouse, other):
            assert {n for (n,) in one.rows("SELECT n FROM few")} == left
            assert len(one.rows("SELECT * FROM few LIMIT 1")[0]) == n_columns
        assert warehouse.one(_DELETED) == (0,)


def test_a_copy_that_was_left_is_removed(tmp_path: Path) -> None:
    """What a process has left that was killed is gone after the next one, though there is nothing to write."""
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside" / "catalog.sqlite").write_text("Ann Quill")
    with Warehouse(tmp_path / "w") as warehouse:
        assert rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20) == []
    assert not (tmp_path / "aside").exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_any_history_goes_on_as_before(seed: int, tmp_path: Path) -> None:
    """After random inserts, deletes, merges and rewrites a table has the rows that one in memory has."""
    chance = random.Random(seed)
    rows: set[int] = set()
    with Warehouse(tmp_path / "w") as warehouse, warehouse.another() as other:
        warehouse.run("CREATE TABLE few (n INTEGER)")
        for step in range(25):
            one = chance.choice((warehouse, other))
            kind = chance.choice(("insert", "insert", "delete", "delete", "rewrite", "flush", "merge"))
            if kind == "insert":
                new = range(step * 1_000, step * 1_000 + chance.choice((3, 200)))
                one.run(f"INSERT INTO few SELECT range FROM range({new.start}, {new.stop})")
                rows |= set(new)
            elif kind == "delete":
                divisor, rest = chance.choice(((5, 1), (7, 2), (150, 3)))
                one.run(f"DELETE FROM few WHERE n % {divisor} = {rest}")
                rows = {n for n in rows if n % divisor != rest}
            elif kind == "rewrite":
                rewrite_deleted(one, tmp_path / "aside", wait_seconds=20)
            elif kind == "flush":
                one.run(f"CALL ducklake_flush_inlined_data('{LAKE}')")
            else:
                one.run(f"CALL ducklake_merge_adjacent_files('{LAKE}')")
            for each in (warehouse, other):
                assert {n for (n,) in each.rows("SELECT n FROM few")} == rows, (step, kind)
                assert each.one("SELECT count(*), count(DISTINCT rowid) FROM few") == (len(rows), len(rows))


@pytest.mark.slow
def test_no_table_is_counted_below_none(tmp_path: Path) -> None:
    """A table can be read after DuckLake has written its files anew, which forgets rows that stand in the catalogue."""
    with Warehouse(tmp_path / "w") as warehouse:
        warehouse.run("CREATE TABLE one AS SELECT 0 AS n")
        flush_inlined(warehouse, wait_seconds=20)
        for _ in range(4):
            warehouse.run("UPDATE one SET n = n + 1")
        warehouse.run(f"CALL ducklake_rewrite_data_files('{LAKE}', 'one', delete_threshold => 0)")
    with Warehouse(tmp_path / "w") as warehouse:
        flush_inlined(warehouse, wait_seconds=20)
        rewrite_deleted(warehouse, tmp_path / "aside", wait_seconds=20)
        assert warehouse.rows("SELECT n FROM one") == [(4,)]
