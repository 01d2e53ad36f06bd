"""H5P as its player tells it: answers with time and score, contents by number, no course and no type of content."""

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
from learnloom.pipelines.simulate.dialects.school import Thing, site, uuid_of
from learnloom.pipelines.simulate.dialects.sittings import Sitting, Sittings
from learnloom.schemas import vocabulary as xapi

_CONTENT: Final = "http://h5p.org/x-api/h5p-local-content-id"
_PART: Final = "http://h5p.org/x-api/h5p-subContentId"
_LIBRARIES: Final = {
    "choice": "H5P.MultiChoice-1.16",
    "true-false": "H5P.TrueFalse-1.8",
    "fill-in": "H5P.Blanks-1.14",
    "numeric": "H5P.ArithmeticQuiz-1.1",
    "sequencing": "H5P.ImageSequencing-1.1",
    "matching": "H5P.DragQuestion-1.14",
    xapi.ASSESSMENT: "H5P.QuestionSet-1.20",
    xapi.VIDEO: "H5P.InteractiveVideo-1.26",
    xapi.READING: "H5P.CoursePresentation-1.25",
}
_CONTENTS: Final = frozenset({xapi.ASSESSMENT, xapi.VIDEO, xapi.READING})
_ANSWERED: Final = verb(xapi.ANSWERED, "answered", "en-US")
_ATTEMPTED: Final = verb(xapi.ATTEMPTED, "attempted", "en-US")
_COMPLETED: Final = verb(xapi.COMPLETED, "completed", "en-US")


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "name": whom.name, "mbox": whom.mail}


def _address(thing: Thing) -> str | None:
    """The page that embeds the content; a question is a part of that of its quiz."""
    if thing.quiz is not None:
        return f"{_address(thing.quiz)}&subContentId={uuid_of('h5p', thing.iri)}"
    if thing.kind not in _CONTENTS:
        return None
    return f"{site('www')}/wp-admin/admin-ajax.php?action=h5p_embed&id={thing.number}"


def _told(
    act: Act,
    verb_: dict[str, Any],
    thing: Thing,
    library: str,
    *,
    definition: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    at_ms: int | None = None,
) -> PlatformStatement:
    whole = thing.quiz or thing
    extensions: dict[str, Any] = {_CONTENT: whole.number}
    if thing.quiz is not None:
        extensions[_PART] = uuid_of("h5p", thing.iri)
    places: dict[str, Any] = {
        "category": [{"id": f"http://h5p.org/libraries/{library}", "objectType": "Activity"}]
    }
    if thing.quiz is not None:
        places["parent"] = [{"id": _address(thing.quiz), "objectType": "Activity"}]
    body: dict[str, Any] = {
        "actor": _actor(person_of(act)),
        "verb": verb_,
        "object": {
            "id": _address(thing),
            "objectType": "Activity",
            "definition": {"extensions": extensions, "name": {"en-US": thing.name}, **(definition or {})},
        },
        **({"result": result} if result else {}),
        "context": {"contextActivities": places},
    }
    return PlatformStatement(act.at_ms if at_ms is None else at_ms, body)


def _duration(milliseconds: float) -> str:
    return f"PT{milliseconds / 1000:.2f}S"


def _begun(memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG001
    return [_told(sitting.begun, _ATTEMPTED, sitting.quiz, _LIBRARIES[xapi.ASSESSMENT])]


def _ended(memory: Memory, sitting: Sitting, at_ms: int, act: Act | None) -> list[PlatformStatement]:  # noqa: ARG001
    """A set of questions is completed with the points of its questions; one that was left is not told of again."""
    if act is None:
        return []
    latest = {answer.activity: bool(answer.result["success"]) for answer in sitting.answers}
    points, most = sum(latest.values()), sitting.quiz.questions
    result = {
        "score": {"min": 0, "max": most, "raw": points, "scaled": round(points / most, 4)},
        "completion": True,
        "success": points == most,
        "duration": _duration(at_ms - sitting.begun.at_ms),
    }
    return [_told(act, _COMPLETED, sitting.quiz, _LIBRARIES[xapi.ASSESSMENT], result=result, at_ms=at_ms)]


_SITTINGS: Final = Sittings(_begun, _ended, idle_ms=0)


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    _, told = _SITTINGS.answer(act, memory)
    points = int(act.result["success"])
    kind = act.definition["interactionType"]
    sent = interaction(
        act, "description", "interactionType", "correctResponsesPattern", "choices", "source", "target"
    )
    result = {
        "score": {"min": 0, "max": 1, "raw": points, "scaled": points},
        "completion": True,
        "success": act.result["success"],
        "duration": act.result["duration"],
        "response": act.result["response"],
    }
    question = memory.school[act.activity]
    definition = {"type": xapi.INTERACTION, **sent}
    return [*told, _told(act, _ANSWERED, question, _LIBRARIES[kind], definition=definition, result=result)]


def _content(verb_: dict[str, Any]) -> Teller:
    """Something is begun or ended, of which nothing more is told."""

    def tell(act: Act, memory: Memory) -> list[PlatformStatement]:
        thing = memory.school[act.activity]
        return [_told(act, verb_, thing, _LIBRARIES[thing.kind])]

    return tell


DIALECT: Final = Dialect(
    name="h5p",
    platform="H5P",
    special=(
        "Answers have time and score; contents are numbers of a site, without type; the course is "
        "never named; people are addresses."
    ),
    source="https://github.com/h5p/h5p-php-library",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.QUIZ_BEGUN: _SITTINGS.begin,
        ActKind.QUIZ_DONE: _SITTINGS.end,
        ActKind.PRACTICE_DONE: _SITTINGS.end,
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _content(_ATTEMPTED),
        ActKind.VIDEO_DONE: _content(_COMPLETED),
        ActKind.READ: _content(_ATTEMPTED),
    },
    seen_only=frozenset({ActKind.VIDEO_BEGUN, ActKind.READ}),
    close_day=_SITTINGS.close_day,
)
