"""Killed at any instant, a refresh leaves the warehouse as it was before it or as it is after it."""

import random
from functools import partial
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from tests.forked import Forked
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.refresher import refreshing
from tests.pipelines.refresh.school import differences, land, lines_of, refreshed, tables

pytestmark = pytest.mark.slow

_KILLS = 6
_SEED = 20260907


@pytest.mark.long
def test_kill_at_any_stage_leaves_before_or_after(tmp_path: Path) -> None:
    """After kill -9 at random stages the tables are those of before or of after; the next refresh goes on."""
    lines = lines_of(tmp_path / "class", students=5)
    folder = tmp_path / "warehouse"
    half = len(lines) // 2
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "first.jsonl", lines[:half])
        refreshed(warehouse)
        before = tables(warehouse)
        land(warehouse, tmp_path / "second.jsonl", lines[half:])
    finishing = Forked(refreshing, tmp_path / "absent")
    assert finishing.end() == 0
    n_stages = len(finishing.said)
    random_ = random.Random(_SEED)
    left = {}
    for _ in range(_KILLS):
        stop_at = random_.randrange(1, n_stages)
        process = Forked(refreshing, folder)
        for _ in range(stop_at):
            process.hear("")
        process.kill()
        with Warehouse(folder, read_only=True) as warehouse:
            left[stop_at] = _computed(tables(warehouse))
    with Warehouse(folder) as warehouse:
        refreshed(warehouse)
        after = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(after, tables(warehouse)) == {}
    assert differences(before, after) != {}
    for stage, found in left.items():
        either = [differences(found, _computed(side)) for side in (before, after)]
        assert {} in either, f"seed {_SEED}, killed at stage {stage} of {n_stages}: {either}"


def _computed(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the end of a refresh writes; staging has its own transaction, and fact_statement is its view."""
    return {
        name: rows
        for name, rows in found.items()
        if not name.startswith("staging.") and name != "dimensional.fact_statement"
    }


@pytest.mark.long
def test_readers_see_no_half_of_a_refresh(refreshed_class: RefreshedClass) -> None:
    """While refreshes run in another process, every read finds signals and state of one and the same refresh."""
    folder = refreshed_class(students=6).folder
    process = Forked(partial(refreshing, full=True), folder)
    with Warehouse(folder, read_only=True) as reader:
        while process.is_alive:
            torn = reader.one(
                "SELECT count(*) FROM feedback.signal FULL JOIN dimensional.dim_student USING (student_key) "
                "WHERE identifier IS NULL"
            )[0]
            assert torn == 0
            assert reader.one("SELECT count(*) FROM run.refresh_state") == (1,)
    assert process.end() == 0


@pytest.mark.long
def test_two_refreshes_at_once_end_as_one(tmp_path: Path) -> None:
    """Two first refreshes at once both succeed, and leave the state and the tables of one."""
    lines = lines_of(tmp_path / "class", students=3)
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "all.jsonl", lines)
    processes = [Forked(refreshing, folder) for _ in range(2)]
    assert [process.end() for process in processes] == [0, 0]
    with Warehouse(folder) as warehouse:
        assert warehouse.one("SELECT count(*) FROM run.refresh_state") == (1,)
        assert len(warehouse.rows("FROM estimates.model_version")) == 1, warehouse.rows(
            "FROM estimates.model_version"
        )
        together = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(together, tables(warehouse)) == {}
