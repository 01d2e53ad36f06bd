"""Answers, quizzes and work handed in, and what they were given: AssessmentItem, Assessment, Assignable, Grade."""

import re
from datetime import datetime
from typing import Any, Final

from learnloom.pipelines.convert.caliper.event import (
    COURSES,
    CaliperEvent,
    Entity,
    canvas_extensions,
    identifier_of,
    needed,
    part,
    person_id,
    type_of,
    whole,
)
from learnloom.pipelines.convert.caliper.things import holder, skills, thing
from learnloom.pipelines.convert.canvas.live_events import LEFT
from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.origin import Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import duration, moment, number, score, seconds_of, text
from learnloom.schemas import vocabulary as xapi

_HINT: Final = re.compile(r"(.+\+type@problem\+block@[^/]+)/(?:hint/\d+|answer|solution)")
"""What Open edX names a hint, and an answer that was shown."""
_KINDS: Final = {"AssessmentEvent": "Assessment", "AssignableEvent": "AssignableDigitalResource"}
"""What an event is about, where that is given by its id alone."""


def item_completed(event: CaliperEvent, student: str, origin: Origin) -> list[Statement]:
    """Make an `answered`: what was answered, and how long it took. Right or wrong comes with the grade, if at all."""
    response = whole(event.generated)
    attempt = whole(part(response, "attempt"))
    # An attempt may be at the whole quiz: its time is that of all its questions.
    assigned = identifier_of(part(attempt, "assignable"))
    is_of_item = assigned in {None, identifier_of(event.object)}
    taken = _taken(response, origin) or (_taken(attempt, origin) if is_of_item else None)
    return [
        statement(
            origin.student(student),
            xapi.ANSWERED,
            thing(event.object, origin, kind="AssessmentItem"),
            event.at(origin),
            result={"response": _response(response), "duration": taken},
            course=event.course(origin),
            parent=holder(event.object, origin),
            category=skills(event.object, origin),
        )
    ]


def assessment_started(event: CaliperEvent, student: str, origin: Origin) -> list[Statement]:
    """Make an `initialized` of a quiz or piece of work."""
    return [
        statement(
            origin.student(student),
            xapi.INITIALIZED,
            thing(_assigned(event.object), origin, kind=_KINDS.get(event.kind)),
            event.at(origin),
            course=event.course(origin),
        )
    ]


