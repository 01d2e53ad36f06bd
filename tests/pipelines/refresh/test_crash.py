"""Killed at any instant, a refresh leaves the warehouse as it was before it or as it is after it."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.refresh.school import differences, land, lines_of, refreshed, tables

_KILLS = 6
_SEED = 20260907


def _start(folder: Path, *how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.pipelines.refresh.refresher", str(folder), "0", *how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _stages(process: subprocess.Popen[str], *, at_most: int | None = None) -> list[str]:
    """Read what the process says, up to so many lines."""
    assert process.stdout is not None
    stages: list[str] = []
    while at_most is None or len(stages) < at_most:
        line = process.stdout.readline()
        if not line:
            break
        stages.append(line.strip())
    return stages


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
    with _start(tmp_path / "absent") as finishing:
        n_stages = len(_stages(finishing))
    assert finishing.returncode == 0
    random_ = random.Random(_SEED)
    left = {}
    for _ in range(_KILLS):
        stop_at = random_.randrange(1, n_stages)
        with _start(folder) as process:
            _stages(process, at_most=stop_at)
            process.send_signal(signal.SIGKILL)
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


def test_readers_see_no_half_of_a_refresh(tmp_path: Path) -> None:
    """While refreshes run in another process, every read finds signals and state of one and the same refresh."""
    lines = lines_of(tmp_path / "class", students=4)
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "all.jsonl", lines)
        refreshed(warehouse)
    with _start(folder, "full") as process, Warehouse(folder, read_only=True) as reader:
        while process.poll() is None:
            torn = reader.one(
                "SELECT count(*) FROM feedback.signal FULL JOIN dimensional.dim_student USING (student_key) "
                "WHERE identifier IS NULL"
            )[0]
            assert torn == 0
            assert reader.one("SELECT count(*) FROM run.refresh_state") == (1,)
    assert process.returncode == 0


def test_two_refreshes_at_once_end_as_one(tmp_path: Path) -> None:
    """Two first refreshes at once both succeed, and leave the state and the tables of one."""
    lines = lines_of(tmp_path / "class", students=3)
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "all.jsonl", lines)
    processes = [_start(folder), _start(folder)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0]
    with Warehouse(folder) as warehouse:
        assert warehouse.one("SELECT count(*) FROM run.refresh_state") == (1,)
        assert len(warehouse.rows("FROM estimates.model_version")) == 1, warehouse.rows(
            "FROM estimates.model_version"
        )
        together = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(together, tables(warehouse)) == {}
