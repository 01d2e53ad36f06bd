"""Courses as rosters and statements name them, and what does not fit together."""

from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.roster.members import course_members_sql, listed_members_sql


class CourseLine(NamedTuple):
    """A course in a list."""

    course_id: str
    course_name: str | None
    n_students: int
    n_teachers: int
    n_sections: int
    n_unmet: int
    """Students of whom no statement tells."""
    told_by: str
    """The rosters, or statements."""
    is_met: bool
    """Whether a statement names the course."""


_COURSES = """
    WITH member AS ({members}),
    counted AS (
        SELECT course_id, count(DISTINCT student_key) AS n_students, count(DISTINCT section) AS n_sections,
            count(DISTINCT student_key) FILTER (WHERE student_key NOT IN (SELECT student_key FROM {met})) AS n_unmet
        FROM member GROUP BY course_id
    ),
    told AS (
        SELECT course_id, string_agg(DISTINCT source, ', ' ORDER BY source) AS sources,
            count(DISTINCT coalesce(identifier_key, subject)) FILTER (WHERE role = 'teacher') AS n_teachers
        FROM {roster} GROUP BY course_id
    ),
    named AS (SELECT course_id, course_name FROM {course})
    SELECT
        coalesce(counted.course_id, told.course_id), named.course_name, coalesce(n_students, 0),
        coalesce(n_teachers, 0), coalesce(n_sections, 0), coalesce(n_unmet, 0), coalesce(sources, 'statements'),
        named.course_id IS NOT NULL
    FROM counted
    FULL JOIN told ON counted.course_id = told.course_id
    LEFT JOIN named ON coalesce(counted.course_id, told.course_id) = named.course_id
    ORDER BY 1 LIMIT ?
"""
_EMPTY = {
    "staging.stg_identifier": "(SELECT NULL::VARCHAR AS student_key WHERE false)",
    "landing.roster_member": "(SELECT NULL::VARCHAR AS course_id, NULL::VARCHAR AS source, NULL::VARCHAR AS role, "
    "NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS subject WHERE false)",
    "dimensional.dim_course": "(SELECT NULL::VARCHAR AS course_id, NULL::VARCHAR AS course_name WHERE false)",
}


_UNMATCHED = """
    WITH member AS ({listed}),
    judged AS (SELECT *, bool_or(is_met) OVER (PARTITION BY course_id) AS is_any_met FROM member)
    SELECT subject, course_id FROM judged
    WHERE NOT is_matched AND (student_key IS NULL OR NOT is_any_met) ORDER BY ALL LIMIT ?
"""


class UnmatchedMember(NamedTuple):
    """Whom a platform lists in a course, and whom it does not name as statements do."""

    subject: str
    """issuer#sub."""
    course_id: str


def list_unmatched(warehouse: Warehouse, *, limit: int) -> list[UnmatchedMember]:
    """List members whom platforms list by a login alone, and whole lists none of whose members statements name."""
    sql = _UNMATCHED.format(listed=listed_members_sql(warehouse))
    return [UnmatchedMember._make(row) for row in warehouse.rows(sql, [limit])]


def list_courses(warehouse: Warehouse, *, limit: int) -> list[CourseLine]:
    """List courses, by id."""
    there = existing_tables(warehouse)
    met, roster, course = (name if name in there else empty for name, empty in _EMPTY.items())
    sql = _COURSES.format(members=course_members_sql(warehouse), met=met, roster=roster, course=course)
    return [CourseLine._make(row) for row in warehouse.rows(sql, [limit])]
