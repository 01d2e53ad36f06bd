"""Who may be one person: found with the reason, and left to people."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import MERGE, SPLIT, PersonChange, WhoIsWho, read_events, tell
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.people.suggest import Suggestion, suggest
from tests.pipelines.people.make import TELLER
from tests.pipelines.refresh.school import land, refreshed

pytestmark = pytest.mark.slow

_LMS, _TOOL = "https://lms.example", "https://tool.example"
_COURSE = {"id": f"{_LMS}/c", "definition": {"type": "http://adlnet.gov/expapi/activities/course"}}


def _account(home_page: str, account: str, **more: str) -> dict[str, Any]:
    return {"account": {"homePage": home_page, "name": account}, **more}


def _answers(number: int, actor: dict[str, Any], hour: int) -> list[bytes]:
    """Two answers with a quarter of an hour between them."""
    return [
        json.dumps(
            {
                "id": f"00000000-0000-4000-8000-{number:06}{minute:06}",
                "actor": actor,
                "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
                "object": {"id": f"{_LMS}/q1"},
                "context": {"contextActivities": {"grouping": [_COURSE]}},
                "result": {"success": True},
                "timestamp": f"2026-09-01T{hour:02}:{minute:02}:00Z",
            }
        ).encode()
        + b"\n"
        for minute in (0, 15)
    ]


_HELPER = _account(_LMS, "helper")


def _people() -> list[dict[str, Any]]:
    return [
        _account(_LMS, "ann"),
        _account(_TOOL, "Ann"),
        {"mbox": "mailto:Bo@s.example"},
        _account(_LMS, "bo@s.example"),
        _account(_LMS, "c-1", name="Cem Cool"),
        _account(_TOOL, "c-2", name="cem cool"),
        _account(_LMS, "d-1", name="Dee Dim"),
        _account(_TOOL, "d-2", name="Dee Dim"),
        _account(_LMS, "7"),
        _account(_TOOL, "7"),
        *(_account(_LMS, f"g-{number}", name="Guest") for number in range(6)),
    ]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Everybody has answered, and once a helper who has, too, is named as instructor."""
    # The two called Dee Dim are at work at the same time.
    hours = {"d-1": 20, "d-2": 20}
    told = [
        line
        for number, actor in enumerate([*_people(), _HELPER])
        for line in _answers(number, actor, hours.get(actor.get("account", {}).get("name"), number))
    ]
    named = json.loads(told[0])
    named["context"]["instructor"] = _HELPER
    folder = tmp_path_factory.mktemp("suggest")
    with Warehouse(folder / "warehouse") as opened:
        land(opened, folder / "all.jsonl", [json.dumps(named).encode() + b"\n", *told[1:]])
        refreshed(opened)
        yield opened


def _found(warehouse: Warehouse) -> tuple[list[Suggestion], list[Suggestion]]:
    """Who may be one person, and who may be staff."""
    found = suggest(warehouse, WhoIsWho(read_events(warehouse)), limit=100)
    return [each for each in found if each.kind != "staff"], [each for each in found if each.kind == "staff"]


def test_people_are_suggested_with_reasons_and_nobody_is_merged(warehouse: Warehouse) -> None:
    """A name, a mailbox, or the same name never at work at once; short numbers and names of many say nothing."""
    people, _ = _found(warehouse)
    name = "same name in the same course, never active at the same time"
    assert {tuple(each.identifiers): each.reasons for each in people} == {
        (f"{_LMS} ann", f"{_TOOL} Ann"): ["same account name at two home pages"],
        ("mailto:Bo@s.example", f"{_LMS} bo@s.example"): ["same mailbox"],
        (f"{_LMS} c-1", f"{_TOOL} c-2"): [name],
    }
    assert warehouse.rows("FROM landing.person_event") == []

    ann, other = key_of(f"{_LMS} ann"), key_of(f"{_TOOL} Ann")
    for change in (
        PersonChange(MERGE, other, f"{_TOOL} Ann", ann),
        PersonChange(SPLIT, other, f"{_TOOL} Ann", ann),
    ):
        tell(warehouse, lambda _, told=change: [told], TELLER, wait_seconds=20)  # type: ignore[misc]
        assert len(_found(warehouse)[0]) == 2


def test_who_is_named_as_a_teacher_and_answers_is_left_to_people(warehouse: Warehouse) -> None:
    """They stay a student, and are suggested as staff."""
    _, (found,) = _found(warehouse)
    assert found.identifiers == [f"{_LMS} helper"]
    assert found.reasons == ["named as instructor, and has results of their own"]
    students = "SELECT count(*) FROM dimensional.dim_student WHERE identifier = ?"
    assert warehouse.one(students, found.identifiers) == (1,)
