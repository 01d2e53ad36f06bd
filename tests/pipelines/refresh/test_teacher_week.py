"""Teachers are told of as many students a week as the school wishes: in the events, in the log, and once each."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from learnloom.pipelines.config.week import Week
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.event import SignalEvent
from learnloom.schemas.vocabulary import ASKED_TO_TALK
from tests.once import made_once
from tests.pipelines.refresh.school import LAST_DAY, SETTINGS, land, land_going_on, refreshed

pytestmark = pytest.mark.slow

_MONDAY = LAST_DAY + dt.timedelta(days=29)
"""Nobody has done anything for four weeks: each student calls for a word."""
_ONE = SETTINGS.model_copy(update={"week": Week(students=1)})
_CALLS = """
    SELECT change, student_key, event FROM feedback.outbox
    WHERE audience = 'teacher' AND signal_kind IN ('check_in', 'at_risk', 'engagement_change', 'wants_to_talk')
    ORDER BY sequence
"""
_TOLD = "SELECT week, student_key FROM feedback.teacher_told ORDER BY week, told_on"


@pytest.fixture
def going_on(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of three students whose course goes on: nobody has passed it."""
    shutil.copytree(made_once(tmp_path_factory, "going-on", land_going_on), tmp_path, dirs_exist_ok=True)
    return tmp_path / "warehouse"


@pytest.fixture
def one_is_told(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on Monday, with room for one: one of them is told of, the others wait."""

    def make(folder: Path) -> None:
        land_going_on(folder)
        with Warehouse(folder / "warehouse") as warehouse:
            refreshed(warehouse, day=_MONDAY, settings=_ONE)

    shutil.copytree(made_once(tmp_path_factory, "one-is-told", make), tmp_path, dirs_exist_ok=True)
    return tmp_path / "warehouse"


def _raised(warehouse: Warehouse) -> list[str]:
    return [key for change, key, _ in warehouse.rows(_CALLS) if change == "raised"]


@pytest.mark.long
def test_a_week_holds_as_many_students_and_the_next_week_others(one_is_told: Path) -> None:
    """With room for one of three: one is told of, once; the others wait and are told of in the weeks to come."""
    with Warehouse(one_is_told) as warehouse:
        waiting = warehouse.one("SELECT count(*) FROM feedback.teacher_message WHERE NOT is_told")[0]
        assert (len(_raised(warehouse)), waiting) == (1, 2)
        refreshed(warehouse, day=_MONDAY, settings=_ONE, full=True)
        refreshed(warehouse, day=_MONDAY + dt.timedelta(days=6), settings=_ONE)
        assert len(warehouse.rows(_TOLD)) == 1
        refreshed(warehouse, day=_MONDAY + dt.timedelta(days=7), settings=_ONE)
        refreshed(warehouse, day=_MONDAY + dt.timedelta(days=14), settings=_ONE)
        told = warehouse.rows(_TOLD)
        assert [week for week, _ in told] == [_MONDAY + dt.timedelta(weeks=n) for n in range(3)]
        assert told[0][1] != told[1][1] != told[2][1]


def test_who_passed_last_year_and_enrolled_anew_is_told_of(going_on: Path, tmp_path: Path) -> None:
    """A pass that lies before the enrolment keeps nobody from being called for."""
    (statements,) = (tmp_path / "class").glob("statements*")
    passed = [line for line in statements.read_bytes().splitlines(keepends=True) if b"verbs/passed" in line]
    with Warehouse(going_on) as warehouse:
        land(warehouse, tmp_path / "passed.jsonl", [line.replace(b"2026-", b"2025-") for line in passed])
        refreshed(warehouse, day=_MONDAY)
        assert warehouse.one("SELECT count(passed_at) > 0 FROM dimensional.fact_enrolment")[0]
        assert len(_raised(warehouse)) == 3


def test_two_who_teach_a_course_are_called_to_twice_as_many(one_is_told: Path) -> None:
    """By the roster, from the next refresh on."""
    with Warehouse(one_is_told) as warehouse:
        warehouse.run(
            "INSERT INTO lake.landing.roster_member BY NAME "
            "SELECT DISTINCT 'sis' AS source, course_id, unnest(['a', 'b']) AS identifier_key, 'teacher' AS role, "
            "now() AS told_at FROM lake.feedback.teacher_message"
        )
        assert len(_raised(warehouse)) == 1
        refreshed(warehouse, day=_MONDAY + dt.timedelta(days=1), settings=_ONE)
        assert len(_raised(warehouse)) == 2


def test_an_event_tells_all_that_calls_to_the_student(going_on: Path) -> None:
    """One event a student, which is a SignalEvent and holds what else calls there; it ends like any other."""
    with Warehouse(going_on) as warehouse:
        refreshed(warehouse, day=_MONDAY)
        keys = _raised(warehouse)
        assert len(keys) == len(set(keys)) == 3
        events = [SignalEvent.model_validate(json.loads(event)) for _, _, event in warehouse.rows(_CALLS)]
        told = {
            key: (head, set(others))
            for key, head, *others in (
                (row[0], *row[1])
                for row in warehouse.rows("SELECT student_key, signal_ids FROM feedback.teacher_message")
            )
        }
        found = {
            event.subject: (event.data.signal_id, {also.signal_id for also in event.data.also})
            for event in events
        }
        assert found == told
        assert any(others for _, others in found.values())
        refreshed(warehouse, day=_MONDAY + dt.timedelta(days=90))
        assert [change for change, _, _ in warehouse.rows(_CALLS)].count("ended") == 3


def test_who_asks_to_talk_is_told_of_though_the_week_is_full(one_is_told: Path, tmp_path: Path) -> None:
    """A wish is told at once, by a refresh of that student alone; those who waited go on waiting."""
    with Warehouse(one_is_told) as warehouse:
        (first,) = _raised(warehouse)
        key, identifier = warehouse.one(
            "SELECT student_key, identifier FROM dimensional.dim_student WHERE student_key <> ? LIMIT 1",
            [first],
        )
        home_page, name = identifier.split(" ")
        actor = {"account": {"homePage": home_page, "name": name}}
        wish = {
            "actor": actor,
            "verb": {"id": ASKED_TO_TALK},
            "object": {"id": "https://school.example/talk"},
        }
        wish |= {"id": "7790e6c9-3ef0-4ed3-8b37-7f3964730b11", "timestamp": f"{_MONDAY}T10:00:00Z"}
        land(warehouse, tmp_path / "wish.jsonl", [json.dumps(wish).encode() + b"\n"])
        refreshed(warehouse, day=_MONDAY, settings=_ONE)
        assert _raised(warehouse) == [first, key]
        waits = warehouse.one("SELECT student_key FROM feedback.teacher_message WHERE NOT is_told")
        assert waits[0] not in {first, key}
