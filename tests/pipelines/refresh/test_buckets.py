"""Whatever the number of buckets in which students are computed, the same rows come out, once each."""

import datetime as dt
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import CATALOGUE, load_relations
from learnloom.pipelines.lake.student_secret import StudentSecretError
from learnloom.pipelines.refresh.buckets.compute import compute_bucket
from learnloom.pipelines.refresh.buckets.job import Bucket
from learnloom.pipelines.refresh.buckets.key_range import key_ranges
from learnloom.pipelines.refresh.buckets.spread import Computed
from learnloom.pipelines.refresh.refresh import RefreshSummary, refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.once import made_once
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import (
    LAST_DAY,
    NOW,
    WITHHOLDING,
    differences,
    land,
    lines_of,
    refreshed,
    tables,
)

pytestmark = pytest.mark.slow


class _Fixed:
    """Buckets of a number that the test chooses, computed here; counts what was computed."""

    def __init__(self, n_buckets: int, *, dies_after: int | None = None) -> None:
        self.n_buckets = n_buckets
        self.computed: list[int] = []
        self._dies_after = dies_after

    def __call__(self, buckets: Sequence[Bucket]) -> Computed:
        for bucket in random.Random(7).sample(buckets, len(buckets)):
            if len(self.computed) == self._dies_after:
                raise KeyboardInterrupt
            self.computed.append(bucket.number)
            yield compute_bucket(bucket)


Refreshing = Callable[..., RefreshSummary]


@pytest.fixture
def refreshed_in(monkeypatch: pytest.MonkeyPatch) -> Refreshing:
    """Gives a refresh in so many buckets."""

    def refreshed_in(
        warehouse: Warehouse,
        spread: _Fixed,
        *,
        day: dt.date = LAST_DAY,
        full: bool = False,
        refit: bool = False,
    ) -> RefreshSummary:
        monkeypatch.setattr(
            "learnloom.pipelines.refresh.carry_out.count_buckets", lambda *_: spread.n_buckets
        )
        monkeypatch.setattr("learnloom.pipelines.refresh.plan._SMALL_SCHOOL", 0)
        monkeypatch.setattr("learnloom.pipelines.refresh.plan._SMALL_NEWS", 0)
        request = RefreshRequest(end_of_day(day, "UTC"), full=full, refit=refit)
        return refresh(warehouse, WITHHOLDING, request, clock=lambda: NOW, spread=spread)

    return refreshed_in


