"""SCORM through ADL's wrapper: `responded` without a verdict for each interaction, the score with the attempt."""

from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformPerson,
    PlatformStatement,
    activity,
    interaction,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing, site, uuid_of
from learnloom.pipelines.simulate.dialects.sittings import Sitting, Sittings
from learnloom.schemas import vocabulary as xapi

_PROFILE: Final = {"id": "https://w3id.org/xapi/scorm"}
_ATTEMPT: Final = "http://adlnet.gov/expapi/activities/attempt"
_ADL: Final = "http://adlnet.gov/expapi/verbs/"
_OBJECTS: Final = frozenset({xapi.ASSESSMENT, xapi.VIDEO, xapi.READING})
# The wrapper writes what belongs to the type of interaction as empty lists.
_EMPTY: Final[dict[str, dict[str, Any]]] = {
    "choice": {"choices": []},
    "sequencing": {"choices": []},
    "matching": {"source": [], "target": []},
}


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": site("scorm"), "name": f"{whom.number}"}}


def _address(thing: Thing) -> str | None:
    """The IRIs that an author configured: of the course, and of each sharable content object below it."""
    course = f"{site('scorm')}/course/{thing.course.number}"
    if thing.kind == xapi.COURSE:
        return course
    if thing.quiz is not None:
        return f"{_address(thing.quiz)}/interactions/q{thing.number}"
    return f"{course}/sco/{thing.number}" if thing.kind in _OBJECTS else None


def _lesson(thing: Thing) -> dict[str, Any]:
    return activity(f"{_address(thing)}", xapi.LESSON)


def _told(
    act: Act,
    verb_name: str,
    thing: Thing,
    attempt: str,
    *,
    object_: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    at_ms: int | None = None,
) -> PlatformStatement:
    """A statement about a content object, or about an interaction in it."""
    places: dict[str, Any] = {
        "grouping": [activity(attempt, _ATTEMPT), activity(f"{_address(thing.course)}", xapi.COURSE)],
        "category": [_PROFILE],
    }
    if object_ is not None:
        places["parent"] = [_lesson(thing)]
    body: dict[str, Any] = {
        "actor": _actor(person_of(act)),
        "verb": verb(f"{_ADL}{verb_name}", verb_name, "en-US"),
        "object": object_ or _lesson(thing),
        **({"result": result} if result else {}),
        "context": {"contextActivities": places},
    }
    return PlatformStatement(act.at_ms if at_ms is None else at_ms, body)


def _attempt(sitting: Sitting) -> str:
    return f"{_address(sitting.quiz)}?attemptId={uuid_of('scorm', sitting.number)}"


def _begun(memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG001
    return [_told(sitting.begun, "initialized", sitting.quiz, _attempt(sitting))]


def _ended(memory: Memory, sitting: Sitting, at_ms: int, act: Act | None) -> list[PlatformStatement]:  # noqa: ARG001
    """Score, status and end of the attempt; one that was left is suspended."""
    quiz, attempt, begun = sitting.quiz, _attempt(sitting), sitting.begun
    if act is None:
        return [_told(begun, "suspended", quiz, attempt, result={"completion": False}, at_ms=at_ms)]
    told = []
    result: dict[str, Any] = {"completion": True}
    if act.score:
        score = act.score
        told.append(
            _told(act, "scored", quiz, attempt, result={"score": {"scaled": score["scaled"]}}, at_ms=at_ms)
        )
        result["score"] = {key: score[key] for key in ("scaled", "raw", "min", "max")}
    told.append(_told(act, "completed", quiz, attempt, at_ms=at_ms))
    told.append(_told(act, "terminated", quiz, attempt, result=result, at_ms=at_ms + 500))
    return told


_SITTINGS: Final = Sittings(_begun, _ended, idle_ms=1000)


def _verdict(act: Act, memory: Memory) -> list[PlatformStatement]:
    """Passed or failed, in the attempt that ended just before."""
    quiz = memory.school[act.activity]
    attempt = f"{_address(quiz)}?attemptId={uuid_of('scorm', memory.of_school['sittings'])}"
    return [_told(act, "passed" if act.result["success"] else "failed", quiz, attempt)]


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    sitting, told = _SITTINGS.answer(act, memory)
    question = memory.school[act.activity]
    kind = act.definition["interactionType"]
    object_ = activity(
        f"{_address(question)}",
        xapi.INTERACTION,
        correctResponsesPattern=[],
        **interaction(act, "description", "interactionType"),
        **_EMPTY.get(kind, {}),
    )
    result = {"response": act.result["response"]}
    return [
        *told,
        _told(act, "responded", sitting.quiz, _attempt(sitting), object_=object_, result=result),
    ]


def _launched(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A content object without questions: opened, completed and left in one."""
    thing = memory.school[act.activity]
    attempt = f"{_address(thing)}?attemptId={uuid_of('scorm', memory.count('launches'), 'launch')}"
    return [
        _told(act, "initialized", thing, attempt),
        _told(act, "completed", thing, attempt),
        _told(act, "terminated", thing, attempt, result={"completion": True}),
    ]


def _opened(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    attempt = f"{_address(thing)}?attemptId={uuid_of('scorm', memory.count('launches'), 'launch')}"
    memory.of(act)["video attempt"] = attempt
    return [_told(act, "initialized", thing, attempt)]


def _video_done(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    memory.of(act)["video done"] = True
    return [_told(act, "completed", thing, memory.of(act)["video attempt"])]


def _video_left(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    is_done = memory.of(act).pop("video done", False)
    verb_name = "terminated" if is_done else "suspended"
    attempt = memory.of(act).pop("video attempt")
    return [_told(act, verb_name, thing, attempt, result={"completion": is_done})]


DIALECT: Final = Dialect(
    name="scorm",
    platform="SCORM, ADL's wrapper for xAPI",
    special=(
        "An answer is `responded`, without a verdict; the score comes with the attempt; the course is "
        "that which an author configured."
    ),
    source="https://github.com/adlnet/SCORM-to-xAPI-Wrapper",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.QUIZ_BEGUN: _SITTINGS.begin,
        ActKind.QUIZ_DONE: _SITTINGS.end,
        ActKind.PRACTICE_DONE: _SITTINGS.end,
        ActKind.QUIZ_PASSED: _verdict,
        ActKind.QUIZ_FAILED: _verdict,
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _opened,
        ActKind.VIDEO_DONE: _video_done,
        ActKind.VIDEO_LEFT: _video_left,
        ActKind.READ: _launched,
    },
    seen_only=frozenset({ActKind.VIDEO_BEGUN, ActKind.VIDEO_LEFT}),
    close_day=_SITTINGS.close_day,
)
