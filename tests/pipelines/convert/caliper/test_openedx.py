"""Caliper as Open edX sends it: with much of it among the extensions."""

from typing import Any

import pytest

from learnloom.pipelines.convert.caliper.envelopes import Caliper
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.caliper.test_envelopes import event
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, ignored, places, statements, verb

FORMAT = Caliper(OPTIONS)
_COURSE = {"id": f"{SCHOOL}/course/course-v1:a+b+c", "type": "CourseOffering"}
_PROBLEM = f"{SCHOOL}/xblock/block-v1:a+b+c+type@problem+block@p"


def _said(kind: str, action: str, about: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = event(
        kind, action, {**about, "extensions": {"isPartOf": _COURSE, **about.get("extensions", {})}}, **more
    )
    return {key: value for key, value in made.items() if key != "group"}


def test_a_graded_problem_is_an_answer_in_its_course() -> None:
    """Student, problem and course stand among the extensions, the score within what was generated."""
    attempt = {
        "id": f"{_PROBLEM}/attempt/1",
        "type": "Attempt",
        "extensions": {
            "assignable": {"id": _PROBLEM, "type": "Assessment", "extensions": {"isPartOf": _COURSE}},
            "assignee": {"id": f"{SCHOOL}/user/7"},
        },
    }
    graded = _said("GradeEvent", "Graded", attempt, generated={"score": {"scoreGiven": 1, "maxScore": 2}})
    (made,) = statements(FORMAT, graded)
    assert (verb(made), made["object"]["id"], made["result"]["score"]["scaled"]) == (
        "answered",
        _PROBLEM,
        0.5,
    )
    assert made["object"]["definition"]["type"] == xapi.INTERACTION
    assert (places(made, "grouping"), places(made, "parent")) == ([_COURSE["id"]], [])


def test_a_problem_handed_in_is_no_quiz() -> None:
    """What Open edX calls an assessment is one question: its grade tells the answer."""
    for about in (_PROBLEM, _PROBLEM.replace("@problem", "@sequential")):
        handed_in = _said("AssessmentEvent", "Submitted", {"id": about, "type": "Assessment"})
        assert ignored(FORMAT, handed_in) == "its grade tells more"


def test_a_jump_has_both_ends() -> None:
    """The place before is the location, the one after among its extensions."""
    target = {"currentTime": "PT50S", "extensions": {"newTime": "PT10S"}}
    video = {"id": f"{SCHOOL}/v", "type": "VideoObject"}
    (made,) = statements(FORMAT, _said("MediaEvent", "JumpedTo", video, target=target))
    extensions = made["result"]["extensions"]
    assert (extensions[xapi.VIDEO_TIME_FROM], extensions[xapi.VIDEO_TIME_TO]) == (50, 10)


@pytest.mark.parametrize(
    ("action", "about", "told"),
    [
        ("Activated", _COURSE, "registered"),
        ("Deactivated", _COURSE, "unregistered"),
        ("Viewed", {"id": f"{_PROBLEM}/hint/1", "type": "Annotation"}, "requested-hint"),
        ("Viewed", {"id": f"{_PROBLEM}/solution", "type": "Annotation"}, "requested-hint"),
        ("Viewed", {"id": f"{SCHOOL}/page", "type": "Frame"}, None),
        ("Activated", {"id": f"{SCHOOL}/page", "type": "Document"}, None),
    ],
)
def test_enrolments_and_hints_are_events_without_a_type(
    action: str, about: dict[str, Any], told: str | None
) -> None:
    """Enrolment and help are told of course and problem; anything else of the kind says nothing."""
    made = statements(FORMAT, _said("Event", action, about))
    assert [verb(each) for each in made] == ([told] if told else [])
    if told == "requested-hint":
        assert made[0]["object"]["id"] == _PROBLEM
