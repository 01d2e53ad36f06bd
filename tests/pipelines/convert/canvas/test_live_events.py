"""Canvas' live events in its own form."""

from typing import Any

import orjson
import pytest

from learnloom.pipelines.convert.canvas.live_events import CanvasLiveEvents
from learnloom.pipelines.convert.format import ConvertError, SourceRecord
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, ignored, lines, places, statements, verb

FORMAT = CanvasLiveEvents(OPTIONS)
_URN = "urn:instructure:canvas:"
_SHARD = "21070000000000"


def event(name: str, role: str = "StudentEnrollment", **body: Any) -> dict[str, Any]:
    """Make an event of student 048, with all that must not pass on."""
    metadata = {
        "event_name": name,
        "event_time": "2026-09-07T10:00:00.123Z",
        "user_id": f"{_SHARD}048",
        "root_account_id": f"{_SHARD}001",
        "context_type": "Course",
        "context_id": f"{_SHARD}565",
        "context_role": role,
        "client_ip": "203.0.113.7",
        "user_login": "mila@school.example",
        "user_agent": "secret",
    }
    return {"metadata": metadata, "body": body}


@pytest.mark.parametrize(
    ("record", "told", "about"),
    [
        (event("quiz_submitted", quiz_id="4"), "completed", f"quiz:{_SHARD}004"),
        (
            event("submission_created", assignment_id="5", user_id="48", body="My work"),
            "submit",
            f"assignment:{_SHARD}005",
        ),
        (
            event(
                "grade_change",
                "TeacherEnrollment",
                assignment_id="5",
                student_id="48",
                score=3,
                points_possible=4,
            ),
            "scored",
            f"assignment:{_SHARD}005",
        ),
        (
            event(
                "enrollment_created",
                type="StudentEnrollment",
                course_id="565",
                user_id="48",
                user_name="Mila",
            ),
            "registered",
            f"course:{_SHARD}565",
        ),
        (
            event(
                "enrollment_updated",
                type="StudentEnrollment",
                course_id="565",
                user_id="48",
                workflow_state="deleted",
            ),
            "unregistered",
            f"course:{_SHARD}565",
        ),
        (
            event("discussion_topic_created", discussion_topic_id="6", title="Why?"),
            "commented",
            f"discussion:{_SHARD}006",
        ),
        (
            event("discussion_entry_created", discussion_topic_id="6", text="So"),
            "responded",
            f"discussion:{_SHARD}006",
        ),
        (
            event("asset_accessed", asset_type="wiki_page", asset_id="7"),
            "experienced",
            f"wiki_page:{_SHARD}007",
        ),
        (
            event("asset_accessed", asset_type="quizzes:quiz", asset_id="4"),
            "experienced",
            f"quiz:{_SHARD}004",
        ),
        (
            event("course_completed", progress={"requirement_count": 2, "requirement_completed_count": 2}),
            "completed",
            f"course:{_SHARD}565",
        ),
    ],
)
def test_each_kind_has_its_verb_and_object(record: dict[str, Any], told: str, about: str) -> None:
    """Each kind becomes one statement of the student; local ids are told as global ones, and nothing of a person."""
    (made,) = statements(FORMAT, record)
    assert (verb(made), made["object"]["id"]) == (told, f"{_URN}{about}")
    assert made["actor"] == {"account": {"homePage": SCHOOL, "name": f"{_SHARD}048"}}
    assert [*places(made, "grouping"), made["object"]["id"]].count(f"{_URN}course:{_SHARD}565") == 1
    told_of = orjson.dumps(made)
    assert not [word for word in (b"203.0.113.7", b"mila@", b"Mila", b"secret") if word in told_of]


@pytest.mark.parametrize(
    "metadata",
    [
        {"user_id": None, "context_id": None, "context_type": None, "context_role": None},
        {"user_id": f"{_SHARD}001", "context_role": "TeacherEnrollment"},
        {
            "user_id": f"{_SHARD}001",
            "context_id": f"{_SHARD}001",
            "context_type": "Account",
            "context_role": None,
        },
    ],
    ids=["a background job", "the teacher who graded", "an administrator"],
)
def test_who_completed_a_course_is_named_in_the_body(metadata: dict[str, Any]) -> None:
    """The student and course of the body count, whoever set the event off."""
    done = {"requirement_count": 2, "requirement_completed_count": 2}
    record = event("course_completed", progress=done, user={"id": "48", "name": "Mila"}, course={"id": "565"})
    record["metadata"] |= metadata
    (made,) = statements(FORMAT, record)
    assert (made["actor"]["account"]["name"], verb(made)) == (f"{_SHARD}048", "completed")
    assert made["object"]["id"] == f"{_URN}course:{_SHARD}565"
    assert places(made, "grouping") == []
    assert b"Mila" not in orjson.dumps(made)


def test_a_grade_is_a_share_of_the_points_possible() -> None:
    """Three of four points are .75."""
    record = event("grade_change", assignment_id="5", student_id="48", score=3, points_possible=4)
    (made,) = statements(FORMAT, record)
    assert made["result"]["score"] == {"scaled": 0.75, "raw": 3, "min": 0, "max": 4}


def test_what_was_handed_in_stands_at_its_own_time() -> None:
    """The moment of handing in counts, not that of the message, and what was written goes along."""
    record = event(
        "submission_created", assignment_id="5", user_id="48", body="B", submitted_at="2026-09-07T09:00:00Z"
    )
    (made,) = statements(FORMAT, record)
    assert (made["timestamp"], made["result"]) == ("2026-09-07T09:00:00Z", {"response": "B"})
    assert made["object"]["definition"]["type"] == xapi.ASSIGNMENT


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (event("user_updated"), "carries no meaning"),
        (event("asset_accessed", "TeacherEnrollment", asset_type="wiki_page", asset_id="7"), "by staff"),
        (event("asset_accessed", asset_type="user", asset_id="7", asset_name="Mila"), "no material"),
        (event("enrollment_created", type="TaEnrollment", course_id="5", user_id="4"), "by staff"),
        (event("discussion_topic_created", discussion_topic_id="6", is_announcement=True), "by staff"),
        (
            event("grade_change", assignment_id="5", student_id="4", score=None),
            "a grade without points, or of nothing to be had",
        ),
        (
            event("course_completed", progress={"requirement_count": 2, "requirement_completed_count": 1}),
            "not to the end",
        ),
    ],
)
def test_what_says_nothing_of_a_student_is_ignored_with_its_reason(record: dict[str, Any], why: str) -> None:
    """Unknown kinds, staff and what has no points give no statement, and say why."""
    assert ignored(FORMAT, record) == why


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"nope", "convert-json"),
        (b'{"data": []}', "convert-event"),
        (orjson.dumps(event("quiz_submitted")), "convert-item"),
        (
            orjson.dumps(
                {"metadata": {"event_name": "quiz_submitted", "user_id": "1"}, "body": {"quiz_id": "4"}}
            ),
            "convert-time",
        ),
    ],
)
def test_a_malformed_event_is_refused(raw: bytes, rule: str) -> None:
    """What is no live event, or lacks what its kind means, is refused by its rule."""
    with pytest.raises(ConvertError) as refusal:
        FORMAT.convert(SourceRecord(raw, "record 1"))
    assert refusal.value.fault.rule == rule


def test_format_keeps_the_contract() -> None:
    """Canvas' live events keep what every format keeps."""
    holds(
        CanvasLiveEvents,
        OPTIONS,
        lines(event("quiz_submitted", quiz_id="4"), event("user_updated"), {"no": 1}),
    )