def handed_in(event: CaliperEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make a `completed` of a quiz, and a `submit` of other work; a question's answer is told by events of its own."""
    attempt = whole(event.object) if type_of(event.object) == "Attempt" else whole(event.generated)
    about = thing(_assigned(event.object), origin, kind=_KINDS.get(event.kind))
    kind = about.get("definition", {}).get("type")
    # Open edX sends it of problems, and of the subsection that a problem stands in.
    if kind == xapi.INTERACTION or "+block@" in about["id"]:
        return "its grade tells more"
    is_quiz = kind == xapi.ASSESSMENT
    return [
        statement(
            origin.student(student),
            xapi.COMPLETED if is_quiz else xapi.SUBMITTED,
            about,
            event.at(origin),
            result={
                "duration": _taken(attempt, origin),
                "response": None if is_quiz else text(attempt.get("body")),
            },
            course=event.course(origin),
        )
    ]


def graded(event: CaliperEvent, _: str | None, origin: Origin) -> list[Statement] | str:
    """Make a `scored` of work or a quiz, and an `answered` of a question: of the student whose attempt it was.

    Raises:
        ConvertError: it does not say whose.
    """
    given = whole(event.generated)
    given = whole(given.get("score")) or given  # Open edX
    attempt = whole(event.object) or whole(part(given, "attempt"))
    student = person_id(part(attempt, "assignee") or part(attempt, "actor"))
    if student is None:
        raise ConvertError(
            "convert-student",
            "The grade names no assignee, so it is unknown whose it is: let the sensor send the attempt whole, not its "
            "id alone.",
            path="/object/assignee",
        )
    assigned = _assigned(attempt)
    about = thing(assigned, origin, what="assignable")
    points = _points(given, assigned)
    if points is None:
        return "a grade without points, or of nothing to be had"
    is_answer = about.get("definition", {}).get("type") == xapi.INTERACTION
    ended: Any = attempt.get("endedAtTime")
    return [
        statement(
            origin.student(student),
            xapi.ANSWERED if is_answer else xapi.SCORED,
            about,
            moment(ended, origin.zone, "/object/endedAtTime") if is_answer and ended else event.at(origin),
            result={"score": points, "duration": _taken(attempt, origin) if is_answer else None},
            course=event.course(origin),
            parent=holder(assigned, origin),
            category=skills(assigned, origin),
        )
    ]


def enrolled(event: CaliperEvent, _: str | None, origin: Origin) -> list[Statement] | str:
    """Make a `registered` or `unregistered` of Canvas' enrolments: of students only, and without their names."""
    said = canvas_extensions(event.object)
    student, course = person_id(text(said.get("user_id"))), text(said.get("course_id"))
    if student is None or course is None:
        return "carries no meaning"
    if said.get("type") != "StudentEnrollment":
        return "by staff"
    state = said.get("workflow_state")
    if state == "completed":
        return "the course is over"
    verb = xapi.UNREGISTERED if state in LEFT else xapi.REGISTERED
    about = thing({"id": course, "type": "CourseOffering"}, origin)
    return [statement(origin.student(student), verb, about, event.at(origin), course=about["id"])]


def in_course(event: CaliperEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make `registered` or `unregistered` of Open edX' enrolments, and `requested-hint` of its hints and answers."""
    if event.action == "Viewed":
        found = _HINT.fullmatch(needed(event.object, "object"))
        if not found:
            return "carries no meaning"
        verb, about = xapi.REQUESTED_HINT, activity(origin.iri_of(found[1], "activities"))
    else:
        if type_of(event.object) not in COURSES:
            return "carries no meaning"
        verb = xapi.REGISTERED if event.action == "Activated" else xapi.UNREGISTERED
        about = thing(event.object, origin)
    return [statement(origin.student(student), verb, about, event.at(origin), course=event.course(origin))]


def _assigned(entity: Entity) -> Entity:
    """What an attempt was an attempt at; anything else is that itself."""
    return part(whole(entity), "assignable") or entity


def _points(given: dict[str, Any], assigned: Entity) -> dict[str, float] | None:
    """Points by Score (1.1), or by Result, whose scores were renamed in 1.2."""
    raw = _first(given, "scoreGiven", "resultScore", "totalScore", "normalScore")
    most = _first(given, "maxScore", "maxResultScore")
    if most is None:
        most = _first(whole(assigned), "maxScore", "maxResultScore")
    return None if raw is None else score(raw, most)


def _first(said: dict[str, Any], *names: str) -> float | None:
    return next((read for name in names if (read := number(said.get(name))) is not None), None)


def _taken(attempt: dict[str, Any], origin: Origin) -> str | None:
    """How long an attempt took: as it says, else from its beginning to its end."""
    if (told := seconds_of(attempt.get("duration"))) is not None:
        return duration(told)
    began, ended = attempt.get("startedAtTime"), attempt.get("endedAtTime")
    if not began or not ended:
        return None
    times: list[datetime] = [
        moment(each, origin.zone, "startedAtTime, endedAtTime") for each in (began, ended)
    ]
    return duration((times[1] - times[0]).total_seconds())


def _response(response: dict[str, Any]) -> str | None:
    """What was answered, as xAPI joins several parts (xAPI-Data 2.4.4.1)."""
    given: Any = response.get("value")
    if given is None:
        given = response.get("values")
    parts = [str(each) for each in given if each is not None] if isinstance(given, list) else [given]
    return "[,]".join(str(each) for each in parts if each is not None) or None
