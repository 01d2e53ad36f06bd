"""Answers to problems, and help asked for: `problem_check` of the server, hints, answers shown."""

from typing import Any, Final

import orjson

from learnloom.pipelines.convert.openedx import places
from learnloom.pipelines.convert.openedx.event import TrackingEvent
from learnloom.pipelines.convert.origin import Activity, Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import number, score, text
from learnloom.schemas import vocabulary as xapi

_INTERACTIONS: Final = {
    "choiceresponse": "choice",
    "multiplechoiceresponse": "choice",
    "optionresponse": "choice",
    "truefalseresponse": "true-false",
    "numericalresponse": "numeric",
    "stringresponse": "fill-in",
}
"""Response types of problems with xAPI's (xAPI-Data 2.4.4.1); others are `other`."""
_VERDICTS: Final = {"correct": True, "incorrect": False, "partially-correct": False}
"""Correctness as the server has it; what waits for a grader (`queued`) is neither."""


def problem_check(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make an `answered` of each question of the problem.

    Only of each question: the problem as a whole would count the same answers again.
    """
    if event.is_from_browser:
        return "the server tells the same"
    problem = places.needed(event, "problem_id")
    verdicts, answers = _object(event, "correct_map"), _object(event, "answers")
    details = _object(event, "submission")
    parts = list(verdicts) or list(details) or list(answers)
    at = event.moment
    statements = []
    for part in parts if len(parts) > 1 else [None]:
        only = part or next(iter(parts), "")
        detail = _object_in(details, only)
        verdict = text(_object_in(verdicts, only).get("correctness"))
        if part is None and verdict is None:
            verdict = text(event.data.get("success"))
        right = _VERDICTS.get(verdict or "")
        if right is None and isinstance(detail.get("correct"), bool) and verdict is None:
            right = detail["correct"]
        points = number(event.data.get("grade"))
        answered = answers.get(only, detail.get("answer"))
        statements.append(
            statement(
                origin.student(student),
                xapi.ANSWERED,
                _question(event, problem, part, detail, origin),
                at,
                result={
                    "score": score(points, number(event.data.get("max_grade")))
                    if part is None and points is not None and right is not None
                    else None,
                    "success": right,
                    "response": answer_text(answered),
                },
                course=places.course_of(event, origin),
                parent=places.subsection_of(event, origin),
            )
        )
    return statements


def hint(event: TrackingEvent, student: str, origin: Origin) -> list[Statement]:
    """Make a `requested-hint`, of a hint on demand or of the answer shown."""
    field = "module_id" if "module_id" in event.data else "problem_id"
    problem = places.needed(event, field)
    return [
        statement(
            origin.student(student),
            xapi.REQUESTED_HINT,
            activity(places.block(problem, origin), name=event.display_name),
            event.moment,
            course=places.course_of(event, origin),
            parent=places.subsection_of(event, origin),
        )
    ]


def _question(
    event: TrackingEvent, problem: str, part: str | None, detail: dict[str, Any], origin: Origin
) -> Activity:
    kind = _INTERACTIONS.get(str(detail.get("response_type")), "other")
    asked = text(detail.get("question"))
    if part is None:
        return activity(
            places.block(problem, origin),
            xapi.INTERACTION,
            event.display_name or asked,
            interactionType=kind,
        )
    # A part is named by the problem's last part and a number: a0eff…_2_1.
    last = problem.rpartition("@")[2]
    key = problem + part.removeprefix(last) if part.startswith(last) else f"{problem}/{part}"
    return activity(
        places.block(key, origin), xapi.INTERACTION, asked or event.display_name, interactionType=kind
    )


def answer_text(answer: Any) -> str | None:
    """Write what was answered; several choices as xAPI joins them (xAPI-Data 2.4.4.1, choice)."""
    if isinstance(answer, list):
        return "[,]".join(str(each) for each in answer) or None
    if isinstance(answer, dict):
        return orjson.dumps(answer).decode()
    return None if answer is None or answer == "" else str(answer)


def _object(event: TrackingEvent, field: str) -> dict[str, Any]:
    return _object_in(event.data, field)


def _object_in(holder: dict[str, Any], field: str) -> dict[str, Any]:
    found = holder.get(field)
    return found if isinstance(found, dict) else {}
