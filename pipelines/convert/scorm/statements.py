"""What an attempt says: an `answered` of each interaction, and how the whole went.

By the run-time environments of SCORM 1.2 (3.4) and SCORM 2004 4th edition (4.2); the forms of responses are those of
xAPI (xAPI-Data, appendix C), which took them from SCORM 2004.
"""

import re
from typing import Any, Final

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.origin import Activity, Origin, Statement, activity, statement, within
from learnloom.pipelines.convert.scorm.attempt import Attempt, timespan
from learnloom.pipelines.convert.values import duration, number, score, text
from learnloom.schemas import vocabulary as xapi
from learnloom.schemas.xapi.interaction import check_interaction
from learnloom.schemas.xapi.rule import Breach

_RESULTS: Final = {"correct": True, "wrong": False, "incorrect": False}
"""`unanticipated` and `neutral` are no verdict."""
_TYPES: Final = frozenset(
    {
        "choice",
        "fill-in",
        "likert",
        "long-fill-in",
        "matching",
        "numeric",
        "other",
        "performance",
        "sequencing",
        "true-false",
    }
)
_TRUTHS: Final = {"t": "true", "1": "true", "true": "true", "f": "false", "0": "false", "false": "false"}
_PATTERN: Final = re.compile(r"correct_responses[._](\d+)\.pattern")
_MOST_OF_1_2: Final = 100
"""SCORM 1.2 has raw scores from 0 to 100 where content names no bounds (3.4.4)."""


def statements_of(attempt: Attempt, origin: Origin) -> dict[str, Statement]:
    """Make the statements of an attempt, each by its name within it.

    Raises:
        ConvertError: it does not say whose it is, at what, or when; or an answer, to what.
    """
    student = attempt.student
    if student is None:
        raise ConvertError(
            "convert-student",
            "The attempt does not say whose it is: give `student` beside cmi, or name its column by --map.",
            path="/student",
        )
    interactions = attempt.interactions
    content = _content(attempt, origin, is_test=bool(interactions) or _score(attempt) is not None)
    course = text(attempt.said.get("course"))
    where = origin.iri_of(course, "courses") if course else origin.course
    actor = origin.student(student) if attempt.account else {"mbox": f"mailto:{student}"}
    made = {
        f"interaction {place}": statement(
            actor,
            xapi.ANSWERED,
            _question(interaction, content["id"], is_1_2=attempt.is_1_2, place=place),
            attempt.answered_at(interaction, origin.zone),
            result=_answer(interaction, is_1_2=attempt.is_1_2),
            course=where,
            parent=content,
        )
        for place, interaction in interactions.items()
    }
    if verb := _verb(attempt):
        made["attempt"] = statement(
            actor, verb, content, attempt.last_at(origin.zone), result=_outcome(attempt, verb), course=where
        )
    return made


def _content(attempt: Attempt, origin: Origin, *, is_test: bool) -> Activity:
    """The content object that was attempted: a quiz where it asks or scores, else a lesson."""
    named = text(attempt.said.get("activity"))
    iri = origin.iri_of(named, "scorm") if named else origin.quiz
    if iri is None:
        raise ConvertError(
            "convert-item",
            "The attempt does not say at what: give `activity` beside cmi, name its column by --map, or give --quiz "
            "for all.",
            path="/activity",
        )
    return activity(iri, xapi.ASSESSMENT if is_test else xapi.LESSON, text(attempt.said.get("name")))


def _question(interaction: dict[str, str], content: str, *, is_1_2: bool, place: int) -> Activity:
    identifier = text(interaction.get("id"))
    if identifier is None:
        raise ConvertError(
            "convert-item",
            f"cmi.interactions.{place} has no id, so it is unknown what was answered: the content has to set it.",
            path=f"cmi.interactions.{place}.id",
        )
    kind = _kind(interaction)
    patterns = {
        int(found[1]): _written(value, kind, is_1_2=is_1_2)
        for element, value in interaction.items()
        if (found := _PATTERN.fullmatch(element))
    }
    return activity(
        within(content, identifier),
        xapi.INTERACTION,
        text(interaction.get("description")),
        interactionType=kind,
        correctResponsesPattern=_fitting(kind, [patterns[place] for place in sorted(patterns)]),
    )


