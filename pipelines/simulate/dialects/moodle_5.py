"""Moodle with logstore_xapi 5 (2025, from 4.8 on): scores from -1 to 1, attempts and submissions as objects."""

from typing import Any, Final

import orjson

from learnloom.pipelines.simulate.dialects import moodle
from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformStatement,
    activity,
    interaction,
    person,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing
from learnloom.pipelines.simulate.dialects.sittings import POINTS, Sitting, raw_score, seconds
from learnloom.pipelines.simulate.statements import TEACHER
from learnloom.schemas import vocabulary as xapi

_EDLM: Final = "https://xapi.edlm/profiles/edlm-lms/concepts"
_INFO: Final = "http://lrs.learninglocker.net/define/extensions/info"
_TYPES: Final = {
    xapi.COURSE: "https://w3id.org/xapi/cmi5/activitytype/course",
    xapi.MODULE: "http://id.tincanapi.com/activitytype/section",
    xapi.VIDEO: "http://id.tincanapi.com/activitytype/resource",
    xapi.READING: "https://w3id.org/xapi/acrossx/activities/page",
    xapi.ASSESSMENT: xapi.ASSESSMENT,
    xapi.ASSIGNMENT: f"{_EDLM}/activity-types/assignment",
    xapi.FORUM_TOPIC: f"{_EDLM}/activity-types/forum",
}
_ATTEMPT: Final = "http://adlnet.gov/expapi/activities/attempt"
_DISCUSSION: Final = "http://id.tincanapi.com/activitytype/discussion"
_REPLY: Final = "http://id.tincanapi.com/activitytype/forum-reply"
_SUBMISSION: Final = f"{_EDLM}/activity-types/submission"
_FEEDBACK: Final = f"{_EDLM}/activity-types/feedback"

_ENROLLED: Final = verb(f"{_EDLM}/verbs/enrolled", "Enrolled")
_LEFT: Final = verb("http://activitystrea.ms/leave", "Left")
_VIEWED: Final = verb("http://id.tincanapi.com/verb/viewed", "Viewed")
_STARTED: Final = verb("http://activitystrea.ms/schema/1.0/start", "Started")
_COMPLETED: Final = verb(xapi.COMPLETED, "Completed")
_ANSWERED: Final = verb(xapi.ANSWERED, "Answered")
_SUBMITTED: Final = verb("http://activitystrea.ms/schema/1.0/submit", "Submitted")
_SCORED: Final = verb("https://w3id.org/xapi/tla/verbs/scored", "Scored")
_CREATED: Final = verb("http://activitystrea.ms/create", "Created")
_REPLIED: Final = verb("http://id.tincanapi.com/verb/replied", "Replied")

_TEACHER: Final = moodle.actor(person(orjson.loads(TEACHER)))
_SITE: Final = activity(moodle.SITE, moodle.LMS, "Campus")


def _seen(thing: Thing) -> dict[str, Any]:
    return activity(moodle.address(thing), _TYPES[thing.kind], thing.name)


def _around(thing: Thing) -> list[dict[str, Any]]:
    """What an activity stands in, the nearest first."""
    places = [thing.module] if thing.module else []
    return [_seen(place) for place in (*places, thing.course) if place is not thing]


