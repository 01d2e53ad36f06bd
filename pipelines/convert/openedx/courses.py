"""Courses: enrolment, grades of subsections, passing, timed exams, pages and subsections that were opened or read."""

from typing import Final

from learnloom.pipelines.convert.openedx import places
from learnloom.pipelines.convert.openedx.event import TrackingEvent
from learnloom.pipelines.convert.openedx.problems import answer_text
from learnloom.pipelines.convert.origin import Activity, Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import duration, number, score, text
from learnloom.schemas import vocabulary as xapi

_ON_COURSE: Final = {
    "edx.course.enrollment.activated": xapi.REGISTERED,
    "edx.course.enrollment.deactivated": xapi.UNREGISTERED,
    "edx.course.grade.passed.first_time": xapi.PASSED,
    "edx.course.grade.now_passed": xapi.PASSED,
}
_WORK: Final = frozenset({"openassessment", "lti", "lti_consumer", "edx_sga", "staffgradedxblock"})
"""Blocks whose score is one of a piece of work; of others it is an answer."""


def on_course(event: TrackingEvent, student: str, origin: Origin) -> list[Statement]:
    """Make what happened to the student in the whole course: registered, unregistered, passed.

    Raises:
        ConvertError: no course is named.
    """
    course = places.course_of(event, origin) or places.needed(event, "course_id")
    return [
        _said(event, student, origin, _ON_COURSE[event.name], activity(course, xapi.COURSE), course=course)
    ]


def subsection_grade(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make a `scored` of a graded subsection: a quiz, whatever the school calls it."""
    subsection = places.block(places.needed(event, "block_id"), origin)
    earned = number(event.data.get("weighted_graded_earned"))
    points = score(earned, number(event.data.get("weighted_graded_possible"))) if earned is not None else None
    if points is None:
        return "practice without a grade"
    return [
        _said(
            event,
            student,
            origin,
            xapi.SCORED,
            activity(subsection, xapi.ASSESSMENT),
            result={"score": points},
        )
    ]


def block_score(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make the score of a block that no `problem_check` tells of."""
    key = places.needed(event, "problem_id")
    kind = key.partition("type@")[2].partition("+")[0]
    if kind in {"", "problem"}:
        return "problem_check tells the same"
    earned = number(event.data.get("weighted_earned"))
    points = score(earned, number(event.data.get("weighted_possible"))) if earned is not None else None
    if points is None:
        return "practice without a grade"
    is_work = kind in _WORK
    about = activity(
        places.block(key, origin), xapi.ASSIGNMENT if is_work else xapi.INTERACTION, event.display_name
    )
    if not is_work:
        about["definition"]["interactionType"] = "other"
    return [
        _said(
            event,
            student,
            origin,
            xapi.SCORED if is_work else xapi.ANSWERED,
            about,
            result={"score": points},
            parent=places.subsection_of(event, origin),
        )
    ]


def exam(event: TrackingEvent, student: str, origin: Origin) -> list[Statement]:
    """Make beginning and end of a timed or supervised exam."""
    key = places.needed(event, "exam_content_id")
    is_over = event.name.endswith("submitted")
    elapsed = number(event.data.get("attempt_event_elapsed_time_secs")) if is_over else None
    return [
        _said(
            event,
            text(event.data.get("attempt_user_id")) or student,
            origin,
            xapi.COMPLETED if is_over else xapi.INITIALIZED,
            activity(places.block(key, origin), xapi.ASSESSMENT, text(event.data.get("exam_name"))),
            result={"duration": duration(elapsed)},
        )
    ]


def block_completion(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make a `completed` of a text that was read to its end; videos and problems have events of their own."""
    if event.data.get("block_type") != "html":
        return "its own events tell more"
    if number(event.data.get("completion")) != 1:
        return "not to the end"
    key = places.needed(event, "block_id")
    return [_said(event, student, origin, xapi.COMPLETED, activity(places.block(key, origin), xapi.READING))]


def opened(event: TrackingEvent, student: str, origin: Origin) -> list[Statement]:
    """Make an `experienced` of a subsection in which the student went on."""
    key = places.needed(event, "id")
    return [_said(event, student, origin, xapi.EXPERIENCED, activity(places.block(key, origin)))]


def handed_in(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make a `submit` of an open response, or a `reviewed` of one of another student."""
    if event.usage_key is None:
        return "it does not say of what"
    is_review = event.name.endswith("peer_assess")
    work = activity(places.block(event.usage_key, origin), xapi.ASSIGNMENT, event.display_name)
    return [
        _said(
            event,
            student,
            origin,
            xapi.REVIEWED if is_review else xapi.SUBMITTED,
            work,
            result=None if is_review else {"response": answer_text(event.data.get("answer"))},
        )
    ]


def _said(
    event: TrackingEvent,
    student: str,
    origin: Origin,
    verb: str,
    about: Activity,
    *,
    result: dict[str, object] | None = None,
    course: str | None = None,
    parent: Activity | None = None,
) -> Statement:
    return statement(
        origin.student(student),
        verb,
        about,
        event.moment,
        result=result,
        course=course or places.course_of(event, origin),
        parent=parent,
    )
