"""Work: what is due, who has handed it in, late or not, and what waits for a score."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_WORK: Final = """
    WITH due AS (
        SELECT activity_id, max(coalesce(activity_name, activity_id)) AS activity_name, max(due_at) AS due_at
        FROM (
            SELECT activity_id, activity_name, due_at FROM work WHERE course_id = $course
            UNION ALL
            SELECT activity_id, activity_name, due_at FROM submission WHERE course_id = $course
        )
        GROUP BY activity_id
    )
    SELECT
        due.*,
        count(*) AS n_students,
        count(first_submitted_at) AS n_handed_in,
        count(*) FILTER (WHERE is_late) AS n_late,
        count(*) FILTER (WHERE first_submitted_at IS NOT NULL AND first_scored_at IS NULL) AS n_waiting,
        list(
            {'key': enrolment.student_key, 'name': coalesce(student_name, enrolment.student_key)} ORDER BY student_name
        ) FILTER (WHERE first_submitted_at IS NULL) AS missing
    FROM due
    INNER JOIN enrolment ON enrolment.course_id = $course
    INNER JOIN student ON enrolment.student_key = student.student_key
    LEFT JOIN submission ON due.activity_id = submission.activity_id AND enrolment.student_key = submission.student_key
    GROUP BY ALL
    ORDER BY due_at DESC NULLS LAST, activity_name
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    return {"work": asked.model.rows(_WORK, {"course": asked.course_id})}


PAGE: Final = Page("work", "/c/{course}/work", Kind.PERSONS, N_("Work"), _show)
