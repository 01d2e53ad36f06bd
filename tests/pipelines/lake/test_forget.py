"""What refused records say is kept for as long as a school wants; that they were refused, for good."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest

from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy
from learnloom.pipelines.operate.maintenance import maintain
from learnloom.pipelines.refresh.checks import run_checks
from tests.pipelines.cli.samples import answer, lines

pytestmark = pytest.mark.slow

_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
_OLD = _NOW - dt.timedelta(days=31)
_WRONG = {"actor": {"name": "Mallory Maybe"}, "verb": "x"}


def _settings(folder: Path, days: int | None) -> Settings:
    return Settings(warehouse=folder / "warehouse", flows=Schedules(dead_letter_retention_days=days))


def _land(settings: Settings, at: dt.datetime, *records: dict[str, Any]) -> None:
    source = file_source(settings, [Path(STDIN)], stdin=io.BytesIO(lines(*records)))
    land_files(LandingJob(settings, lambda: at, StopSignal()), source)


def _letters(settings: Settings) -> list[tuple[Any, ...]]:
    with Warehouse(settings.warehouse, read_only=True) as warehouse:
        return warehouse.rows(
            "SELECT rule, raw IS NULL, contains(t::VARCHAR, 'Mallory') FROM landing.dead_letter AS t ORDER BY landed_at"
        )


def test_old_content_goes_and_the_rest_stays(tmp_path: Path) -> None:
    """Of a dead letter older than is asked for nothing that it said is left; younger ones and all counts stay."""
    settings = _settings(tmp_path, 30)
    _land(settings, _OLD, answer(1), _WRONG)
    _land(settings, _NOW, answer(2), {**_WRONG, "id": "new"})
    ((rule, _, _), _) = _letters(settings)
    assert maintain(settings, clock=lambda: _NOW).letters_forgotten == 1
    assert [row[1:] for row in _letters(settings)] == [(True, False), (False, True)]
    assert _letters(settings)[0][0] == rule
    with Warehouse(settings.warehouse, read_only=True) as warehouse:
        assert [result.name for result in run_checks(warehouse) if result.is_passed is False] == []
    assert maintain(settings, clock=lambda: _NOW).letters_forgotten == 0


def test_nothing_of_it_is_left_on_the_disk(tmp_path: Path) -> None:
    """It is gone from a file that it shared with many younger ones too, once no snapshot that is kept shows it."""
    settings = _settings(tmp_path, 30).model_copy(
        update={"flows": Schedules(dead_letter_retention_days=30, snapshot_retention_days=1)}
    )
    _land(settings, _OLD, _WRONG)
    _land(settings, _NOW, *({"no": n} for n in range(50)))
    now = dt.datetime.now(dt.UTC)
    with Warehouse(settings.warehouse) as warehouse:
        tidy(warehouse, now=now, wait_seconds=20)
    assert maintain(settings, clock=lambda: _NOW).letters_forgotten == 1
    for days in (
        2,
        4,
    ):  # the newest snapshot is kept until another comes; files go a day after nothing needs them
        _land(settings, _NOW, answer(days))
        with Warehouse(settings.warehouse) as warehouse:
            tidy(warehouse, now=now + dt.timedelta(days=days), wait_seconds=20, kept_days=1)
    files = [str(file) for file in (settings.warehouse / "data").rglob("dead_letter/*.parquet")]
    told = duckdb.sql(
        f"SELECT count(*), count(*) FILTER (contains(raw::VARCHAR, 'Mallory')) FROM read_parquet({files})"
    )
    assert told.fetchall() == [(51, 0)]


def test_by_itself_nothing_is_dropped(tmp_path: Path) -> None:
    """A school that has not asked for it keeps everything."""
    settings = _settings(tmp_path, None)
    _land(settings, _OLD, answer(1), _WRONG)
    before = _letters(settings)
    assert maintain(settings, clock=lambda: _NOW).letters_forgotten == 0
    assert _letters(settings) == before
