"""Caliper's events, in envelopes and alone, in IMS's form and Canvas'."""

from typing import Any

import orjson
import pytest

from learnloom.pipelines.convert.caliper.envelopes import Caliper
from learnloom.pipelines.convert.format import ConvertError, SourceRecord
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import (
    OPTIONS,
    SCHOOL,
    convert_all,
    ignored,
    lines,
    places,
    statements,
    verb,
)

FORMAT = Caliper(OPTIONS)
_SECTION = f"{SCHOOL}/courses/7/sections/1"
_QUIZ = {"id": f"{_SECTION}/quiz/1", "type": "Assessment", "maxScore": 4}
_ITEM = {
    "id": f"{_SECTION}/quiz/1/items/3",
    "type": "AssessmentItem",
    "isPartOf": _QUIZ,
    "learningObjectives": [{"id": f"{SCHOOL}/skills/halves", "name": "Halves"}],
}
_CANVAS = "urn:instructure:canvas:"


def event(kind: str, action: str, about: Any, **more: Any) -> dict[str, Any]:
    """Make an event of student 7, with all that must not pass on."""
    return {
        "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "id": f"urn:uuid:{kind}-{action}",
        "type": kind,
        "actor": {"id": f"{SCHOOL}/users/7", "type": "Person", "name": "Mila Lindqvist"},
        "action": action,
        "object": about,
        "eventTime": "2026-09-07T10:00:12.000Z",
        "group": {"id": _SECTION, "type": "CourseSection"},
        "session": {"id": f"{SCHOOL}/sessions/s3cret", "type": "Session"},
        "extensions": {"com.instructure.canvas": {"client_ip": "203.0.113.7", "user_agent": "secret"}},
        **more,
    }


def graded(about: Any, **score: Any) -> dict[str, Any]:
    """Make a grade of student 7 for something, given by a program."""
    attempt = {
        "id": "urn:attempt:1",
        "type": "Attempt",
        "assignee": {"id": f"{SCHOOL}/users/7"},
        "assignable": about,
        "startedAtTime": "2026-09-07T09:59:00Z",
        "endedAtTime": "2026-09-07T09:59:30Z",
    }
    given = {"id": "urn:score:1", "type": "Score", **score}
    return event(
        "GradeEvent", "Graded", attempt, generated=given, actor={"id": SCHOOL, "type": "SoftwareApplication"}
    )


def media(action: str, seconds: int, position: str) -> dict[str, Any]:
    """Make an event of a player, so many seconds after ten o'clock."""
    made = event("MediaEvent", action, {"id": f"{SCHOOL}/video/1", "type": "VideoObject", "duration": "PT2M"})
    location = {"id": f"{SCHOOL}/video/1?t", "type": "MediaLocation", "currentTime": position}
    at = f"2026-09-07T10:{seconds // 60:02d}:{seconds % 60:02d}Z"
    return {**made, "id": f"{made['id']}-{seconds}", "target": location, "eventTime": at}


def test_format_keeps_the_contract() -> None:
    """Caliper keeps what every format keeps."""
    envelope = {
        "sensor": SCHOOL,
        "data": [graded(_ITEM, maxScore=2, scoreGiven=1), _QUIZ, media("Paused", 1, "PT1S")],
    }
    holds(Caliper, OPTIONS, lines(envelope, {"no": 1}))


def test_an_answer_has_what_was_answered_and_how_long_it_took() -> None:
    """The response comes with the item; right or wrong is not said, and so unknown."""
    attempt = {"startedAtTime": "2026-09-07T10:00:02Z", "endedAtTime": "2026-09-07T10:00:12Z"}
    response = {"id": "urn:r", "type": "MultipleResponseResponse", "attempt": attempt, "values": ["a", "c"]}
    (made,) = statements(FORMAT, event("AssessmentItemEvent", "Completed", _ITEM, generated=response))
    assert made["actor"] == {"account": {"homePage": SCHOOL, "name": f"{SCHOOL}/users/7"}}
    assert made["result"] == {"response": "a[,]c", "duration": "PT10S"}
    assert (places(made, "parent"), places(made, "grouping")) == ([_QUIZ["id"]], [_SECTION])
    assert places(made, "category") == [f"{SCHOOL}/skills/halves"]
    told = orjson.dumps(made)
    assert not [word for word in (b"203.0.113.7", b"secret", b"s3cret", b"Lindqvist") if word in told]


