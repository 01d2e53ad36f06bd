"""The format `canvas`: Canvas' live events in its own form, metadata and body.

Fields by canvas-lms, doc/api/data_services (Live Events, Canvas format).
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, NamedTuple

import orjson

from learnloom.pipelines.convert.canvas.ids import global_id, urn
from learnloom.pipelines.convert.format import Converted, ConvertError, SourceRecord
from learnloom.pipelines.convert.origin import Activity, OneOrigin, Origin, Statement, activity, statement
from learnloom.pipelines.convert.text import json_records
from learnloom.pipelines.convert.values import moment, number, score, text
from learnloom.schemas import vocabulary as xapi

ASSETS: Final = {
    "assignment": xapi.ASSIGNMENT,
    "attachment": None,
    "context_module": xapi.MODULE,
    "course": xapi.COURSE,
    "discussion_topic": xapi.FORUM_TOPIC,
    "module": xapi.MODULE,
    "quiz": xapi.ASSESSMENT,
    "quizzes:quiz": xapi.ASSESSMENT,
    "wiki_page": xapi.READING,
}
"""What Canvas calls an asset with what it is; others (an account, a calendar, a person) are no material."""
UNNAMED: Final = frozenset({"attachment"})
"""A file's name may be a student's own."""
LEFT: Final = frozenset({"deleted", "inactive", "rejected"})
"""States of an enrolment that has ended before the course."""


class LiveEvent(NamedTuple):
    """One event."""

    name: str
    metadata: dict[str, Any]
    body: dict[str, Any]

    def id_in(self, field: str) -> str | None:
        """Give an id of the body."""
        return self._global(self.body.get(field))

    def id_of(self, part: str) -> str | None:
        """Give the id of a whole entity in the body (`user`, `course`)."""
        found = self.body.get(part)
        return self._global(found.get("id")) if isinstance(found, dict) else None

    def _global(self, value: Any) -> str | None:
        return global_id(value, self.metadata.get("root_account_id"))

    def needed(self, field: str) -> str:
        """Give an id of the body that this kind cannot do without.

        Raises:
            ConvertError: it is absent.
        """
        if (found := self.id_in(field)) is None:
            raise ConvertError(
                "convert-item",
                f"{self.name} has no {field}: keep the body whole when you store live events.",
                path=f"/body/{field}",
            )
        return found

    @property
    def user(self) -> str | None:
        """Who acted."""
        return text(self.metadata.get("user_id")) or self.id_in("user_id")

    @property
    def is_by_staff(self) -> bool:
        """Whether Canvas says that somebody else than a student acted."""
        role = text(self.metadata.get("context_role")) or text(self.body.get("role"))
        return role is not None and role not in {"StudentEnrollment", "GroupMembership", "User"}


def _completed_quiz(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    quiz = activity(urn("quiz", event.needed("quiz_id")), xapi.ASSESSMENT)
    return _by_student(event, origin, xapi.COMPLETED, quiz)


def _submitted(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    work = activity(urn("assignment", event.needed("assignment_id")), xapi.ASSIGNMENT)
    made = _said(
        event,
        origin,
        event.needed("user_id"),
        xapi.SUBMITTED,
        work,
        at=event.body.get("submitted_at"),
        result={"response": text(event.body.get("body"))},
    )
    return [made]


def _graded(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    raw = number(event.body.get("score"))
    points = None if raw is None else score(raw, number(event.body.get("points_possible")))
    if points is None:
        return "a grade without points, or of nothing to be had"
    work = activity(urn("assignment", event.needed("assignment_id")), xapi.ASSIGNMENT)
    student = event.id_in("student_id") or event.needed("user_id")
    return [_said(event, origin, student, xapi.SCORED, work, result={"score": points})]


def _enrolled(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    if event.body.get("type") != "StudentEnrollment":
        return "by staff"
    state = event.body.get("workflow_state")
    if state == "completed":
        return "the course is over"
    verb = xapi.UNREGISTERED if state in LEFT else xapi.REGISTERED
    course = activity(urn("course", event.needed("course_id")), xapi.COURSE)
    return [_said(event, origin, event.needed("user_id"), verb, course)]


def _topic_begun(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    if event.body.get("is_announcement"):
        return "by staff"
    return _by_student(event, origin, xapi.COMMENTED, _topic(event, text(event.body.get("title"))))


def _entry(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    return _by_student(event, origin, xapi.RESPONDED, _topic(event))


def _seen(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    asset = str(event.body.get("asset_type"))
    if asset not in ASSETS:
        return "no material"
    name = None if asset in UNNAMED else text(event.body.get("asset_name"))
    return _by_student(
        event, origin, xapi.EXPERIENCED, activity(urn(asset, event.needed("asset_id")), ASSETS[asset], name)
    )


def _course_completed(event: LiveEvent, origin: Origin) -> list[Statement] | str:
    progress = event.body.get("progress")
    told = progress if isinstance(progress, dict) else {}
    if told.get("requirement_completed_count") != told.get("requirement_count"):
        return "not to the end"
    course = _course(event, origin)
    if course is None:
        return "it does not say of what"
    about = activity(course, xapi.COURSE)
    # Whoever set it off may be the teacher who graded, or a background job.
    student = event.id_of("user")
    if student is None:
        return _by_student(event, origin, xapi.COMPLETED, about)
    return [_said(event, origin, student, xapi.COMPLETED, about)]


KINDS: Final[dict[str, Callable[[LiveEvent, Origin], list[Statement] | str]]] = {
    "asset_accessed": _seen,
    "course_completed": _course_completed,
    "discussion_entry_created": _entry,
    "discussion_topic_created": _topic_begun,
    "enrollment_created": _enrolled,
    "enrollment_updated": _enrolled,
    "grade_change": _graded,
    "quiz_submitted": _completed_quiz,
    "submission_created": _submitted,
}


class CanvasLiveEvents(OneOrigin):
    """Canvas' live events."""

    name: ClassVar[str] = "canvas"
    summary: ClassVar[str] = (
        "Live events of Canvas in its own form (metadata, body): quizzes, work, grades, enrolment, discussions, pages."
    )

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield every event."""
        yield from json_records(given, self._max_bytes)

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statement of one event.

        Raises:
            ConvertError: it is no event, or says too little of what its kind means.
        """
        event = _opened(record.raw)
        key = hashlib.sha256(
            orjson.dumps(
                [event.name, event.metadata.get("event_time"), event.metadata.get("user_id"), event.body],
                option=orjson.OPT_SORT_KEYS,
            )
        ).hexdigest()
        mapped = KINDS.get(event.name)
        made = mapped(event, self._origin) if mapped else "carries no meaning"
        return (
            Converted([], event.name, key, made)
            if isinstance(made, str)
            else Converted(made, event.name, key)
        )


