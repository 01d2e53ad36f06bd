"""The school in figures, for its leads: no person, and nothing of fewer than five."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Asked, Page
from learnloom.pipelines.roster.access import Kind

LEAST: Final = 5
"""Figures of fewer students say something of one of them."""


def _show(asked: Asked) -> dict[str, Any]:
    values = {"least": LEAST}
    return {
        "least": LEAST,
        "courses": asked.model.rows(
            "SELECT coalesce(course_name, course_id) AS name, n_students, n_active_week, "
            "mean_mastery::DOUBLE AS mean_mastery, n_skills FROM school_course "
            "WHERE n_students >= $least ORDER BY name",
            values,
        ),
        "skills": asked.model.rows(
            "SELECT skill_name AS name, n_students, mean_mastery::DOUBLE AS mean_mastery, share_right::DOUBLE AS "
            "share_right FROM school_skill WHERE n_students >= $least ORDER BY mean_mastery, name LIMIT 50",
            values,
        ),
        "n_hidden": (
            asked.model.one("SELECT count(*) AS n FROM school_course WHERE n_students < $least", values)
            or {"n": 0}
        )["n"],
    }


PAGE: Final = Page("figures", "/school", Kind.AGGREGATE, N_("The school in figures"), _show)
