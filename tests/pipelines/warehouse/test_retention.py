"""What is kept for some days only is gone afterwards, and nothing else is."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.replay import replay
from pipelines.jobs.upkeep import Upkeep, maintain
from pipelines.schedules import Schedules
from pipelines.settings import Settings
from pipelines.warehouse.checks import run_checks
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.dead_letters import DeadSelection, mark_delivered
from pipelines.warehouse.retention import remove_dead_letters
from tests.pipelines.ingest.samples import NOON, bring_in, is_same, judge, statement

_WAIT_SECONDS = 20.0
_REFUSED = 3
_YOUNG = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A warehouse with a statement and three dead letters of one noon: one mended, one delivered; its folder."""
    broken = [statement(number).replace(b'"verb"', b'"vreb"') for number in (2, 3)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([statement(1), *broken, b"hopeless"]) + b"\n")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        bring_in(warehouse, path)
        letters = [
            row[0]
            for row in warehouse.rows('SELECT dead_letter_id FROM landing.dead_letter ORDER BY "offset"')
        ]
        mark_delivered(warehouse, letters[2:], NOON)
        replay(
            warehouse,
            DeadSelection(ids=letters[:1]),
            judge=judge,
            is_same=is_same,
            now=lambda: NOON,
            wait_seconds=_WAIT_SECONDS,
            mend=lambda raw: raw.replace(b'"vreb"', b'"verb"'),
            max_records=10,
        )
    return tmp_path / "warehouse"


def _removed(folder: Path, *, before: dt.datetime) -> int:
    with Warehouse(folder) as warehouse:
        return remove_dead_letters(warehouse, before=before, now=NOON, wait_seconds=_WAIT_SECONDS)


def _maintained(folder: Path, flows: Schedules, *, at: dt.datetime) -> Upkeep:
    settings = Settings(warehouse=folder, lock_wait_seconds=_WAIT_SECONDS, flows=flows)
    return maintain(settings, clock=lambda: at)


def _count(folder: Path, table: str) -> int:
    with Warehouse(folder, read_only=True) as warehouse:
        return int(warehouse.one(f"SELECT count(*) FROM landing.{table}")[0])


def test_older_dead_letters_go_and_statements_stay(folder: Path) -> None:
    """Dead letters from before the moment go, with what says that they were delivered; a mended statement stays."""
    assert _removed(folder, before=NOON) == 0
    assert _count(folder, "dead_letter") == _REFUSED
    assert _removed(folder, before=NOON + dt.timedelta(seconds=1)) == _REFUSED
    assert (_count(folder, "dead_letter"), _count(folder, "dead_letter_delivery")) == (0, 0)
    assert _count(folder, "statement") == 2
    assert _removed(folder, before=NOON + dt.timedelta(seconds=1)) == 0


def test_positions_still_equal_the_rows(folder: Path) -> None:
    """What the positions count is still found: in the rows, and in what is remembered of those removed."""
    _removed(folder, before=NOON + dt.timedelta(seconds=1))
    with Warehouse(folder, read_only=True) as warehouse:
        found = {result.name: result for result in run_checks(warehouse)}
    assert found["positions_equal_rows"].is_passed


def test_nothing_of_them_is_left_on_the_disk(folder: Path, tmp_path: Path) -> None:
    """They are gone from files that they shared with many younger ones too, once no snapshot kept shows them."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=10)
    young = tmp_path / "young.jsonl"
    young.write_bytes(b"hopeless too\n" * _YOUNG)
    with Warehouse(folder) as warehouse:
        bring_in(warehouse, young, now=lambda: now)
    _maintained(folder, Schedules(kept_days=1), at=now)
    keeping = Schedules(dead_letters_kept_days=7, kept_days=1)
    assert _maintained(folder, keeping, at=now).dead_letters_removed == _REFUSED
    # The newest snapshot is kept until another comes; files go a day after nothing needs them.
    for days in (2, 4):
        with Warehouse(folder) as warehouse:
            warehouse.run("UPDATE landing.turn SET taken = taken + 1")
        _maintained(folder, keeping, at=now + dt.timedelta(days=days))
    files = [str(file) for file in (folder / "data").rglob("dead_letter/*.parquet")]
    assert duckdb.sql(f"SELECT DISTINCT topic FROM read_parquet({files})").fetchall() == [(str(young),)]


def test_without_the_setting_they_are_kept(folder: Path) -> None:
    """Unless days are named, maintenance removes no dead letter, however old."""
    done = _maintained(folder, Schedules(), at=NOON + dt.timedelta(days=3_650))
    assert (done.dead_letters_removed, _count(folder, "dead_letter")) == (0, _REFUSED)