@pytest.fixture
def half(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """In the warehouse of the test half of a class has landed and is refreshed; the lines of all of it."""

    def make(folder: Path) -> None:
        lines = lines_of(folder / "class", students=3)
        (folder / "all.jsonl").write_bytes(b"".join(lines))
        with Warehouse(folder / "warehouse") as warehouse:
            land(warehouse, folder / "first.jsonl", lines[: len(lines) // 2])
            refreshed(warehouse, settings=WITHHOLDING)

    shutil.copytree(made_once(tmp_path_factory, "half", make), tmp_path, dirs_exist_ok=True)
    return (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)


def _events(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.rows(
        "SELECT sequence, event_id, student_key, change FROM feedback.outbox ORDER BY sequence"
    )


@pytest.mark.long
def test_buckets_give_what_one_gives(tmp_path: Path, refreshed_in: Refreshing) -> None:
    """First refreshes in 1, 3 and 16 buckets leave the same rows and tell the same events; so do incremental ones."""
    lines = lines_of(tmp_path / "class", students=3)
    half = len(lines) // 2
    found = {}
    for n_first, n_then in ((1, 1), (3, 3), (16, None)):
        with Warehouse(tmp_path / str(n_first)) as warehouse:
            land(warehouse, tmp_path / "first.jsonl", lines[:half])
            refreshed_in(warehouse, _Fixed(n_first))
            found[n_first] = [(tables(warehouse), _events(warehouse))]
            if n_then is not None:
                land(warehouse, tmp_path / "second.jsonl", lines[half:])
                refreshed_in(warehouse, _Fixed(n_then))
                found[n_first].append((tables(warehouse), _events(warehouse)))
        assert not list((tmp_path / str(n_first) / "refresh").glob("*"))
    for n_buckets in (3, 16):
        for (rows, events), (rows_of_one, events_of_one) in zip(found[n_buckets], found[1], strict=False):
            assert differences(rows, rows_of_one) == {}
            assert events == events_of_one


@pytest.mark.parametrize(("n_buckets", "days"), [pytest.param(1, 1, marks=pytest.mark.long), (2, -2)])
def test_new_day_gives_what_a_full_refresh_gives(
    tmp_path: Path, half: list[bytes], refreshed_in: Refreshing, n_buckets: int, days: int
) -> None:
    """As of another day, later or earlier, with new statements, the rows are those of a full refresh."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "second.jsonl", half[len(half) // 2 :])
        summary = refreshed_in(warehouse, _Fixed(n_buckets), day=LAST_DAY + dt.timedelta(days))
        assert (summary.full_because, summary.is_new_day) == (None, True)
        after = tables(warehouse)
        assert _unregistered(warehouse) == set()
        events = _events(warehouse)
        refreshed_in(warehouse, _Fixed(1), day=LAST_DAY + dt.timedelta(days), full=True)
        assert differences(after, tables(warehouse)) == {}
        assert _events(warehouse) == events


@pytest.mark.long
def test_interrupted_refresh_goes_on(refreshed_class: RefreshedClass, refreshed_in: Refreshing) -> None:
    """A refresh that ended after some buckets has shown nothing; the next one computes the others only."""
    folder = refreshed_class(students=3).folder
    with Warehouse(folder) as warehouse:
        before = tables(warehouse)
        broken = _Fixed(4, dies_after=2)
        with pytest.raises(KeyboardInterrupt):
            refreshed_in(warehouse, broken, full=True, refit=True)
        assert differences(before, tables(warehouse)) == {}
        rest = _Fixed(4)
        assert refreshed_in(warehouse, rest, full=True, refit=True).is_fitted
        assert sorted(broken.computed + rest.computed) == [0, 1, 2, 3]
        after = tables(warehouse)
        assert _unregistered(warehouse) == set()
        refreshed_in(warehouse, _Fixed(1), full=True)
        assert differences(after, tables(warehouse)) == {}


@pytest.mark.long
def test_incremental_refresh_goes_on_beside_what_is_staged_meanwhile(
    tmp_path: Path, half: list[bytes], refreshed_in: Refreshing
) -> None:
    """One that goes on after a kill takes in what it was planned for, as a full refresh does, and takes nobody away."""
    rest, quarter = half[len(half) // 2 :], len(half) // 4
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "second.jsonl", _without_one_student(rest[:quarter]))
        with pytest.raises(KeyboardInterrupt):
            refreshed_in(warehouse, _Fixed(2, dies_after=1))
    shutil.copytree(tmp_path / "warehouse", tmp_path / "alone")
    with Warehouse(tmp_path / "alone") as warehouse:
        refreshed_in(warehouse, _Fixed(1), full=True)
        planned = tables(warehouse)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "third.jsonl", rest)
        other = _Fixed(2)
        refreshed_in(warehouse, other)
        assert len(other.computed) == 1
        assert differences(_of_students(tables(warehouse)), _of_students(planned)) == {}


def _without_one_student(lines: list[bytes]) -> list[bytes]:
    """The lines less those of whoever did the first thing in them."""
    name = orjson.loads(lines[0])["actor"]["account"]["name"]
    return [line for line in lines if orjson.loads(line)["actor"].get("account", {}).get("name") != name]


def _of_students(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is told of students, without what shows all that is staged."""
    views = {relation.full_name for relation in load_relations() if relation.stored == "view"}
    return {
        name: rows for name, rows in found.items() if not name.startswith("staging.") and name not in views
    }


def test_worker_without_the_secret_of_student_keys_computes_nothing(
    refreshed_class: RefreshedClass, refreshed_in: Refreshing, tmp_path: Path
) -> None:
    """Who cannot make the warehouse's keys of students refuses, and makes none that anybody could undo."""

    class Elsewhere(_Fixed):
        def __call__(self, buckets: Sequence[Bucket]) -> Computed:
            absent = PseudonymBounds(student_key_file=tmp_path / "absent.key")
            settings = buckets[0].job.settings.model_copy(update={"pseudonyms": absent})
            job = replace(buckets[0].job, settings=settings)
            return super().__call__([replace(bucket, job=job) for bucket in buckets])

    with Warehouse(refreshed_class(students=3).folder) as warehouse:
        take_secret(warehouse, renew=False, now=NOW, wait_seconds=20)
        with pytest.raises(StudentSecretError, match=r"absent\.key is missing"):
            refreshed_in(warehouse, Elsewhere(3), full=True)


@pytest.mark.long
def test_unfinished_refresh_of_another_kind_leaves_nothing(
    refreshed_class: RefreshedClass, refreshed_in: Refreshing
) -> None:
    """Where what was asked or what had been refreshed is another, buckets are computed anew and old files are gone."""
    given = refreshed_class(students=3)
    with Warehouse(given.folder) as warehouse:
        with pytest.raises(KeyboardInterrupt):
            refreshed_in(warehouse, _Fixed(4, dies_after=2), full=True)
        assert _unregistered(warehouse)
        anew = _Fixed(4)
        refreshed_in(warehouse, anew, full=True, refit=True)
        assert sorted(anew.computed) == [0, 1, 2, 3]
        assert _unregistered(warehouse) == set()


@pytest.mark.long
def test_moved_warehouse_keeps_its_files(
    refreshed_class: RefreshedClass, refreshed_in: Refreshing, tmp_path: Path
) -> None:
    """Files that buckets wrote are found where the warehouse's folder is moved to."""
    folder = refreshed_class(students=3).folder
    with Warehouse(folder) as warehouse:
        refreshed_in(warehouse, _Fixed(4), full=True)
        before = tables(warehouse)
    shutil.move(folder, tmp_path / "moved")
    with Warehouse(tmp_path / "moved") as warehouse:
        assert differences(before, tables(warehouse)) == {}


def _unregistered(warehouse: Warehouse) -> set[str]:
    """Names of Parquet files that stand in the folders of tables, and are no table's."""
    files = {path.name for path in (warehouse.folder / "data").glob("*/*/*.parquet")}
    known = warehouse.rows(f"SELECT path FROM {CATALOGUE}.ducklake_data_file")
    deleted = warehouse.rows(f"SELECT path FROM {CATALOGUE}.ducklake_delete_file")
    return files - {Path(path).name for (path,) in (*known, *deleted)}


@pytest.mark.parametrize("n_ranges", [1, 2, 3, 16, 1_000])
def test_every_key_lies_in_one_range(n_ranges: int) -> None:
    """Ranges follow on one another without a gap, from below every key to above every key."""
    ranges = key_ranges(n_ranges)
    assert len(ranges) == n_ranges
    assert [each.end for each in ranges[:-1]] == [each.first for each in ranges[1:]]
    assert (ranges[0].first, ranges[-1].end) == ("", None)
