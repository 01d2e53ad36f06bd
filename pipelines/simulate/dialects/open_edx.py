"""Open edX by event-routing-backends 9: answers are evaluated, hints are asked, videos have no played segments."""

from typing import Any, Final

import orjson

from learnloom.pipelines.simulate.config import DAY_MS
from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformPerson,
    PlatformStatement,
    Teller,
    activity,
    interaction,
    person,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing, hexadecimal, site, uuid_of
from learnloom.pipelines.simulate.statements import TEACHER
from learnloom.schemas import vocabulary as xapi

_SITE: Final = site("courses")
_SESSION: Final = "https://w3id.org/xapi/openedx/extensions/session-id"
_VERSION: Final = {
    "https://w3id.org/xapi/openedx/extension/transformer-version": "event-routing-backends@9.3.8"
}
_BLOCKS: Final = {
    xapi.MODULE: "chapter",
    xapi.VIDEO: "video",
    xapi.READING: "html",
    xapi.ASSESSMENT: "sequential",
    xapi.INTERACTION: "problem",
}
_RESOURCE: Final = "http://id.tincanapi.com/activitytype/resource"
_DISCUSSION: Final = "http://id.tincanapi.com/activitytype/discussion"
_HINT: Final = "https://w3id.org/xapi/acrossx/extensions/supplemental-info"
_PROGRESS: Final = "https://w3id.org/xapi/cmi5/result/extensions/progress"
_TRY: Final = "http://id.tincanapi.com/extension/attempt-id"
_MODE: Final = "https://w3id.org/xapi/acrossx/extensions/type"
_LETTER: Final = "http://www.tincanapi.co.uk/activitytypes/grade_classification"

_EVALUATED: Final = verb("https://w3id.org/xapi/acrossx/verbs/evaluated", "evaluated")
_ATTEMPTED: Final = verb(xapi.ATTEMPTED, "attempted")
_NAVIGATED: Final = verb("https://w3id.org/xapi/dod-isd/verbs/navigated", "navigated")
_PROGRESSED: Final = verb("http://adlnet.gov/expapi/verbs/progressed", "progressed")
_EARNED: Final = verb("http://id.tincanapi.com/verb/earned", "earned")
_ASKED: Final = verb(xapi.ASKED, "asked")
_POSTED: Final = verb("https://w3id.org/xapi/acrossx/verbs/posted", "posted")

# The platform knows fewer kinds of question than xAPI; a right order is drawn as a custom problem.
_INTERACTIONS: Final = {"sequencing": "other", "matching": "other"}


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": _SITE, "name": uuid_of("edx", whom.key)}}


def _run(course: Thing) -> str:
    return f"Campus+C{course.number}+2026"


def _address(thing: Thing) -> str | None:
    """The IRI of a course or block; assignments are of a kind that the platform does not report."""
    if thing.kind == xapi.COURSE:
        return f"{_SITE}/course/course-v1:{_run(thing)}"
    if thing.kind == xapi.FORUM_TOPIC:
        return _thread(thing, 0)
    if thing.kind not in _BLOCKS:
        return None
    block = f"type@{_BLOCKS[thing.kind]}+block@{hexadecimal(thing.iri)}"
    return f"{_SITE}/xblock/block-v1:{_run(thing.course)}+{block}"


def _block(thing: Thing, kind: str, **more: Any) -> dict[str, Any]:
    return activity(f"{_address(thing)}", kind, **more)


def _course(thing: Thing, language: str = "en", **more: Any) -> dict[str, Any]:
    course = thing.course
    return activity(f"{_address(course)}", xapi.COURSE, course.name, language=language, **more)