def test_the_grade_of_an_item_is_an_answer_of_whose_attempt_it_was() -> None:
    """It counts at the moment of the answer, not of the grading, and for the assignee, not the grader."""
    (made,) = statements(FORMAT, graded(_ITEM, maxScore=5, scoreGiven=2))
    assert (verb(made), made["actor"]["account"]["name"]) == ("answered", f"{SCHOOL}/users/7")
    assert made["timestamp"] == "2026-09-07T09:59:30Z"
    assert made["result"]["score"]["scaled"] == 0.4


@pytest.mark.parametrize(
    ("score", "share"),
    [
        ({"maxScore": 10, "scoreGiven": 8}, 0.8),
        ({"scoreGiven": 1}, 0.25),
        ({"totalScore": 2}, 0.5),
        ({"resultScore": 3, "maxResultScore": 3}, 1),
        ({"maxScore": 1, "scoreGiven": 5}, 1),
        ({"maxScore": 2, "scoreGiven": -1}, 0),
    ],
)
def test_the_grade_of_a_quiz_is_a_share(score: dict[str, float], share: float) -> None:
    """Points count by their most: the score's, else the quiz'; more than all is all, less than nothing is nothing."""
    (made,) = statements(FORMAT, graded(_QUIZ, **score))
    assert (verb(made), made["result"]["score"]["scaled"]) == ("scored", share)


@pytest.mark.parametrize(
    ("record", "told", "kind"),
    [
        (event("AssessmentEvent", "Started", _QUIZ), "initialized", xapi.ASSESSMENT),
        (event("AssessmentEvent", "Submitted", f"{SCHOOL}/quiz/9"), "completed", xapi.ASSESSMENT),
        (event("AssignableEvent", "Submitted", {"id": f"{SCHOOL}/w/1"}), "submit", xapi.ASSIGNMENT),
        (
            event("NavigationEvent", "NavigatedTo", {"id": f"{SCHOOL}/p", "type": "WebPage"}),
            "experienced",
            xapi.READING,
        ),
        (
            event("ViewEvent", "Viewed", {"id": f"{SCHOOL}/d", "type": "Document"}),
            "experienced",
            xapi.READING,
        ),
        (event("ThreadEvent", "MarkedAsRead", f"{SCHOOL}/t/1"), "experienced", xapi.FORUM_TOPIC),
        (event("ThreadEvent", "Created", f"{SCHOOL}/t/1"), "commented", xapi.FORUM_TOPIC),
        (
            event("MessageEvent", "Posted", {"id": "m:1", "isPartOf": f"{SCHOOL}/t/1"}),
            "commented",
            xapi.FORUM_TOPIC,
        ),
        (
            event("MessageEvent", "Posted", {"id": "m:1", "replyTo": "m:0", "isPartOf": f"{SCHOOL}/t/1"}),
            "responded",
            xapi.FORUM_TOPIC,
        ),
        (
            event(
                "MessageEvent",
                "Posted",
                {"id": f"{_CANVAS}discussionEntry:1", "isPartOf": f"{_CANVAS}discussion:2"},
            ),
            "responded",
            xapi.FORUM_TOPIC,
        ),
        (media("Ended", 119, "PT1M59S"), "completed", xapi.VIDEO),
        (media("Ended", 30, "PT30S"), "terminated", xapi.VIDEO),
    ],
)
def test_each_kind_has_its_verb_and_type(record: dict[str, Any], told: str, kind: str) -> None:
    """Each kind of event that has a meaning becomes one statement in our vocabulary."""
    (made,) = statements(FORMAT, record)
    assert (verb(made), made["object"]["definition"]["type"]) == (told, kind)


def test_what_was_played_follows_from_the_player() -> None:
    """Stretches are told from start, jump and pause, within an envelope and beyond it."""
    data = [media("Started", 0, "PT0S"), media("JumpedTo", 20, "PT1M"), media("Paused", 50, "PT1M30S")]
    made = statements(FORMAT, {"data": data[:2]}, data[2])
    assert [verb(each) for each in made] == ["played", "seeked", "paused"]
    assert made[-1]["result"]["extensions"][xapi.VIDEO_SEGMENTS] == "60[.]90"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (event("AnnotationEvent", "Bookmarked", f"{SCHOOL}/p"), "carries no meaning"),
        (event("ViewEvent", "Viewed", f"{SCHOOL}/p", membership={"roles": ["Instructor"]}), "by staff"),
        (
            event("ViewEvent", "Viewed", f"{SCHOOL}/p", actor={"id": SCHOOL, "type": "SoftwareApplication"}),
            "by a program, or by nobody who is named",
        ),
        (graded(_QUIZ, scoreGiven=1, maxScore=0), "a grade without points, or of nothing to be had"),
        (_QUIZ, "it describes something, and tells of no act"),
        (
            event(
                "NavigationEvent",
                "NavigatedTo",
                {
                    "id": "urn:x:1",
                    "extensions": {"com.instructure.canvas": {"asset_type": "user", "asset_name": "Mila"}},
                },
            ),
            "no material",
        ),
    ],
)
def test_what_says_nothing_of_a_student_is_ignored_with_its_reason(record: dict[str, Any], why: str) -> None:
    """Unknown kinds, staff, programs and entities give no statement, and say why."""
    assert ignored(FORMAT, record) == why


