"""Moodle with logstore_xapi up to 4.7 (2019 to 2025): the quiz itself is the object, work is an assessment."""

from typing import Any, Final

import orjson

from learnloom.pipelines.simulate.dialects import moodle
from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformStatement,
    Teller,
    activity,
    person,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing
from learnloom.pipelines.simulate.dialects.sittings import POINTS, Sitting, raw_score, seconds
from learnloom.pipelines.simulate.statements import TEACHER
from learnloom.schemas import vocabulary as xapi

_INFO: Final = "http://lrs.learninglocker.net/define/extensions/info"
_TYPES: Final = {
    xapi.COURSE: "http://id.tincanapi.com/activitytype/lms/course",
    xapi.VIDEO: "http://id.tincanapi.com/activitytype/resource",
    xapi.READING: "https://w3id.org/xapi/acrossx/activities/page",
    xapi.ASSESSMENT: xapi.ASSESSMENT,
    # A piece of work has the type of a quiz.
    xapi.ASSIGNMENT: xapi.ASSESSMENT,
    xapi.FORUM_TOPIC: xapi.FORUM_TOPIC,
}
_ATTEMPT: Final = "http://adlnet.gov/expapi/activities/attempt"
_DISCUSSION: Final = "http://id.tincanapi.com/activitytype/discussion"

_REGISTERED: Final = verb(xapi.REGISTERED, "enrolled to")
_VIEWED: Final = verb("http://id.tincanapi.com/verb/viewed", "viewed")
_STARTED: Final = verb("http://activitystrea.ms/schema/1.0/start", "started")
_COMPLETED: Final = verb(xapi.COMPLETED, "completed")
_ANSWERED: Final = verb(xapi.ANSWERED, "answered")
_SUBMITTED: Final = verb(xapi.SUBMITTED, "submitted")
_SCORED: Final = verb(xapi.SCORED, "attained grade for")

_TEACHER: Final = moodle.actor(person(orjson.loads(TEACHER)))
_SITE: Final = activity(moodle.SITE, moodle.LMS, "Campus")
_SOURCE: Final = activity("http://moodle.org", "http://id.tincanapi.com/activitytype/source", "Moodle")


def _seen(thing: Thing) -> dict[str, Any]:
    return activity(moodle.address(thing), _TYPES[thing.kind], thing.name)


def _told(
    act: Act,
    verb_: dict[str, Any],
    object_: dict[str, Any],
    course: Thing | None,
    *,
    grouping: tuple[dict[str, Any], ...] = (),
    other: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    at_ms: int | None = None,
    by: dict[str, Any] | None = None,
    teacher: bool = False,
) -> PlatformStatement:
    """A statement; `course` is None where the object is the course."""
    places: dict[str, Any] = {
        "grouping": [_SITE, *([_seen(course)] if course else []), *grouping],
        "category": [_SOURCE],
        **({"other": [other]} if other else {}),
    }
    body: dict[str, Any] = {
        "actor": by or moodle.actor(person_of(act)),
        "verb": verb_,
        "object": object_,
        **({"result": result} if result else {}),
        "context": {
            "platform": "Moodle",
            "language": "en",
            "contextActivities": places,
            "extensions": {_INFO: {"http://moodle.org": "3.9"}},
            **({"instructor": _TEACHER} if teacher else {}),
        },
    }
    return PlatformStatement(act.at_ms if at_ms is None else at_ms, body)


def _about_course(verb_: dict[str, Any]) -> Teller:
    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        return [_told(act, verb_, _seen(memory.school[act.activity]), None)]

    return tell


def _enrolled(act: Act, memory: Memory) -> list[PlatformStatement]:
    """The student; before the first of them the teacher, who is enrolled in the course like everybody."""
    course = memory.school[act.activity]
    told = [_told(act, _REGISTERED, _seen(course), None)]
    if memory.count("enrolled", course.iri) == 1:
        told.insert(0, _told(act, _REGISTERED, _seen(course), None, by=_TEACHER))
    return told


