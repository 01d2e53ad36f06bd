"""From a course plan and statements to warnings: only ended runs teach, and incremental is full."""

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest

from learnloom.pipelines.ingest.catalogue.plan import import_plan
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.refresh import RefreshSummary
from learnloom.pipelines.refresh.risk import read_followed
from learnloom.pipelines.serve.students import read_signals
from learnloom.schemas.signal import SignalKind
from tests.once import made_once
from tests.pipelines.refresh.runs import ENDS, RUNS, course, lines, passed_in, plan
from tests.pipelines.refresh.school import differences, land, refreshed, tables

pytestmark = pytest.mark.slow

_WEEK_5 = RUNS[2] + dt.timedelta(days=34)
"""Of the third run."""


def _until(warehouse: Warehouse, day: dt.date) -> RefreshSummary:
    """Import the plan and what was stated up to a day, and refresh as of its end."""
    folder = warehouse.folder.parent
    import_plan(warehouse, plan(folder), wait_seconds=20)
    land(warehouse, folder / f"{day}.jsonl", lines(day))
    return refreshed(warehouse, day=day)


def _learned(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return list(
        warehouse.rows(
            "SELECT n_runs, n_students, is_by_run FROM estimates.risk_model ORDER BY model_version"
        )
    )


def test_only_runs_that_have_ended_teach(in_week_5: Warehouse) -> None:
    """In the third run what is learned comes from the two before it."""
    assert _learned(in_week_5) == [(2, 80, True)]


@pytest.mark.long
def test_a_run_teaches_from_the_day_after_its_end(in_week_5: Warehouse) -> None:
    """On a run's last day nothing is learned from it, though all its verdicts are known; the day after it is."""
    refreshed(in_week_5, day=ENDS[0], refit=True)
    assert _learned(in_week_5) == [(2, 80, True)]
    refreshed(in_week_5, day=ENDS[0] + dt.timedelta(days=1), refit=True)
    assert _learned(in_week_5) == [(2, 80, True), (1, 40, False)]


def test_warnings_are_told_and_right(in_week_5: Warehouse) -> None:
    """In the third run most of those warned of do not pass in the end, and each warning has its reasons."""
    warehouse = in_week_5
    found = [
        signal for signal, _ in read_signals(warehouse, limit=1_000) if signal.kind is SignalKind.AT_RISK
    ]
    assert {signal.subject for signal in found} == {course(2)}
    assert 3 <= len(found) <= 20
    assert all(
        "pieces of work due were handed in" in signal.sentence or "points" in signal.sentence
        for signal in found
    )
    warned = {signal.student_key for signal in found}
    keys = dict(warehouse.rows("SELECT identifier, student_key FROM dimensional.dim_student"))
    passed = {keys[identifier] for identifier in passed_in(2)}
    assert len(warned & passed) <= len(warned) / 4


def test_before_a_run_has_ended_a_simple_rule_speaks(warehouse: Warehouse) -> None:
    """In the first run nothing can be learned yet: who missed the last work is named, without a probability."""
    _until(warehouse, RUNS[0] + dt.timedelta(days=20))
    found = [
        signal for signal, _ in read_signals(warehouse, limit=1_000) if signal.kind is SignalKind.AT_RISK
    ]
    assert found
    assert {signal.value for signal in found} == {None}
    assert all("simple rule" in signal.sentence for signal in found)


@pytest.mark.long
def test_incremental_equals_full(warehouse: Warehouse) -> None:
    """Statements of some students later, their risk is what a full refresh says, by the same model."""
    earlier = _WEEK_5 - dt.timedelta(days=10)
    _until(warehouse, earlier)
    folder = warehouse.folder.parent
    refreshed(warehouse, day=_WEEK_5)
    known = set(lines(earlier))
    new = [line for line in lines(_WEEK_5) if line not in known]
    land(warehouse, folder / "some.jsonl", new[: len(new) // 2])
    summary = refreshed(warehouse, day=_WEEK_5)
    assert summary.full_because is None
    assert summary.students > 0
    incremental = tables(warehouse)
    assert incremental["estimates.student_risk"]
    refreshed(warehouse, day=_WEEK_5, full=True)
    assert differences(incremental, tables(warehouse)) == {}


@pytest.mark.long
def test_another_plan_is_followed(in_week_5: Warehouse) -> None:
    """Once the plan is another one, everything is told anew by it."""
    warehouse = in_week_5
    path = warehouse.folder.parent / "plan.csv"
    path.write_text(f"course,begins,ends\n{course(0)},2026-01-05,2026-03-01\n", encoding="utf-8")
    import_plan(warehouse, path, wait_seconds=20)
    summary = refreshed(warehouse, day=_WEEK_5)
    assert summary.full_because == "rules, settings or what the school has told have changed"
    assert warehouse.rows("SELECT DISTINCT course_id FROM dimensional.fact_course_progress") == [(course(0),)]


@pytest.fixture
def in_week_5(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse in which all that was stated up to the third run's fifth week stands refreshed."""

    def make(folder: Path) -> None:
        with Warehouse(folder / "warehouse") as made:
            _until(made, _WEEK_5)

    shutil.copytree(made_once(tmp_path_factory, "risk", make), tmp_path, dirs_exist_ok=True)
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty warehouse, closed at the end."""
    return Warehouse(tmp_path / "warehouse")


def test_ended_runs_are_followed_for_an_evaluation(in_week_5: Warehouse) -> None:
    """Of each week of ended runs is known when the student left or failed; who passed has no such moment."""
    followed = read_followed(in_week_5.arrow)
    assert len(np.unique(followed.cases.run)) == 2
    assert np.array_equal(~np.isnat(followed.happened_at), followed.cases.has_not_passed)
    is_late = followed.cutoff_at > followed.happened_at
    assert not is_late.any()
