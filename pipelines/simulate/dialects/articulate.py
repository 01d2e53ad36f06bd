"""Articulate Storyline and Rise: slides and questions below the id of one published course, with language `und`."""

from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformPerson,
    PlatformStatement,
    Teller,
    interaction,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing, hexadecimal
from learnloom.schemas import vocabulary as xapi

# Storyline does not say in which language it speaks.
_LANGUAGE: Final = "und"
_SLIDES: Final = frozenset({xapi.ASSESSMENT, xapi.VIDEO, xapi.READING})
_POINTS: Final = 10


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "name": whom.name, "mbox": whom.mail}


def _address(thing: Thing) -> str | None:
    """The published course's id, then those of slide and question."""
    course = f"urn:articulate:storyline:{hexadecimal('course', thing.course.iri)[:11]}"
    if thing.kind == xapi.COURSE:
        return course
    if thing.quiz is not None:
        return f"{_address(thing.quiz)}/{hexadecimal(thing.iri)[:11]}"
    return f"{course}/{hexadecimal(thing.iri)[:11]}" if thing.kind in _SLIDES else None


def _object(thing: Thing, kind: str, **more: Any) -> dict[str, Any]:
    name = {_LANGUAGE: thing.name}
    return {
        "objectType": "Activity",
        "id": _address(thing),
        "definition": {"type": kind, "name": name, **more},
    }


def _told(
    act: Act,
    verb_: dict[str, Any],
    object_: dict[str, Any],
    thing: Thing,
    result: dict[str, Any] | None = None,
) -> PlatformStatement:
    """A statement; parent and grouping are the course, by its id alone, and that of a question its result slide."""
    course = {"objectType": "Activity", "id": _address(thing.course)}
    grouping = [course, *([_object(thing.quiz, xapi.OBJECTIVE)] if thing.quiz is not None else [])]
    body: dict[str, Any] = {
        "actor": _actor(person_of(act)),
        "verb": verb_,
        "object": object_,
        **({"result": result} if result else {}),
        "context": {
            "registration": act.registration,
            "contextActivities": {"parent": [course], "grouping": grouping},
        },
    }
    return PlatformStatement(act.at_ms, body)


def _verb(iri: str, display: str) -> dict[str, Any]:
    return verb(iri, display, "en-US")


def _seen(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A slide was shown; before the first of a student the course was attempted."""
    slide = memory.school[act.activity]
    object_ = _object(slide, xapi.MODULE)
    if slide.kind == xapi.ASSESSMENT:
        # The first slide of a quiz is not that of its result.
        object_["id"] = f"{_address(slide.course)}/{hexadecimal('first slide', slide.iri)[:11]}"
    told = [_told(act, _verb(xapi.EXPERIENCED, "experienced"), object_, slide)]
    known = memory.of(act).setdefault("courses", set())
    if slide.course.iri not in known:
        known.add(slide.course.iri)
        course = _object(slide.course, xapi.COURSE)
        told.insert(0, _told(act, _verb(xapi.ATTEMPTED, "attempted"), course, slide.course))
    return told


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    question = memory.school[act.activity]
    points = _POINTS * act.result["success"]
    sent = interaction(
        act, "description", "interactionType", "correctResponsesPattern", "choices", "source", "target"
    )
    sent["description"] = {_LANGUAGE: act.definition["description"]["en"]}
    result = {
        "score": {"scaled": float(act.result["success"]), "raw": points, "min": 0, "max": _POINTS},
        "success": act.result["success"],
        "response": act.result["response"],
        "duration": act.result["duration"],
    }
    object_ = _object(question, xapi.INTERACTION, **sent)
    return [_told(act, _verb(xapi.ANSWERED, "answered"), object_, question, result)]


def _verdict(iri: str, display: str) -> Teller:
    """The result of a quiz is told of its result slide, which is typed as an objective."""
    verb_ = _verb(iri, display)

    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        quiz = memory.school[act.activity]
        score = {key: act.score[key] for key in ("scaled", "raw", "min", "max")}
        result = {"score": score, "success": act.result["success"], "completion": True}
        return [_told(act, verb_, _object(quiz, xapi.OBJECTIVE), quiz, result)]

    return tell


DIALECT: Final = Dialect(
    name="articulate",
    platform="Articulate Storyline and Rise",
    special=(
        "Slides and questions stand below the URN of the published course, which is the only parent; a "
        "result slide is an objective; names are in the language `und`. By its documentation and what is "
        "seen of it: its code is not public."
    ),
    source="https://community.articulate.com",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.QUIZ_BEGUN: _seen,
        ActKind.QUIZ_PASSED: _verdict(xapi.PASSED, "passed"),
        ActKind.QUIZ_FAILED: _verdict(xapi.FAILED, "failed"),
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _seen,
        ActKind.READ: _seen,
    },
    seen_only=frozenset({ActKind.QUIZ_BEGUN, ActKind.VIDEO_BEGUN, ActKind.READ}),
)
