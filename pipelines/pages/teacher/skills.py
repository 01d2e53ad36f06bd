"""Skills of the class: a matrix, and for each skill who is where, to print and to set practice for."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from learnloom.pipelines.pages.page import N_, NotFoundError, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_CELLS: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name, skill_key, skill_name,
        level, path, n_attempts
    FROM enrolment
    INNER JOIN student ON enrolment.student_key = student.student_key
    LEFT JOIN student_skill
        ON enrolment.student_key = student_skill.student_key AND enrolment.course_id = student_skill.course_id
    WHERE enrolment.course_id = $course AND ($skill IS NULL OR skill_key = $skill)
    ORDER BY student_name, student.student_key, skill_key
"""
_GROUPS: Final = (
    ("stuck", N_("Stuck: teach it again in another way")),
    ("needs_work", N_("Needs work")),
    ("near", N_("Nearly there")),
    ("mastered", N_("Mastered: may help others")),
    ("unknown", N_("Not answered yet")),
)


def _show(asked: PageRequest) -> dict[str, Any]:
    rows = asked.model.rows(_CELLS, {"course": asked.course_id, "skill": None})
    skills: dict[str, str] = {}
    students: dict[str, dict[str, Any]] = {}
    for row in rows:
        of_student = students.setdefault(row["student_key"], {"name": row["student_name"], "cells": {}})
        if row["skill_key"] is not None:
            skills[row["skill_key"]] = row["skill_name"]
            of_student["cells"][row["skill_key"]] = _group(row)
    cells = [cell for student in students.values() for cell in student["cells"].items()]
    return {
        "skills": dict(sorted(skills.items(), key=lambda each: each[1])),
        "students": students,
        "n_need_help": Counter(skill for skill, group in cells if group in ("stuck", "needs_work")),
    }


def _group(row: dict[str, Any]) -> str:
    return "stuck" if row["path"] in ("stuck", "stuck_early") else str(row["level"])


def _show_groups(asked: PageRequest) -> dict[str, Any]:
    key = asked.values["skill"]
    rows = asked.model.rows(_CELLS, {"course": asked.course_id, "skill": key})
    if not rows:
        raise NotFoundError
    target = asked.model.one("SELECT skill_id FROM skill WHERE skill_key = $skill", {"skill": key})
    return {
        "skill_key": key,
        "skill_name": rows[0]["skill_name"],
        "groups": list(_grouped(asked, rows)),
        "waiting": {
            row["student_key"]
            for row in rows
            if (answer := asked.waiting.on(row["student_key"], (target or {}).get("skill_id", "")))
            and answer.act == "set"
        },
    }


def _grouped(asked: PageRequest, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name, title in _GROUPS:
        students = [row for row in rows if _group(row) == name]
        if students:
            yield {"name": name, "title": asked.gettext(title), "students": students}


PAGE: Final = Page("skills", "/c/{course}/skills", Kind.PERSONS, N_("Skills of the class"), _show)
GROUPS: Final = Page(
    "groups", "/c/{course}/skills/{skill}", Kind.PERSONS, N_("Groups"), _show_groups, in_menu=False
)
