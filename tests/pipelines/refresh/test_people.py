"""Who is who, in effect: several identifiers are one person everywhere, and staff are no students anywhere."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import MERGE, ROLE, PersonChange, Teller, tell, undoing
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.refresh.checks import run_checks
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.serve.pull import identifier_of
from learnloom.pipelines.serve.students import find_student, list_students
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, differences, land, lines_of, refreshed, tables

pytestmark = pytest.mark.slow

_ELSEWHERE = "https://elsewhere.example sam"
_TEACHER = {"account": {"homePage": "https://lms.example", "name": "t-1"}, "name": "Ms Teacher"}
_TELLER = Teller(NOW + dt.timedelta(hours=1), "head", None, "test")
_OF_IDENTIFIERS = {
    "staging.stg_statement",
    "staging.stg_statement_in_context",
    "staging.stg_identifier",
    "dimensional.fact_statement",
    "dimensional.dim_former_key",
    "dimensional.dim_student",
    "estimates.model_version",
}
"""What tells by which identifier somebody was met; and from which snapshot the model was fitted."""


def _identifier(line: bytes) -> str:
    account = json.loads(line)["actor"].get("account", {"homePage": "", "name": ""})
    return f"{account['homePage']} {account['name']}"


def _sent_by(line: bytes, actor: dict[str, Any]) -> bytes:
    statement = json.loads(line)
    # A name given before stands: who is who hangs on identifiers alone.
    return json.dumps({**statement, "actor": {**statement["actor"], **actor}}).encode() + b"\n"


def _tell(warehouse: Warehouse, *changes: PersonChange) -> int | None:
    return tell(warehouse, lambda _: changes, _TELLER, wait_seconds=20)


def _broken(warehouse: Warehouse) -> list[str]:
    return [result.name for result in run_checks(warehouse) if result.is_passed is False]


def _standing(warehouse: Warehouse) -> set[str]:
    """Of whom something is told to stand."""
    return {
        row[0]
        for row in warehouse.rows(
            "SELECT DISTINCT student_key FROM feedback.outbox "
            "QUALIFY arg_max(change, sequence) OVER (PARTITION BY signal_id) = 'raised'"
        )
    }


@pytest.mark.long
def test_two_identifiers_are_as_one_from_the_start(tmp_path: Path) -> None:
    """All tables are those of a class in which the student always had one; undone and merged again, signals follow."""
    lines = lines_of(tmp_path / "class", students=3, faults=0.0)
    ((most, _),) = Counter(map(_identifier, lines)).most_common(1)
    other = {"account": {"homePage": "https://elsewhere.example", "name": "sam"}}
    moved = [
        _sent_by(line, other) if _identifier(line) == most and number % 2 else line
        for number, line in enumerate(lines)
    ]
    with Warehouse(tmp_path / "one") as warehouse:
        land(warehouse, tmp_path / "one.jsonl", lines)
        refreshed(warehouse)
        expected = tables(warehouse)
    one, two = key_of(most), key_of(_ELSEWHERE)
    with Warehouse(tmp_path / "two") as warehouse:
        land(warehouse, tmp_path / "two.jsonl", moved)
        merged = _tell(warehouse, PersonChange(MERGE, two, _ELSEWHERE, one))
        refreshed(warehouse)
        found = differences(expected, tables(warehouse))
        assert found.keys() <= _OF_IDENTIFIERS
        assert len(list_students(warehouse, search=None, course=None, limit=10)) == 3
        assert find_student(warehouse, two) == find_student(warehouse, _ELSEWHERE) == one
        # Whoever still holds a signal of the other key can answer it.
        assert identifier_of(warehouse, two) == identifier_of(warehouse, one)
        as_one = tables(warehouse)

        tell(warehouse, lambda who: [undoing(who, merged)], _TELLER, wait_seconds=20)
        assert refreshed(warehouse).full_because == "all statements were staged anew"
        assert len(list_students(warehouse, search=None, course=None, limit=10)) == 4
        assert find_student(warehouse, two) == two
        assert two in _standing(warehouse)
        assert _broken(warehouse) == []

        _tell(warehouse, PersonChange(MERGE, two, _ELSEWHERE, one))
        refreshed(warehouse)
        assert two not in _standing(warehouse)
        assert _broken(warehouse) == []
        assert differences(as_one, tables(warehouse)) == {}
        assert warehouse.one("SELECT count(*) FROM feedback.signal_said WHERE student_key = ?", [two]) == (0,)


def test_who_answers_a_signal_for_a_student_is_known(refreshed_class: RefreshedClass, tmp_path: Path) -> None:
    """Of an answer to a signal the key of the teacher stands who gave it, also where one student alone is computed."""
    made = refreshed_class(students=3, faults=0.0)
    signal = f"https://learnloom.example/xapi/signals/review_due/student/{'0' * 32}"
    answer = {
        "id": "00000000-0000-4000-8000-000000000001",
        "actor": json.loads(made.lines[0])["actor"],
        "verb": {"id": "https://learnloom.example/xapi/verbs/acknowledged-signal"},
        "object": {"id": signal},
        "context": {"instructor": {"account": _TEACHER["account"]}},
        "timestamp": json.loads(made.lines[0])["timestamp"],
    }
    with Warehouse(made.folder) as warehouse:
        land(warehouse, tmp_path / "answer.jsonl", [json.dumps(answer).encode() + b"\n"])
        assert refreshed(warehouse).students == 1
        assert warehouse.rows(
            "SELECT count(*) FROM dimensional.fact_response "
            "SEMI JOIN dimensional.dim_staff ON responded_by = dim_staff.student_key"
        ) == [(1,)]


@pytest.mark.long
def test_who_is_named_as_a_teacher_later_is_no_student_from_then_on(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """One statement is enough, whose student and the teacher alone are computed anew; a full refresh gives the same."""
    made = refreshed_class(students=3, faults=0.0)
    # What the first student looked at, the teacher has looked at; answers are left out.
    looked = [line for line in made.lines if b'"result"' not in line]
    ids = "00000000-0000-4000-8000-"
    by_teacher = [
        json.dumps({**json.loads(line), "id": f"{ids}{number:012}", "actor": _TEACHER}).encode() + b"\n"
        for number, line in enumerate(looked[:20])
    ]
    named = {"instructor": {"account": _TEACHER["account"]}}
    with Warehouse(made.folder) as warehouse:
        land(warehouse, tmp_path / "teacher.jsonl", by_teacher)
        refreshed(warehouse)
        key = find_student(warehouse, "Ms Teacher")
        assert key in _standing(warehouse)

        told = {**json.loads(looked[0]), "id": f"{ids}{len(looked):012}", "context": named}
        land(warehouse, tmp_path / "named.jsonl", [json.dumps(told).encode() + b"\n"])
        summary = refreshed(warehouse)
        assert (summary.students, summary.full_because) == (1, None)
        # The class names its own teacher, who has never sent anything.
        (row,) = warehouse.rows(
            "SELECT role, told_by FROM dimensional.dim_staff WHERE student_key = ?", [key]
        )
        assert row == ("instructor", "statement")
        assert len(list_students(warehouse, search=None, course=None, limit=10)) == 3
        assert key not in _standing(warehouse)
        assert identifier_of(warehouse, key) == ("account", "https://lms.example t-1")
        assert _broken(warehouse) == []
        incremental = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(incremental, tables(warehouse)) == {}

        _tell(
            warehouse,
            PersonChange(ROLE, key_of("https://lms.example t-1"), "https://lms.example t-1", "student"),
        )
        refreshed(warehouse)
        assert key in _standing(warehouse)


def test_staff_told_by_the_school_count_in_no_norm(refreshed_class: RefreshedClass) -> None:
    """A version fitted with them in the class is fitted anew, once, whether a list or the setting names them."""
    made = refreshed_class(students=3, faults=0.0)
    who = "SELECT identifier FROM dimensional.dim_student ORDER BY identifier"
    usual = "SELECT max(n_students) FROM norms.skill_norm WHERE model_version = ?"
    request = RefreshRequest(end_of_day(LAST_DAY, "UTC"))
    with Warehouse(made.folder) as warehouse:
        one, two, _ = (row[0] for row in warehouse.rows(who))
        assert warehouse.one(usual, [1]) == (3,)
        _tell(warehouse, PersonChange(ROLE, key_of(one), one, "teacher"))
        for staff, version, students in (((), 2, 2), ((f"{two[:-1]}?",), 3, 1), ((f"{two[:-1]}?",), 3, 0)):
            settings = Settings(lock_wait_seconds=20, staff=staff)
            summary = refresh(warehouse, settings, request, clock=lambda: NOW + dt.timedelta(hours=2))
            assert (summary.students, summary.model_version) == (students, version)
            assert summary.is_fitted is bool(students)
            assert warehouse.one(usual, [version]) == (max(students, 1),)


def test_a_role_of_nobody_known_is_told_all_the_same(tmp_path: Path) -> None:
    """A roster may come before the first statement."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        _tell(warehouse, PersonChange(ROLE, key_of("mailto:t@s.example"), "mailto:t@s.example", "teacher"))
        assert warehouse.rows("SELECT identifier, role, source FROM landing.staff") == [
            ("mailto:t@s.example", "teacher", "test")
        ]