def _told(
    act: Act,
    verb_: dict[str, Any],
    object_: dict[str, Any],
    *,
    course: Thing | None,
    result: dict[str, Any] | None = None,
    grouping: dict[str, Any] | None = None,
    extensions: dict[str, Any] | None = None,
    by: dict[str, Any] | None = None,
) -> PlatformStatement:
    """A statement; `course` is None where none stands in the context, as with enrolment."""
    actor = by or _actor(person_of(act))
    places: dict[str, Any] = {}
    if course is not None:
        places["parent"] = [_course(course, "en-US")]
    if grouping is not None:
        places["grouping"] = [grouping]
    session = {_SESSION: hexadecimal(actor["account"]["name"], act.at_ms // DAY_MS)}
    body: dict[str, Any] = {
        "version": "1.0.3",
        "actor": actor,
        "verb": verb_,
        "object": object_,
        **({"result": result} if result else {}),
        "context": {
            **({"contextActivities": places} if places else {}),
            "extensions": {**_VERSION, **session, **(extensions or {})},
        },
    }
    return PlatformStatement(act.at_ms, body)


def _about_course(iri: str, display: str) -> Teller:
    """The course's own events name it as their object, and nothing as its context."""
    verb_ = verb(iri, display)

    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        course = memory.school[act.activity]
        object_ = _course(course, extensions={_MODE: "audit"})
        told = [_told(act, verb_, object_, course=None)]
        if iri == xapi.REGISTERED and memory.count("enrolled", course.iri) == 1:
            teacher = _actor(person(orjson.loads(TEACHER)))
            told.insert(0, _told(act, verb_, object_, course=None, by=teacher))
        return told

    return tell


def _course_graded(iri: str, display: str) -> Teller:
    about = _about_course(iri, display)

    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        course = memory.school[act.activity]
        share = act.score["scaled"]
        result = {
            "score": {"scaled": share, "raw": share, "min": 0.0, "max": 1.0},
            "extensions": {_LETTER: "Pass" if act.result["success"] else "Fail"},
        }
        return [_told(act, _EARNED, _course(course), course=course, result=result), *about(act, memory)]

    return tell


def _opened(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A subsection is chosen in the outline."""
    quiz = memory.school[act.activity]
    target = f"{_SITE}/courses/course-v1:{_run(quiz.course)}/jump_to/{hexadecimal(quiz.iri)}"
    return [_told(act, _NAVIGATED, activity(target, xapi.MODULE, quiz.name), course=quiz.course)]


def _subsection(act: Act, memory: Memory) -> list[PlatformStatement]:
    """The grade of a subsection, which only graded ones have."""
    quiz = memory.school[act.activity]
    score = act.score
    result = {
        "success": score["raw"] >= score["max"],
        "score": {"scaled": score["scaled"], "raw": score["raw"], "min": 0.0, "max": score["max"]},
    }
    return [_told(act, _EARNED, _block(quiz, _RESOURCE), course=quiz.course, result=result)]


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    """What the browser sent, what the server made of it, and the problem's grade: three statements of one answer."""
    question = memory.school[act.activity]
    kind = act.definition["interactionType"]
    tries = memory.count("tries", person_of(act).key, act.activity)
    right = act.result["success"]
    points = int(right)
    score = {"min": 0, "max": 1, "raw": points, "scaled": points}
    evaluated = _block(
        question,
        xapi.INTERACTION,
        interactionType=_INTERACTIONS.get(kind, kind),
        extensions={_TRY: tries},
        **interaction(act, "description"),
    )
    browser = _block(question, xapi.INTERACTION, interactionType="other")
    result = {"success": right, "score": score, "response": act.result["response"]}
    return [
        _told(act, _ATTEMPTED, browser, course=question.course),
        _told(act, _EVALUATED, evaluated, course=question.course, result=result),
        _told(
            act,
            _ATTEMPTED,
            _block(question, xapi.QUESTION),
            course=question.course,
            result={"success": right, "score": score},
        ),
    ]


def _hint(act: Act, memory: Memory) -> list[PlatformStatement]:
    question = memory.school[act.activity]
    number = memory.count("hints", person_of(act).key, act.activity)
    object_ = activity(f"{_address(question)}/hint/{(number - 1) % 3}", _HINT)
    return [_told(act, _ASKED, object_, course=question.course)]


def _video(iri: str, display: str, *sent: str) -> Teller:
    """An event of the player, with those of our extensions of the result that it sends."""
    verb_ = verb(iri, display)

    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        video = memory.school[act.activity]
        seconds = video.seconds
        extensions = {key: act.result["extensions"][key] for key in sent}
        result: dict[str, Any] = {"extensions": extensions} if sent else {}
        if iri == xapi.COMPLETED:
            result = {
                "extensions": {xapi.VIDEO_TIME: seconds},
                "completion": True,
                "duration": f"PT{int(seconds // 60):02d}M{int(seconds % 60):02d}S",
            }
        return [
            _told(
                act,
                verb_,
                _block(video, xapi.VIDEO),
                course=video.course,
                result=result,
                extensions={xapi.VIDEO_LENGTH: seconds},
            )
        ]

    return tell


def _read(act: Act, memory: Memory) -> list[PlatformStatement]:
    """The completion of a block of text."""
    text = memory.school[act.activity]
    result = {"completion": True, "extensions": {_PROGRESS: 100.0}}
    return [_told(act, _PROGRESSED, _block(text, _RESOURCE), course=text.course, result=result)]


def _thread(forum: Thing, number: int) -> str:
    return f"{_SITE}/api/discussion/v1/threads/{hexadecimal(forum.iri, number)[:24]}"


def _asked(act: Act, memory: Memory) -> list[PlatformStatement]:
    forum = memory.school[act.activity]
    thread = activity(_thread(forum, memory.count("threads", forum.iri)), _DISCUSSION, forum.name)
    return [_told(act, _POSTED, thread, course=forum.course, extensions={_MODE: "question"})]


def _replied(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A response or a comment: both are posts that name the thread."""
    forum = memory.school[act.activity]
    thread = activity(_thread(forum, memory.of_school.get(f"threads {forum.iri}", 0)), _DISCUSSION)
    post = hexadecimal(forum.iri, "post", memory.count("posts"))[:24]
    object_ = activity(f"{_SITE}/api/discussion/v1/comments/{post}", _DISCUSSION)
    return [_told(act, _POSTED, object_, course=forum.course, grouping=thread)]


DIALECT: Final = Dialect(
    name="openedx",
    platform="Open edX, event-routing-backends 9",
    special=(
        "An answer is `evaluated`, with two `attempted` beside it; a hint is `asked` on the problem's "
        "id and more; threads and replies are both `posted`; videos have times and no stretches; "
        "names are hardly sent."
    ),
    source="https://github.com/openedx/event-routing-backends",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.ENROLLED: _about_course(xapi.REGISTERED, "registered"),
        ActKind.LEFT: _about_course(xapi.UNREGISTERED, "unregistered"),
        ActKind.COURSE_PASSED: _course_graded(xapi.PASSED, "passed"),
        ActKind.COURSE_FAILED: _course_graded(xapi.FAILED, "failed"),
        ActKind.QUIZ_BEGUN: _opened,
        ActKind.QUIZ_DONE: _subsection,
        ActKind.ANSWER: _answer,
        ActKind.HINT: _hint,
        ActKind.VIDEO_BEGUN: _video(xapi.INITIALIZED, "initialized"),
        ActKind.VIDEO_PLAYED: _video(xapi.VIDEO_PLAYED, "played", xapi.VIDEO_TIME),
        ActKind.VIDEO_PAUSED: _video(xapi.VIDEO_PAUSED, "paused", xapi.VIDEO_TIME),
        ActKind.VIDEO_SEEKED: _video(xapi.VIDEO_SEEKED, "seeked", xapi.VIDEO_TIME_FROM, xapi.VIDEO_TIME_TO),
        ActKind.VIDEO_DONE: _video(xapi.COMPLETED, "completed"),
        ActKind.VIDEO_LEFT: _video(xapi.TERMINATED, "terminated", xapi.VIDEO_TIME),
        ActKind.READ: _read,
        ActKind.ASKED: _asked,
        ActKind.COMMENTED: _replied,
        ActKind.RESPONDED: _replied,
    },
    seen_only=frozenset({ActKind.QUIZ_BEGUN}),
    has_staff=True,
)