def _fitting(kind: str, patterns: list[str]) -> list[str] | None:
    """Right responses, where they are such as xAPI lets this kind of question have; what content wrote else is lost."""
    found: list[Breach] = []
    check_interaction({"interactionType": kind, "correctResponsesPattern": patterns}, (), found)
    return None if found else patterns


def _answer(interaction: dict[str, str], *, is_1_2: bool) -> dict[str, Any]:
    given = interaction.get("student_response", interaction.get("learner_response"))
    result = interaction.get("result", "").strip().lower()
    return {
        "success": _RESULTS.get(result),
        "score": _judged(number(result), number(interaction.get("weighting"))),
        "response": _written(given, _kind(interaction), is_1_2=is_1_2) if given is not None else None,
        "duration": duration(timespan(interaction.get("latency"))),
    }


def _judged(judged: float | None, weight: float | None) -> dict[str, float] | None:
    """A result that is a number: a share, or points of the interaction's weight; else its most is unknown."""
    if judged is None or judged < 0:
        return None
    if judged <= 1:
        return score(judged, 1)
    return score(judged, weight) if weight is not None and judged <= weight else None


def _kind(interaction: dict[str, str]) -> str:
    kind = interaction.get("type", "").strip().lower()
    return kind if kind in _TYPES else "other"


def _written(response: str, kind: str, *, is_1_2: bool) -> str:
    """Write a response as xAPI does; 2004 writes it so already."""
    if kind == "true-false":
        return _TRUTHS.get(response.strip().lower(), response)
    if not is_1_2 or kind not in {"choice", "matching", "sequencing"}:
        return response
    parts = [part.strip() for part in response.strip().strip("{}").split(",")]
    if kind == "matching":
        parts = [part.replace(".", "[.]", 1) for part in parts]
    return "[,]".join(parts)


def _verb(attempt: Attempt) -> str | None:
    """How the attempt went, in a word; None where it was not begun, or nothing is said."""
    cmi = attempt.cmi
    status = cmi.get("cmi.core.lesson_status") or cmi.get("cmi.success_status") or ""
    if status in {"passed", "failed"}:
        return xapi.PASSED if status == "passed" else xapi.FAILED
    if "completed" in {status, cmi.get("cmi.completion_status")}:
        return xapi.COMPLETED
    if status == "browsed":
        return xapi.EXPERIENCED
    is_begun = "incomplete" in {status, cmi.get("cmi.completion_status")} or _score(attempt) is not None
    return xapi.ATTEMPTED if is_begun else None


def _outcome(attempt: Attempt, verb: str) -> dict[str, Any]:
    cmi = attempt.cmi
    is_complete = "completed" in {cmi.get("cmi.completion_status"), cmi.get("cmi.core.lesson_status")}
    taken = next(
        (
            cmi[element]
            for element in (
                "cmi.core.total_time",
                "cmi.total_time",
                "cmi.core.session_time",
                "cmi.session_time",
            )
            if timespan(cmi.get(element))
        ),
        None,
    )
    return {
        "score": _score(attempt),
        "success": {xapi.PASSED: True, xapi.FAILED: False}.get(verb),
        "completion": True if is_complete else None,
        "duration": duration(timespan(taken)),
    }


def _score(attempt: Attempt) -> dict[str, float] | None:
    """The score of the whole, where its share is known: raw with bounds, scaled (2004), or raw of 100 (1.2)."""
    prefix = "cmi.core.score" if attempt.is_1_2 else "cmi.score"
    raw, least, most, scaled = (
        number(attempt.cmi.get(f"{prefix}.{part}")) for part in ("raw", "min", "max", "scaled")
    )
    if raw is not None and (most is not None or attempt.is_1_2):
        found = score(raw, _MOST_OF_1_2 if most is None else most, least or 0)
        if found is not None:
            return found
    return {"scaled": scaled} if scaled is not None and -1 <= scaled <= 1 else None