def _opened(raw: bytes) -> LiveEvent:
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ConvertError("convert-json", f"It is no JSON: {error}.") from None
    metadata = event.get("metadata", event.get("attributes")) if isinstance(event, dict) else None
    body = event.get("body") if isinstance(event, dict) else None
    name = text(metadata.get("event_name")) if isinstance(metadata, dict) else None
    if name is None or not isinstance(metadata, dict) or not isinstance(body, dict):
        raise ConvertError(
            "convert-event",
            "It is JSON, but no live event of Canvas: that has metadata with an event_name, and a body. Events in "
            "Caliper's form are read by the format caliper.",
        )
    return LiveEvent(name, metadata, body)


def _by_student(event: LiveEvent, origin: Origin, verb: str, about: Activity) -> list[Statement] | str:
    if event.is_by_staff:
        return "by staff"
    if event.user is None:
        return "by a program, or by nobody who is named"
    return [_said(event, origin, event.user, verb, about)]


def _said(
    event: LiveEvent,
    origin: Origin,
    student: str,
    verb: str,
    about: Activity,
    *,
    at: Any = None,
    result: dict[str, Any] | None = None,
) -> Statement:
    when: datetime = moment(at or event.metadata.get("event_time"), origin.zone, "/metadata/event_time")
    return statement(origin.student(student), verb, about, when, result=result, course=_course(event, origin))


def _topic(event: LiveEvent, name: str | None = None) -> Activity:
    return activity(urn("discussion_topic", event.needed("discussion_topic_id")), xapi.FORUM_TOPIC, name)


def _course(event: LiveEvent, origin: Origin) -> str | None:
    if event.metadata.get("context_type") == "Course" and (found := text(event.metadata.get("context_id"))):
        return urn("course", found)
    named = event.id_in("course_id") or event.id_of("course")
    return urn("course", named) if named else origin.course
