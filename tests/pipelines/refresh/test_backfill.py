"""`refresh --from`: everybody of whom something has landed since a day is computed anew, and nobody else."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.errors import BackfillError
from learnloom.pipelines.refresh.refresh import RefreshSummary
from learnloom.pipelines.refresh.request import RefreshRequest
from tests.once import made_once
from tests.pipelines.refresh.claims import claims_in
from tests.pipelines.refresh.school import (
    LAST_DAY,
    NOW,
    differences,
    land,
    lines_of,
    planned,
    refreshed,
    tables,
    void_of,
)

pytestmark = pytest.mark.slow

_WEEK_AGO = NOW - dt.timedelta(days=7)
_SPOIL = "UPDATE estimates.student_skill SET p_mastery = 0.123456"
_SPOILT = "SELECT DISTINCT student_key FROM estimates.student_skill WHERE p_mastery = 0.123456"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A refreshed class: most of it landed a month ago, the last statements of a student or two today."""
    return made_once(tmp_path_factory, "backfill", _make) / "warehouse"


def _make(folder: Path) -> None:
    lines = lines_of(folder / "class", students=4, faults=0.0)
    with Warehouse(folder / "warehouse") as warehouse:
        land(warehouse, folder / "most.jsonl", lines[:-2], at=NOW - dt.timedelta(days=30))
        refreshed(warehouse)
        land(warehouse, folder / "last.jsonl", lines[-2:])
        refreshed(warehouse)


@pytest.fixture
def school(made: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of that class to be changed."""
    shutil.copytree(made, tmp_path / "warehouse")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        yield warehouse


def _keys(warehouse: Warehouse, select: str) -> set[str]:
    return {key for (key,) in warehouse.rows(select)}


def _of_this_week(warehouse: Warehouse) -> set[str]:
    return _keys(
        warehouse,
        f"SELECT DISTINCT student_key FROM staging.stg_statement WHERE landed_at >= TIMESTAMPTZ '{_WEEK_AGO}'",
    )


def _backfilled(warehouse: Warehouse) -> RefreshSummary:
    return refreshed(warehouse, since=_WEEK_AGO)


@pytest.mark.long
def test_computes_just_those_of_whom_something_has_landed(school: Warehouse) -> None:
    """Of rows that are wrong, those of students with something landed since are put right; others stay as they are."""
    lately, before = _of_this_week(school), tables(school)
    school.run(_SPOIL)
    spoilt = _keys(school, _SPOILT)
    assert 0 < len(lately) < len(spoilt)
    summary = _backfilled(school)
    assert (summary.staged, summary.students, summary.full_because) == (0, len(lately), None)
    assert _keys(school, _SPOILT) == spoilt - lately
    refreshed(school, full=True)
    assert differences(before, tables(school)) == {}


def test_equals_a_full_refresh(school: Warehouse, tmp_path: Path) -> None:
    """With the same rules, and new statements waiting, claims too, it leaves what building everything leaves."""
    more = lines_of(tmp_path / "others", seed=8, students=3, faults=0.0)
    land(school, tmp_path / "more.jsonl", [*more, *claims_in(more)])
    summary = _backfilled(school)
    assert summary.full_because is None
    assert summary.staged > 0
    found = tables(school)
    assert found["marts.mart_student_voice"]
    refreshed(school, full=True)
    assert differences(found, tables(school)) == {}


@pytest.mark.long
def test_a_void_landed_since_counts_for_whom_it_concerns(school: Warehouse, tmp_path: Path) -> None:
    """The student whose old statement was voided lately is computed, though the void is another's."""
    lately = _of_this_week(school)
    target, student = school.one(
        "SELECT statement_id::VARCHAR, student_key FROM staging.stg_statement "
        f"WHERE student_key NOT IN ({', '.join(repr(key) for key in sorted(lately))}) ORDER BY 1 LIMIT 1"
    )
    land(school, tmp_path / "void.jsonl", [void_of(target)])
    refreshed(school)
    school.run(_SPOIL)
    assert student in _keys(school, _SPOILT)
    _backfilled(school)
    assert student not in _keys(school, _SPOILT)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM landing.statement WHERE landed_at >= $since",
        "UPDATE landing.statement SET raw = replace(raw, '/verbs/', '/words/') WHERE landed_at >= $since",
        "UPDATE staging.stg_statement SET activity_name = 'wrong' WHERE landed_at >= $since",
    ],
    ids=["taken out", "mended", "staged otherwise"],
)
def test_statements_that_are_not_as_staged_make_everything_new(school: Warehouse, change: str) -> None:
    """Where what landed since is not what stands staged, nothing less than everything is built, and it says why."""
    school.run(change, {"since": _WEEK_AGO})
    (n_landed,) = school.one("SELECT count(*) FROM landing.statement")
    staged, plan = planned(school, since=_WEEK_AGO)
    assert (staged, plan.full_because) == (n_landed, "all statements were staged anew")


def test_before_the_first_landing_everything_is_built(school: Warehouse) -> None:
    """A day before anything landed asks for everybody: everything is built, and it says why."""
    _, plan = planned(school, since=NOW - dt.timedelta(days=31))
    assert plan.full_because == "nothing had landed before 2026-10-24"


def test_another_reason_for_everything_is_told(school: Warehouse) -> None:
    """As of another day everything is built; that some were asked for makes it no less."""
    _, plan = planned(school, since=_WEEK_AGO, day=LAST_DAY - dt.timedelta(days=1))
    assert plan.full_because is not None
    assert "as of" in plan.full_because


@pytest.mark.parametrize(
    ("since", "full", "refit", "told"),
    [
        (
            dt.date(2026, 11, 26),
            False,
            False,
            "nothing can have landed since 2026-11-26: it is 2026-11-25 in",
        ),
        (dt.date(2026, 11, 1), True, False, "cannot both be asked for"),
        (dt.date(2026, 11, 1), False, True, "cannot both be asked for"),
    ],
    ids=["tomorrow", "with full", "with refit"],
)
def test_what_cannot_be_meant_is_refused(since: dt.date, full: bool, refit: bool, told: str) -> None:
    """A day to come where the school is, or everything besides, is refused before a warehouse is known."""
    with pytest.raises(BackfillError, match=told):
        RefreshRequest.of_days(
            None, now=NOW, time_zone="Pacific/Auckland", since=since, full=full, refit=refit
        )


def test_the_day_begins_where_the_school_is(school: Warehouse) -> None:
    """The day asked for begins at its midnight in the school's time zone."""
    # NOW is the 25th in Auckland already, and the 24th in UTC.
    request = RefreshRequest.of_days(
        LAST_DAY, now=NOW, time_zone="Pacific/Auckland", since=dt.date(2026, 11, 25)
    )
    summary = refreshed(school, since=request.since)
    assert summary.since == dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)
    assert (summary.full_because, summary.students) == (None, len(_of_this_week(school)))
