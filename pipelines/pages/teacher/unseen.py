"""What cannot be seen, and what would make it visible."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest, is_new
from learnloom.pipelines.pages.teacher.members import members_of
from learnloom.pipelines.roster.access import Kind

_UNKNOWN: Final = """
    SELECT what, would_be_known_by, bool_or(is_school_wide) AS is_school_wide, count(*) AS n
    FROM gap INNER JOIN enrolment ON gap.student_key = enrolment.student_key AND enrolment.course_id = $course
    GROUP BY ALL ORDER BY is_school_wide DESC, n DESC, what LIMIT 50
"""
_SILENT: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name
    FROM enrolment INNER JOIN student ON enrolment.student_key = student.student_key
    WHERE course_id = $course AND first_active_at IS NULL ORDER BY student_name
"""
_UNMAPPED: Final = """
    SELECT coalesce(activity_name, activity_id) AS name, n_answers, n_students FROM unmapped
    WHERE course_id = $course ORDER BY n_answers DESC, name LIMIT 30
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    values = {"course": asked.course_id}
    refused = asked.model.one("SELECT coalesce(sum(n), 0)::BIGINT AS n FROM refused") or {"n": 0}
    unmatched, _, _ = members_of(asked)
    return {
        "n_unmatched": len(unmatched),
        "is_new": is_new(asked),
        "unknown": asked.model.rows(_UNKNOWN, values),
        "silent": asked.model.rows(_SILENT, values),
        "unmapped": asked.model.rows(_UNMAPPED, values),
        "n_refused": refused["n"],
    }


PAGE: Final = Page("unseen", "/c/{course}/unseen", Kind.PERSONS, N_("What we cannot see"), _show)