def _told(
    act: Act,
    verb_: dict[str, Any],
    object_: dict[str, Any],
    *,
    event: str,
    parent: list[dict[str, Any]] | None = None,
    result: dict[str, Any] | None = None,
    at_ms: int | None = None,
    by: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> PlatformStatement:
    """A statement: by the student unless by another, at the act's time unless at another."""
    activities: dict[str, Any] = {"category": [_SITE], **({"parent": parent} if parent else {})}
    body: dict[str, Any] = {
        "actor": by or moodle.actor(person_of(act)),
        "verb": verb_,
        "object": object_,
        **({"result": result} if result else {}),
        "context": {
            "language": "en",
            "platform": "Moodle",
            "registration": moodle.session(act),
            "contextActivities": activities,
            "extensions": {_INFO: {"event_name": event, "http://moodle.org": "5.0"}},
            **(more or {}),
        },
    }
    return PlatformStatement(act.at_ms if at_ms is None else at_ms, body)


def _enrolled(act: Act, memory: Memory) -> list[PlatformStatement]:
    """The student; before the first of them the teacher, who is enrolled in the course like everybody."""
    course = memory.school[act.activity]
    event = "\\core\\event\\user_enrolment_created"
    told = [_told(act, _ENROLLED, _seen(course), event=event, more={"instructor": _TEACHER})]
    if memory.count("enrolled", course.iri) == 1:
        told.insert(0, _told(act, _ENROLLED, _seen(course), event=event, by=_TEACHER))
    return told


def _left(act: Act, memory: Memory) -> list[PlatformStatement]:
    course = _seen(memory.school[act.activity])
    event = "\\core\\event\\user_enrolment_deleted"
    return [_told(act, _LEFT, course, event=event, more={"instructor": _TEACHER})]


def _course_done(act: Act, memory: Memory) -> list[PlatformStatement]:
    course = _seen(memory.school[act.activity])
    return [_told(act, _COMPLETED, course, event="\\core\\event\\course_completed")]


def _viewed(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    module = moodle.address(thing).removeprefix(moodle.SITE).split("/")[2]
    event = f"\\mod_{module}\\event\\course_module_viewed"
    return [_told(act, _VIEWED, _seen(thing), event=event, parent=_around(thing))]


def _attempt(sitting: Sitting) -> dict[str, Any]:
    return activity(
        moodle.sitting_address(sitting), _ATTEMPT, f"{sitting.quiz.name} Attempt {sitting.number}"
    )


def _begun(memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG001
    parent = [_seen(sitting.quiz), *_around(sitting.quiz)]
    event = "\\mod_quiz\\event\\attempt_started"
    return [_told(sitting.begun, _STARTED, _attempt(sitting), event=event, parent=parent)]


def _score(share: float, points: int) -> dict[str, Any]:
    """A score as the plugin has it since 4.8: no point of them all is -1."""
    return {**raw_score(share, points), "scaled": round(2 * share - 1, 5)}


def _handed_in(memory: Memory, sitting: Sitting, at_ms: int) -> list[PlatformStatement]:
    """The sitting is completed, then every answer of it, all at one moment."""
    around = [_seen(sitting.quiz), *_around(sitting.quiz)]
    event = "\\mod_quiz\\event\\attempt_submitted"
    result = {
        "score": _score(sitting.share_right, POINTS),
        "completion": True,
        # The pass mark of a quiz is 0 unless a teacher sets one.
        "success": True,
        "duration": seconds(at_ms - sitting.begun.at_ms),
    }
    begun = sitting.begun
    told = [
        _told(begun, _COMPLETED, _attempt(sitting), event=event, parent=around, result=result, at_ms=at_ms)
    ]
    for answer in sitting.answers:
        question = memory.school[answer.activity]
        object_ = activity(
            moodle.address(question),
            xapi.INTERACTION,
            question.name,
            **interaction(answer, "description", "interactionType", *_sent(answer)),
        )
        told.append(
            _told(
                answer,
                _ANSWERED,
                object_,
                event=event,
                parent=[_attempt(sitting), *around],
                result=moodle.answer_result(answer),
                at_ms=at_ms,
            )
        )
    return told


def _sent(answer: Act) -> tuple[str, ...]:
    """The properties of a question that the plugin sends, by its type."""
    match answer.definition["interactionType"]:
        case "choice" | "true-false" | "numeric" | "matching":
            return ("correctResponsesPattern", "choices", "source", "target")
        case _:
            return ()


def _part(thing: Thing, name: str, type_: str) -> dict[str, Any]:
    """What belongs to one student of an assignment, which the page's address does not tell apart."""
    return activity(f"{moodle.address(thing)}#{name.lower()}", type_, f"{thing.name} {name}")


def _submitted(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    object_ = _part(thing, "Submission", _SUBMISSION)
    event = "\\mod_assign\\event\\assessable_submitted"
    return [_told(act, _SUBMITTED, object_, event=event, parent=[_seen(thing), *_around(thing)])]


def _graded(act: Act, memory: Memory) -> list[PlatformStatement]:
    """The teacher looks at what was handed in, then the student gets a score."""
    thing = memory.school[act.activity]
    object_ = _part(thing, "Submission", _SUBMISSION)
    parent = [_seen(thing), *_around(thing)]
    score = act.score
    result = {"score": _score(score["scaled"], score["max"]), "success": True}
    return [
        _told(
            act, _VIEWED, object_, event="\\mod_assign\\event\\submission_viewed", parent=parent, by=_TEACHER
        ),
        _told(
            act,
            _SCORED,
            object_,
            event="\\mod_assign\\event\\submission_graded",
            parent=parent,
            result=result,
            more={"instructor": _TEACHER},
        ),
    ]


def _feedback(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    parent = [_seen(thing), *_around(thing)]
    event = "\\mod_assign\\event\\feedback_viewed"
    object_ = _part(thing, "Feedback", _FEEDBACK)
    return [_told(act, _VIEWED, object_, event=event, parent=parent, more={"instructor": _TEACHER})]


def _discussion(forum: Thing, number: int) -> dict[str, Any]:
    return activity(
        f"{moodle.SITE}/mod/forum/discuss.php?d={forum.number}{number:03d}", _DISCUSSION, forum.name
    )


def _asked(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A new thread."""
    forum = memory.school[act.activity]
    object_ = _discussion(forum, memory.count("threads", forum.iri))
    event = "\\mod_forum\\event\\discussion_created"
    return [_told(act, _CREATED, object_, event=event, parent=[_seen(forum), *_around(forum)])]


def _replied(act: Act, memory: Memory) -> list[PlatformStatement]:
    """An answer or a remark in the newest thread; one of the teacher's where nobody has asked yet."""
    forum = memory.school[act.activity]
    thread = _discussion(forum, memory.of_school.get(f"threads {forum.iri}", 0))
    object_ = activity(
        f"{thread['id']}#p{memory.count('posts')}",
        _REPLY,
        f"Re: {forum.name}",
        description={"en": act.result["response"]},
    )
    event = "\\mod_forum\\event\\post_created"
    return [_told(act, _REPLIED, object_, event=event, parent=[thread, _seen(forum), *_around(forum)])]


_ANSWERS: Final = moodle.Buffered(_begun, _handed_in)
DIALECT: Final = Dialect(
    name="moodle-5",
    platform="Moodle, plugin logstore_xapi 5",
    special=(
        "Scores are scaled from -1 to 1; attempts and submissions are activities of their own; all "
        "answers come at the moment at which the attempt is handed in, without time; short answers "
        "have no verdict; a course has cmi5's type."
    ),
    source="https://github.com/xAPI-vle/moodle-logstore_xapi",
    actor=moodle.actor,
    activity=moodle.address,
    tellers={
        ActKind.ENROLLED: _enrolled,
        ActKind.LEFT: _left,
        ActKind.COURSE_PASSED: _course_done,
        ActKind.QUIZ_BEGUN: _ANSWERS.sittings.begin,
        ActKind.QUIZ_DONE: _ANSWERS.sittings.end,
        ActKind.PRACTICE_DONE: _ANSWERS.sittings.end,
        ActKind.ANSWER: _ANSWERS.answer,
        ActKind.VIDEO_BEGUN: _viewed,
        ActKind.READ: _viewed,
        ActKind.WORK_BEGUN: _viewed,
        ActKind.WORK_SUBMITTED: _submitted,
        ActKind.WORK_SCORED: _graded,
        ActKind.FEEDBACK_READ: _feedback,
        ActKind.ASKED: _asked,
        ActKind.COMMENTED: _replied,
        ActKind.RESPONDED: _replied,
    },
    seen_only=frozenset({ActKind.VIDEO_BEGUN, ActKind.READ, ActKind.WORK_BEGUN, ActKind.FEEDBACK_READ}),
    close_day=_ANSWERS.sittings.close_day,
    has_staff=True,
)
