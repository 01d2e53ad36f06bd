"""Maintenance merges what has piled up, loses no row, and keeps the past that it promises to keep."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from learnloom.pipelines.lake import maintain
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.fence import LOCK_FILE, try_lock
from learnloom.pipelines.lake.maintain import (
    MANY_SMALL_FILES,
    flush_inlined,
    in_turn,
    inlined,
    spare_files,
    tidy,
    tidy_if_needed,
)
from tests.once import made_once

pytestmark = pytest.mark.slow

TOMORROW = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture
def warehouse(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with one table of many small files."""
    made = made_once(tmp_path_factory, "small files", _make) / "warehouse"
    with Warehouse(Path(shutil.copytree(made, tmp_path / "warehouse"))) as opened:
        yield opened


def _make(folder: Path) -> None:
    with Warehouse(folder / "warehouse") as made:
        made.run("CREATE SCHEMA landing")
        made.run("CREATE TABLE landing.row (n BIGINT)")
        for start in range(0, 5_000, 100):
            made.run("INSERT INTO landing.row SELECT * FROM range(?, ?)", [start, start + 100])


def _files(warehouse: Warehouse) -> int:
    return len(list((warehouse.folder / "data").rglob("*.parquet")))


def test_small_files_are_merged_and_rows_stay(warehouse: Warehouse) -> None:
    """Afterwards there are few files, on disk too once a day has passed, and all rows."""
    assert spare_files(warehouse) >= MANY_SMALL_FILES
    done = tidy(warehouse, now=TOMORROW, wait_seconds=30)
    assert done.merged_files >= MANY_SMALL_FILES
    assert spare_files(warehouse) == 0
    tidy(warehouse, now=TOMORROW + timedelta(days=2), wait_seconds=30)
    assert _files(warehouse) == 1
    assert warehouse.one("SELECT count(*), sum(n) FROM landing.row") == (5_000, sum(range(5_000)))


def test_files_grow_to_a_size_and_sorted_ones_to_all(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files become several of about one size, next rows in the same file; staged statements are merged into one."""
    monkeypatch.setattr(maintain, "FILE_BYTES", 1_048_576)
    warehouse.run("CREATE SCHEMA staging")
    for table in ("landing.large", "staging.large"):
        warehouse.run(f"CREATE TABLE {table} (n BIGINT, text VARCHAR)")
        for first in range(0, 200_000, 20_000):
            warehouse.run(
                f"INSERT INTO {table} SELECT range, md5(range::VARCHAR) FROM range({first}, {first + 20_000})"
            )
    tidy(warehouse, now=TOMORROW, wait_seconds=30)
    ranges = "SELECT min(n), max(n) FROM {} GROUP BY filename ORDER BY ALL".format
    files = warehouse.rows(ranges("landing.large"))
    assert 1 < len(files) < 10
    assert all(before[1] < after[0] for before, after in pairwise(files))
    assert len(warehouse.rows(ranges("staging.large"))) == 1


def test_it_does_nothing_without_need(warehouse: Warehouse) -> None:
    """Called again right after, maintenance leaves everything alone."""
    assert tidy_if_needed(warehouse, now=TOMORROW, wait_seconds=30) is not None
    snapshot = warehouse.snapshot()
    assert tidy_if_needed(warehouse, now=TOMORROW, wait_seconds=30) is None
    assert warehouse.snapshot() == snapshot


def test_the_kept_past_can_be_seen(warehouse: Warehouse) -> None:
    """Snapshots younger than the days kept answer as before; older ones are gone."""
    snapshot = warehouse.snapshot()
    warehouse.run("DELETE FROM landing.row WHERE n >= 100")
    tidy(warehouse, now=TOMORROW, wait_seconds=30, kept_days=30)
    then = f"SELECT count(*) FROM landing.row AT (VERSION => {snapshot})"
    assert warehouse.one(then) == (5_000,)
    tidy(warehouse, now=TOMORROW, wait_seconds=30, kept_days=0)
    snapshots = {row[0] for row in warehouse.rows("SELECT snapshot_id FROM lake.snapshots()")}
    assert snapshot not in snapshots
    assert warehouse.one("SELECT count(*) FROM landing.row") == (100,)


def test_a_reader_may_hold_what_is_merged(warehouse: Warehouse) -> None:
    """A reader that has begun before goes on reading what it saw."""
    with warehouse.another() as reader, reader.transaction():
        assert reader.one("SELECT count(*) FROM landing.row") == (5_000,)
        tidy(warehouse, now=datetime.now(UTC), wait_seconds=30)
        warehouse.run("DELETE FROM landing.row")
        assert reader.one("SELECT count(*), sum(n) FROM landing.row") == (5_000, sum(range(5_000)))


@pytest.mark.parametrize("where", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_stands_in_the_catalogue_goes_to_files(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Rows and deletions that were too few for a file are written to files, and no table is left out."""
    catalog = None if where == "sqlite" else request.getfixturevalue("database")
    with Warehouse(tmp_path / "warehouse", postgres=catalog) as warehouse:
        warehouse.run("CREATE SCHEMA landing")
        for name, n_rows in (("few", 3), ("many", 1_000), ("none", 0)):
            warehouse.run(f"CREATE TABLE landing.{name} AS SELECT range AS n FROM range({n_rows})")
        warehouse.run("DELETE FROM landing.many WHERE n < 2")
        counts = "SELECT (SELECT count(*) FROM landing.few), (SELECT count(*) FROM landing.many)"
        assert (len(inlined(warehouse)), warehouse.one(counts)) == (2, (3, 998))
        flush_inlined(warehouse, wait_seconds=30)
        assert (inlined(warehouse), warehouse.one(counts)) == (set(), (3, 998))
        assert {"few", "many"} <= {
            path.parent.name for path in (warehouse.folder / "data").rglob("*.parquet")
        }


@pytest.mark.parametrize("is_short", [False, True])
def test_what_was_overtaken_once_is_done_while_others_wait(warehouse: Warehouse, is_short: bool) -> None:
    """At first others write meanwhile, unless it is short; after they were in the way, nobody does until it is done."""
    are_others_kept_out: list[bool] = []

    def work() -> int:
        let_go = try_lock(warehouse.folder / LOCK_FILE)
        are_others_kept_out.append(let_go is None)
        if let_go is not None:
            let_go()
        if len(are_others_kept_out) < 3:
            raise OvertakenError("others have written")
        return 7

    assert in_turn(warehouse, work, wait_seconds=20, is_short=is_short) == 7
    assert are_others_kept_out == [is_short, True, True]
    let_go = try_lock(warehouse.folder / LOCK_FILE)
    assert let_go is not None
    let_go()