def test_canvas_ids_are_plain_numbers_and_its_quizzes_have_one_name() -> None:
    """A student of Canvas is their number; a quiz that was opened is the one that is handed in."""
    asset = {"asset_type": "quizzes:quiz", "asset_name": "Week 1"}
    about = {
        "id": f"{_CANVAS}quizzes:quiz:4",
        "type": "Entity",
        "name": "quiz",
        "extensions": {"com.instructure.canvas": asset},
    }
    section = {"id": f"{_CANVAS}course:5:section:6", "type": "CourseSection"}
    (made,) = statements(
        FORMAT,
        event(
            "NavigationEvent", "NavigatedTo", about, actor=f"{_CANVAS}user:21070000000000048", group=section
        ),
    )
    assert made["actor"]["account"]["name"] == "21070000000000048"
    assert made["object"] == {
        "id": f"{_CANVAS}quiz:4",
        "definition": {"type": xapi.ASSESSMENT, "name": {"und": "Week 1"}},
    }
    assert places(made, "grouping") == [f"{_CANVAS}course:5"]


@pytest.mark.parametrize(
    ("kind", "state", "told"),
    [
        ("StudentEnrollment", "active", "registered"),
        ("StudentEnrollment", "deleted", "unregistered"),
        ("StudentEnrollment", "completed", None),
        ("TeacherEnrollment", "active", None),
    ],
)
def test_an_enrolment_of_canvas_is_of_its_student_without_the_name(
    kind: str, state: str, told: str | None
) -> None:
    """Students are registered and unregistered; teachers are not, and no name passes."""
    said = {
        "type": kind,
        "workflow_state": state,
        "user_id": f"{_CANVAS}user:9",
        "user_name": "Mila Lindqvist",
        "course_id": f"{_CANVAS}course:5",
    }
    made = statements(
        FORMAT,
        event(
            "Event",
            "Created",
            {"id": f"{_CANVAS}enrollment:1", "extensions": {"com.instructure.canvas": said}},
        ),
    )
    assert [(verb(each), each["actor"]["account"]["name"]) for each in made] == (
        [(told, "9")] if told else []
    )
    assert b"Lindqvist" not in orjson.dumps(made)


def test_terms_of_caliper_1_0_are_read_too() -> None:
    """Keywords with an @ and terms as IRIs mean what their short forms do."""
    old = {
        "@id": "urn:uuid:1",
        "@type": "http://purl.imsglobal.org/caliper/v1/ViewEvent",
        "action": "http://purl.imsglobal.org/vocab/caliper/v1/action#Viewed",
        "actor": {"@id": f"{SCHOOL}/users/7", "@type": "http://purl.imsglobal.org/caliper/v1/lis/Person"},
        "object": {"@id": f"{SCHOOL}/p", "@type": "http://purl.imsglobal.org/caliper/v1/WebPage"},
        "eventTime": "2026-09-07T10:00:00Z",
    }
    (result,) = convert_all(FORMAT, lines(old))
    assert (result.kind, result.key, len(result.statements)) == ("ViewEvent Viewed", "urn:uuid:1", 1)


@pytest.mark.parametrize(
    ("raw", "rule", "words"),
    [
        (b"nope", "convert-json", "no JSON"),
        (b'{"a": 1}', "convert-event", "no type"),
        (orjson.dumps(event("GradeEvent", "Graded", "urn:attempt:1")), "convert-student", "no assignee"),
        (orjson.dumps(event("ViewEvent", "Viewed", {"type": "Page"})), "convert-item", "no object"),
        (
            orjson.dumps({**event("ViewEvent", "Viewed", "a:b"), "eventTime": "soon"}),
            "convert-time",
            "'soon'",
        ),
    ],
)
def test_a_malformed_event_is_refused_with_what_is_wrong(raw: bytes, rule: str, words: str) -> None:
    """The refusal names the rule, the value or field, and what to do."""
    with pytest.raises(ConvertError) as refusal:
        FORMAT.convert(SourceRecord(raw, "record 1"))
    assert refusal.value.fault.rule == rule
    assert words in str(refusal.value)
