"""The school in figures, for its leads: no person, and nothing of fewer than five."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import SMALLEST_GROUP, Access, Kind

_COURSES: Final = """
    SELECT course_id, coalesce(course_name, course_id) AS name, n_students, n_active_week,
        mean_mastery::DOUBLE AS mean_mastery, n_skills
    FROM school_course ORDER BY name, course_id
"""
_SKILLS: Final = """
    SELECT skill_name AS name, n_students, mean_mastery::DOUBLE AS mean_mastery
    FROM school_skill ORDER BY mean_mastery, name
"""
_MOST: Final = 50


def _show(asked: PageRequest) -> dict[str, Any]:
    access = Access(asked.reader, asked.model.rows)
    courses = asked.model.rows(_COURSES)
    shown = [row for row in courses if access.may_see_figure(row["n_students"], row["course_id"])]
    skills = [row for row in asked.model.rows(_SKILLS) if access.may_see_figure(row["n_students"])]
    return {
        "least": SMALLEST_GROUP,
        "courses": shown,
        "skills": skills[:_MOST],
        "n_hidden": len(courses) - len(shown),
    }


PAGE: Final = Page("figures", "/school", Kind.AGGREGATE, N_("The school in figures"), _show)
