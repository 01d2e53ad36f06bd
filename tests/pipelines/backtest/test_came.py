"""What came after a day gone by: of each student the outcome of the run or the go that went on that day."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from learnloom.pipelines.backtest.came import After
from learnloom.pipelines.feedback.claims import FAILS
from learnloom.pipelines.ingest.catalogue.plan import import_plan
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.refresh.school import land, refreshed

_HOME: Final = "https://lms.school.example"
_COURSE: Final = "https://school.example/course"
_AT: Final = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
_VERBS: Final = {"registered": "2026-09-01", "experienced": "2026-09-20"}
# By student: what is told of them, by day, besides that they registered and were there.
_STORIES: Final = {
    "completes": {"2026-11-01": "completed"},
    "passes": {"2026-11-01": "completed", "2026-11-02": "passed"},
    "fails": {"2026-11-01": "completed", "2026-11-02": "failed"},
    "resits": {"2026-11-02": "failed", "2026-11-09": "passed"},
    "repeats": {"2026-11-02": "failed", "2026-11-20": "registered", "2026-11-24": "passed"},
    "passed-before": {"2026-08-01": "passed", "2026-11-02": "failed"},
    "goes-on": {},
}


def _line(student: str, number: int, verb: str, day: str) -> bytes:
    course = {
        "id": _COURSE,
        "definition": {"type": "http://adlnet.gov/expapi/activities/course", "name": {"en": "Botany"}},
    }
    statement = {
        "id": f"00000000-0000-4000-8000-{list(_STORIES).index(student):06x}{number:06x}",
        "actor": {"account": {"homePage": _HOME, "name": student}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": course,
        "context": {"contextActivities": {"grouping": [course]}},
        "timestamp": f"{day}T10:00:00Z",
    }
    return json.dumps(statement).encode() + b"\n"


def _lines() -> Iterator[bytes]:
    for student, story in _STORIES.items():
        told = [(day, verb) for verb, day in _VERBS.items()] + list(story.items())
        yield from (_line(student, number, verb, day) for number, (day, verb) in enumerate(told))


def _came(warehouse: Warehouse) -> dict[str, bool]:
    told = "SELECT split_part(identifier, ' ', 2), student_key FROM dimensional.dim_student"
    keys = dict(warehouse.rows(told))
    assert keys.keys() == _STORIES.keys()
    after = After(warehouse, _AT, dt.datetime(2026, 11, 25, tzinfo=dt.UTC), list(keys.values()))
    found = {student: after.came(FAILS, key, _COURSE, None) for student, key in keys.items()}
    return {student: FAILS.comes_true(came.outcome) for student, came in found.items() if came is not None}


@pytest.mark.slow
def test_a_warning_is_held_against_the_go_of_its_day(tmp_path: Path) -> None:
    """Completed counts as passed, a resit as the same go and a repeat as another; with a plan the run decides."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "lines.jsonl", _lines())
        refreshed(warehouse, day=dt.date(2026, 11, 24))
        did_not_pass = {"completes": False, "passes": False, "fails": True, "resits": False}
        did_not_pass |= {"repeats": True, "passed-before": True}
        assert _came(warehouse) == did_not_pass
        plan = tmp_path / "plan.csv"
        plan.write_text(f"course,activity,due,weight,begins,ends\n{_COURSE},,,,2026-09-01,2026-11-15\n")
        import_plan(warehouse, plan, wait_seconds=20)
        refreshed(warehouse, day=dt.date(2026, 11, 24))
        assert _came(warehouse) == did_not_pass


@pytest.mark.slow
def test_a_change_of_the_clock_takes_no_day_away(tmp_path: Path) -> None:
    """Fourteen days of the school are fourteen, though one of them has 23 hours."""
    zone = ZoneInfo("Europe/Berlin")
    at = dt.datetime(2026, 3, 21, tzinfo=zone)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        refreshed(warehouse)
        after = After(warehouse, at, dt.datetime(2026, 4, 4, tzinfo=zone).astimezone(dt.UTC), [])
    assert after.known_days == 14.0
