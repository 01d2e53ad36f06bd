"""Who may not pass, by what happened in earlier runs; with how often such warnings were right. For teachers alone."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.pages.teacher.week import card_of
from learnloom.pipelines.roster.access import Kind
from learnloom.schemas.signal import Signal

_RISKS: Final = """
    SELECT risk.student_key, coalesce(student_name, risk.student_key) AS student_name,
        p_not_passing, risk.precision, signal
    FROM risk
    INNER JOIN student ON risk.student_key = student.student_key
    LEFT JOIN signal ON risk.student_key = signal.student_key AND signal_kind = 'at_risk' AND subject = risk.course_id
    WHERE risk.course_id = $course AND p_not_passing >= threshold
    ORDER BY p_not_passing DESC, student_name
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    rows = asked.model.rows(_RISKS, {"course": asked.course_id})
    for row in rows:
        row["card"] = (
            card_of(asked, Signal.model_validate_json(row["signal"]), row["student_name"], None)
            if row["signal"]
            else None
        )
    learned = asked.model.one(
        "SELECT 1 AS yes FROM risk WHERE course_id = $course AND p_not_passing IS NOT NULL LIMIT 1",
        {"course": asked.course_id},
    )
    return {"rows": rows, "is_learned": learned is not None}


PAGE: Final = Page("risk", "/c/{course}/risk", Kind.PERSONS, N_("Who may not pass"), _show)
