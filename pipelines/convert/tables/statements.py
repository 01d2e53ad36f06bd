"""Answers, hints and scores as statements; parts that many rows share are made once."""

from typing import Any, Final, NamedTuple
from urllib.parse import quote

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.tables.cells import Points, duration_text
from learnloom.schemas.vocabulary import (
    ANSWERED,
    ASSESSMENT,
    ASSIGNMENT,
    COURSE,
    OBJECTIVE,
    QUESTION,
    REQUESTED_HINT,
    SCORED,
)

ITEM_TYPES: Final = {"question": QUESTION, "quiz": ASSESSMENT, "assignment": ASSIGNMENT}
_MAX_NAME_CHARS: Final = 500
_MAX_ID_CHARS: Final = 500
ANSWERED_VERB: Final = {"id": ANSWERED, "display": {"en": "answered"}}
SCORED_VERB: Final = {"id": SCORED, "display": {"en": "scored"}}
HINT_VERB: Final = {"id": REQUESTED_HINT, "display": {"en": "requested a hint"}}


class Setting(NamedTuple):
    """Where a row belongs, and what it exercises."""

    course: str | None
    quiz: str | None
    item_base: str
    """Begins the IRIs of its questions or pieces of work."""
    context: dict[str, Any]
    """Course, quiz and skills as a statement's context; empty where nothing is known."""


class ItemResult(NamedTuple):
    """How one question or piece of work went."""

    correct: bool | float | None = None
    """Right or wrong; or the share that is right."""
    score: Points | None = None
    response: str | None = None
    seconds: float | None = None


def context_of(
    course: str | None, quiz: str | None, skills: list[tuple[str, str]], language: str
) -> dict[str, Any]:
    """Write what a row belongs to, and its skills (IRI and name), as a statement's context."""
    activities: dict[str, Any] = {}
    if quiz:
        activities["parent"] = [activity(quiz, ASSESSMENT, "", language)]
    if course:
        activities["grouping"] = [activity(course, COURSE, "", language)]
    if skills:
        activities["category"] = [activity(iri, OBJECTIVE, name, language) for iri, name in skills]
    return {"contextActivities": activities} if activities else {}


def activity(iri: str, kind: str, name: str, language: str) -> dict[str, Any]:
    """Write an activity."""
    definition: dict[str, Any] = {"type": kind}
    if name:
        definition["name"] = {language: name[:_MAX_NAME_CHARS]}
    return {"id": iri, "definition": definition}


def statement(
    verb: dict[str, Any],
    actor: dict[str, Any],
    item: dict[str, Any],
    *,
    context: dict[str, Any],
    at: str | None,
    result: dict[str, Any],
) -> dict[str, Any]:
    """Put a statement together."""
    made: dict[str, Any] = {"actor": actor, "verb": verb, "object": item}
    if result:
        made["result"] = result
    if context:
        made["context"] = context
    if at is not None:
        made["timestamp"] = at
    return made


def result_of(answer: ItemResult) -> dict[str, Any]:
    """Write how it went."""
    correct, score, response, seconds = answer
    result: dict[str, Any] = {}
    if correct is not None:
        if isinstance(correct, bool):
            result["success"] = correct
        elif score is None:
            result["score"] = {"scaled": correct}
    if score is not None and (told := score_of(score)):
        result["score"] = told
    if response is not None:
        result["response"] = response
    if seconds is not None:
        result["duration"] = duration_text(seconds)
    return result


def score_of(score: Points) -> dict[str, float]:
    """Write points as a score that is valid whatever they are: beyond the points that can be had, and below 0, too."""
    if score.is_share:
        return {"scaled": min(max(score.raw, -1.0), 1.0)}
    if score.max is None:
        return {"raw": score.raw}
    if score.max <= 0:
        return {}
    if 0 <= score.raw <= score.max:
        return {"raw": score.raw, "min": 0, "max": score.max}
    return {"raw": score.raw, "scaled": min(max(score.raw / score.max, -1.0), 1.0)}


def iri_of(text: str, base: str, column: str) -> str:
    """Give an id as an IRI: itself if it is one, else below `base`.

    Raises:
        ConvertError: it is too long.
    """
    if text.startswith(("http://", "https://", "urn:")):
        return text
    if len(text) > _MAX_ID_CHARS:
        raise ConvertError(
            "convert-id",
            f"{column} has {len(text)} characters, more than the {_MAX_ID_CHARS} of an id: take another column.",
            value=text,
            path=column,
        )
    return base + quote(text, safe="")
