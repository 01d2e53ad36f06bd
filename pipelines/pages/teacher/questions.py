"""Questions for tomorrow: the hardest, those that mislead, and the wrong answers that many gave."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_MIN_STUDENTS: Final = 5
"""Fewer say little of a question, and much of a person."""
_MOST: Final = 10
_SURPRISE: Final = -0.15
"""From this on a question goes worse than its answerers lead to expect."""
_ITEMS: Final = """
    SELECT activity_id, coalesce(activity_name, activity_id) AS activity_name, n_students, n_attempts,
        first_rate::DOUBLE AS first_rate, expected_rate::DOUBLE AS expected_rate, surprise::DOUBLE AS surprise
    FROM item
    WHERE course_id = $course AND n_students >= $least
"""
_ANSWERS: Final = """
    SELECT activity_id, response, n_students FROM item_answer
    WHERE list_contains($items, activity_id) ORDER BY n_students DESC, response
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    items = asked.model.rows(_ITEMS, {"course": asked.course_id, "least": _MIN_STUDENTS})
    known = [item for item in items if item["first_rate"] is not None]
    hardest = sorted(known, key=lambda item: (item["first_rate"], item["activity_name"]))[:_MOST]
    misleading = sorted(
        (item for item in items if item["surprise"] is not None and item["surprise"] <= _SURPRISE),
        key=lambda item: (item["surprise"], item["activity_name"]),
    )[:_MOST]
    shown = sorted({item["activity_id"] for item in (*hardest, *misleading)})
    answers: dict[str, list[dict[str, Any]]] = {}
    for row in asked.model.rows(_ANSWERS, {"items": shown}):
        answers.setdefault(row["activity_id"], []).append(row)
    return {"hardest": hardest, "misleading": misleading, "answers": answers, "least": _MIN_STUDENTS}


PAGE: Final = Page("questions", "/c/{course}/questions", Kind.PERSONS, N_("Questions for tomorrow"), _show)