def _viewed(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    return [_told(act, _VIEWED, _seen(thing), thing.course)]


def _attempt(sitting: Sitting) -> dict[str, Any]:
    return activity(moodle.sitting_address(sitting), _ATTEMPT, "Attempt")


def _begun(memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG001
    return [_told(sitting.begun, _STARTED, _seen(sitting.quiz), sitting.quiz.course, other=_attempt(sitting))]


def _handed_in(memory: Memory, sitting: Sitting, at_ms: int) -> list[PlatformStatement]:
    """The quiz is completed, then every answer is told, all at one moment."""
    quiz, attempt = sitting.quiz, _attempt(sitting)
    share = sitting.share_right
    result = {
        "score": {**raw_score(share, POINTS), "scaled": round(share, 5)},
        "completion": True,
        # The pass mark of a quiz is 0 unless a teacher sets one.
        "success": True,
        "duration": seconds(at_ms - sitting.begun.at_ms),
    }
    told = [
        _told(sitting.begun, _COMPLETED, _seen(quiz), quiz.course, other=attempt, result=result, at_ms=at_ms)
    ]
    for answer in sitting.answers:
        question = memory.school[answer.activity]
        kind = answer.definition["interactionType"]
        # Its wording stands where its name should.
        wording = answer.definition["description"]["en"]
        object_ = activity(moodle.address(question), xapi.INTERACTION, wording, interactionType=kind)
        told.append(
            _told(
                answer,
                _ANSWERED,
                object_,
                quiz.course,
                grouping=(_seen(quiz), attempt),
                result=moodle.answer_result(answer),
                at_ms=at_ms,
            )
        )
    return told


def _submitted(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    return [_told(act, _SUBMITTED, _seen(thing), thing.course)]


def _graded(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    score = act.score
    result = {
        "score": {**raw_score(score["scaled"], score["max"]), "scaled": score["scaled"]},
        "completion": True,
        "success": True,
    }
    return [_told(act, _SCORED, _seen(thing), thing.course, result=result, teacher=True)]


def _discussion_seen(act: Act, memory: Memory) -> list[PlatformStatement]:
    """Nothing that is written is told, only that somebody opened the thread."""
    forum = memory.school[act.activity]
    thread = activity(f"{moodle.SITE}/mod/forum/discuss.php?d={forum.number}", _DISCUSSION, forum.name)
    return [_told(act, _VIEWED, thread, forum.course, grouping=(_seen(forum),))]


_ANSWERS: Final = moodle.Buffered(_begun, _handed_in)
_TALK: Final = (ActKind.ASKED, ActKind.COMMENTED, ActKind.RESPONDED)
_VIEWS: Final = (ActKind.VIDEO_BEGUN, ActKind.READ, ActKind.WORK_BEGUN, ActKind.FEEDBACK_READ)
DIALECT: Final = Dialect(
    name="moodle-4",
    platform="Moodle, plugin logstore_xapi 4.2",
    special=(
        "The quiz is the object, the attempt stands beside it; no parents; work has the type of a "
        "quiz; nothing that is written in a forum is told; short answers have no verdict."
    ),
    source="https://github.com/xAPI-vle/moodle-logstore_xapi/tree/v4.2.5",
    actor=moodle.actor,
    activity=moodle.address,
    tellers={
        ActKind.ENROLLED: _enrolled,
        ActKind.COURSE_PASSED: _about_course(_COMPLETED),
        ActKind.QUIZ_BEGUN: _ANSWERS.sittings.begin,
        ActKind.QUIZ_DONE: _ANSWERS.sittings.end,
        ActKind.PRACTICE_DONE: _ANSWERS.sittings.end,
        ActKind.ANSWER: _ANSWERS.answer,
        ActKind.WORK_SUBMITTED: _submitted,
        ActKind.WORK_SCORED: _graded,
        **dict.fromkeys(_VIEWS, _viewed),
        **dict.fromkeys(_TALK, _discussion_seen),
    },
    seen_only=frozenset((*_VIEWS, *_TALK)),
    close_day=_ANSWERS.sittings.close_day,
    has_staff=True,
)
