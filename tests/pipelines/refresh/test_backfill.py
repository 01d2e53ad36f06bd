"""Computing anew whoever has had something landed since a moment, taken in already or not."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from pipelines.jobs.refresh import BackfillError, refresh_day
from pipelines.settings import Settings
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.maintain import tidy
from tests.pipelines.refresh.school import LAST_DAY, NOW, differences, land, lines_of, refreshed, tables

_TAMPER = "UPDATE marts.mart_student_day SET n_attempts = 1000000"
_TAMPERED = "SELECT DISTINCT student_key FROM marts.mart_student_day WHERE n_attempts = 1000000"


def _actor(line: bytes) -> str:
    try:
        return orjson.dumps(orjson.loads(line)["actor"]).decode()
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


class _School:
    """A warehouse of two landings, with the moment between them, and what of it belongs to the second."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        lines = lines_of(folder / "class", students=3, faults=0.0)
        late = _actor(lines[-1])
        self.first = [line for line in lines if _actor(line) != late]
        self.second = [line for line in lines if _actor(line) == late]
        self.warehouse, self.folder = warehouse, folder
        land(warehouse, folder / "first.jsonl", self.first)
        refreshed(warehouse)
        self.between = dt.datetime.now(dt.UTC)
        land(warehouse, folder / "second.jsonl", self.second)
        refreshed(warehouse)

    def students(self) -> set[str]:
        """All students."""
        return {row[0] for row in self.warehouse.rows("SELECT student_key FROM dimensional.dim_student")}

    def tampered(self) -> set[str]:
        """Students of whom the warehouse says what is not so."""
        return {row[0] for row in self.warehouse.rows(_TAMPERED)}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[_School]:
    """Two landings, refreshed."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        yield _School(warehouse, tmp_path)


@pytest.mark.parametrize("is_tidied", [False, True])
def test_only_those_are_computed_anew(school: _School, is_tidied: bool) -> None:
    """A wrong row of who landed since is mended, that of others stays, also where files have been merged meanwhile."""
    with school.warehouse.transaction():
        school.warehouse.run(_TAMPER)
    everybody = school.students()
    assert school.tampered() == everybody
    if is_tidied:
        tidy(school.warehouse, now=dt.datetime.now(dt.UTC), wait_seconds=20)
    assert refreshed(school.warehouse).students == 0
    summary = refreshed(school.warehouse, landed_since=school.between)
    assert (summary.full_because, summary.students) == (None, 1)
    assert len(school.tampered()) == len(everybody) - 1


def test_it_gives_what_a_full_refresh_gives(school: _School) -> None:
    """Computed anew from any moment, tables are those of a full refresh."""
    refreshed(school.warehouse, landed_since=school.between)
    found = tables(school.warehouse)
    refreshed(school.warehouse, full=True)
    assert differences(found, tables(school.warehouse)) == {}


def test_who_had_something_voided_since_is_computed_anew(school: _School) -> None:
    """A void that landed since concerns the student whose statement it voids, though it is known already."""
    voided = orjson.loads(school.first[0])
    void = {
        "id": "00000000-0000-4000-8000-00000000abcd",
        "actor": {"mbox": "mailto:admin@school.example"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
        "object": {"objectType": "StatementRef", "id": voided["id"]},
        "timestamp": voided["timestamp"],
    }
    before = dt.datetime.now(dt.UTC)
    land(school.warehouse, school.folder / "void.jsonl", [orjson.dumps(void) + b"\n"])
    assert refreshed(school.warehouse).students == 1
    with school.warehouse.transaction():
        school.warehouse.run(_TAMPER)
    assert refreshed(school.warehouse, landed_since=before).students == 1
    assert len(school.tampered()) == len(school.students()) - 1


def test_where_no_snapshot_is_left_everything_is_built(school: _School) -> None:
    """From before the first snapshot nothing can be told apart: everything is built, and it says why."""
    summary = refreshed(school.warehouse, landed_since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert summary.full_because == "no snapshot is left from before 2020-01-01 00:00"
    assert summary.students == len(school.students())


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": NOW.date() + dt.timedelta(days=1)}, "nothing can have landed since 2026-11-25"),
        ({"since": LAST_DAY, "full": True}, "everything is computed anew already"),
        ({"since": LAST_DAY, "refit": True}, "everything is computed anew already"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, asked: dict[str, object], told: str) -> None:
    """A day to come, and a day beside everything, are refused before anything is opened."""
    with pytest.raises(BackfillError, match=told):
        refresh_day(Settings(warehouse=tmp_path / "none"), clock=lambda: NOW, **asked)  # type: ignore[arg-type]
