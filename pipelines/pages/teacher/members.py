"""Who is who: members whom a platform lists by their login alone, to be matched with students of statements."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_MEMBERS: Final = """
    SELECT login_key, subject, is_matched, member.student_key,
        coalesce(student_name, member.student_key) AS student_name
    FROM listed_member AS member LEFT JOIN student ON member.student_key = student.student_key
    WHERE course_id = $course AND (is_matched OR NOT is_met) ORDER BY subject
"""
CANDIDATES: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name, identifier
    FROM student
    WHERE student_key IN (SELECT student_key FROM enrolment WHERE course_id = $course)
        AND student_key NOT IN (
            SELECT student_key FROM listed_member WHERE course_id = $course AND student_key IS NOT NULL
        )
    ORDER BY student_name, student_key
"""
"""Students of the course whom its list does not name: each may be one of those who match nobody."""


def members_of(asked: PageRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the members who match nobody, those whom somebody has matched by hand, and whom the former may be.

    A member whom a list names in full, and of whom nothing has come, is one who was not seen yet; only where students
    are left who are on no list may it be another name for one of them.
    """
    members = asked.model.rows(_MEMBERS, {"course": asked.course_id})
    candidates = asked.model.rows(CANDIDATES, {"course": asked.course_id}) if members else []
    matched = [each for each in members if each["is_matched"]]
    others = [each for each in members if not each["is_matched"] and (candidates or not each["student_key"])]
    return others, matched, candidates


def _show(asked: PageRequest) -> dict[str, Any]:
    unmatched, matched, candidates = members_of(asked)
    names = asked.names([each["subject"] for each in (*unmatched, *matched)])

    def shown(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**each, "login": each["subject"].partition("#")[2], "name": names.get(each["subject"])}
            for each in members
        ]

    return {"unmatched": shown(unmatched), "matched": shown(matched), "candidates": candidates}


PAGE: Final = Page("members", "/c/{course}/members", Kind.PERSONS, N_("Who is who"), _show, in_menu=False)
