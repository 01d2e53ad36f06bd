"""Adapt by adapt-contrib-xapi: questions, pages and media of one course, with raw points only for an answer."""

from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformPerson,
    PlatformStatement,
    Teller,
    activity,
    interaction,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing, hexadecimal, site
from learnloom.schemas import vocabulary as xapi

_MEDIA: Final = "http://adlnet.gov/expapi/activities/media"
_ITEMS: Final = frozenset({xapi.MODULE, xapi.VIDEO, xapi.READING, xapi.INTERACTION})


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "name": whom.name, "mbox": whom.mail}


def _address(thing: Thing) -> str | None:
    """The address at which the course runs, with the item's id in its fragment."""
    course = f"{site('adapt')}/courses/{thing.course.number}/index.html"
    if thing.kind == xapi.COURSE:
        return course
    if thing.kind == xapi.ASSESSMENT:
        return f"{course}#/assessment/{hexadecimal(thing.iri)[:24]}"
    return f"{course}#/id/{hexadecimal(thing.iri)[:24]}" if thing.kind in _ITEMS else None


def _seen(thing: Thing, kind: str, **more: Any) -> dict[str, Any]:
    return activity(f"{_address(thing)}", kind, thing.name, **more)


def _told(
    act: Act,
    iri: str,
    display: str,
    thing: Thing,
    object_: dict[str, Any],
    *,
    result: dict[str, Any] | None = None,
    parent: dict[str, Any] | None = None,
) -> PlatformStatement:
    """A statement, grouped by course and by page; a page is a module of ours."""
    page = thing.module or thing
    places: dict[str, Any] = {
        "grouping": [_seen(thing.course, xapi.COURSE), _seen(page, xapi.LESSON)],
        **({"parent": [parent]} if parent else {}),
    }
    body: dict[str, Any] = {
        "actor": _actor(person_of(act)),
        "verb": verb(iri, display),
        "object": object_,
        **({"result": result} if result else {}),
        "context": {"contextActivities": places},
    }
    return PlatformStatement(act.at_ms, body)


def _page(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A page is visited: all that is told of a quiz or a video that begins."""
    thing = memory.school[act.activity]
    page = thing.module or thing
    return [_told(act, xapi.EXPERIENCED, "experienced", thing, _seen(page, xapi.LESSON))]


def _completed(kind: str) -> Teller:
    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        thing = memory.school[act.activity]
        result = {"completion": True}
        return [_told(act, xapi.COMPLETED, "completed", thing, _seen(thing, kind), result=result)]

    return tell


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    question = memory.school[act.activity]
    quiz = question.quiz
    sent = interaction(
        act, "description", "interactionType", "correctResponsesPattern", "choices", "source", "target"
    )
    result = {
        "score": {"raw": int(act.result["success"])},
        "success": act.result["success"],
        "completion": True,
        "response": act.result["response"],
    }
    # Questions of a graded quiz are part of an assessment; those of practice stand on the page alone.
    parent = _seen(quiz, xapi.ASSESSMENT) if quiz is not None and quiz.is_graded else None
    object_ = _seen(question, xapi.QUESTION, **sent)
    return [_told(act, xapi.ANSWERED, "answered", question, object_, result=result, parent=parent)]


def _verdict(act: Act, memory: Memory) -> list[PlatformStatement]:
    quiz = memory.school[act.activity]
    has_passed = act.result["success"]
    score = {key: act.score[key] for key in ("scaled", "raw", "min", "max")}
    result = {"score": score, "success": has_passed, "completion": True}
    iri, display = (xapi.PASSED, "passed") if has_passed else (xapi.FAILED, "failed")
    return [_told(act, iri, display, quiz, _seen(quiz, xapi.ASSESSMENT), result=result)]


DIALECT: Final = Dialect(
    name="adapt",
    platform="Adapt, adapt-contrib-xapi",
    special=(
        "An answer has raw points without their maximum; pages are lessons, videos and texts are media."
    ),
    source="https://github.com/adaptlearning/adapt-contrib-xapi",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.QUIZ_BEGUN: _page,
        ActKind.QUIZ_PASSED: _verdict,
        ActKind.QUIZ_FAILED: _verdict,
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _page,
        ActKind.VIDEO_DONE: _completed(_MEDIA),
        ActKind.READ: _completed(_MEDIA),
    },
    seen_only=frozenset({ActKind.QUIZ_BEGUN, ActKind.VIDEO_BEGUN}),
)
