"""Who is in which course now: by rosters and, where none speaks of a course's students, by statements."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables, filled_tables

STUDENT: Final = "student"
TEACHER: Final = "teacher"

_EMPTY: Final = {
    "landing.roster_member": "NULL::VARCHAR AS course_id, NULL::VARCHAR AS section, NULL::VARCHAR AS subject, "
    "NULL::VARCHAR AS identifier, NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS role, "
    "NULL::TIMESTAMPTZ AS told_at",
    "landing.login_match": "NULL::BIGINT AS match_id, NULL::VARCHAR AS subject, NULL::VARCHAR AS identifier, "
    "NULL::VARCHAR AS identifier_key",
    "landing.person": "NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS student_key",
    "landing.staff": "NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS role",
    "dimensional.fact_enrolment": "NULL::VARCHAR AS course_id, NULL::VARCHAR AS student_key, "
    "NULL::TIMESTAMPTZ AS unregistered_at",
    "dimensional.dim_staff": "NULL::VARCHAR AS student_key",
    "landing.listed_key": "NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS own_key",
    "landing.student_key_version": "NULL::BIGINT AS version, NULL::VARCHAR AS key_check",
    "staging.stg_identifier": "NULL::VARCHAR AS identifier_key, NULL::VARCHAR AS own_key, NULL::VARCHAR AS student_key",
}
"""What is read, and its columns where an earlier release has made the warehouse, or nothing was refreshed."""

_TOLD_BY_SCHOOL: Final = (
    "landing.roster_member",
    "landing.login_match",
    "landing.person",
    "landing.staff",
)

_BASE: Final = """
    matched AS (
        SELECT subject, identifier, identifier_key FROM login_match
        QUALIFY row_number() OVER (PARTITION BY subject ORDER BY match_id DESC) = 1
    ),
    -- Where the warehouse has a secret, people have other keys than their identifiers. Whom a list has named since the
    -- last refresh has none yet: a key without the secret would tell who it is.
    keyed AS (
        SELECT DISTINCT identifier_key, own_key FROM stg_identifier
        UNION ALL
        SELECT identifier_key, own_key FROM listed_key
        WHERE identifier_key NOT IN (SELECT identifier_key FROM stg_identifier)
    ),
    unkeyed AS (
        SELECT count(*) FILTER (WHERE key_check <> '') = 0 AS holds FROM student_key_version
    ),
    met AS (SELECT DISTINCT student_key FROM stg_identifier),
    roster AS (
        SELECT
            roster_member.course_id, roster_member.section, roster_member.subject, roster_member.role,
            roster_member.told_at, matched.identifier IS NOT NULL AS is_matched,
            coalesce(matched.identifier, roster_member.identifier) AS identifier,
            coalesce(
                keyed.own_key,
                CASE WHEN unkeyed.holds
                    THEN coalesce(person.student_key, matched.identifier_key, roster_member.identifier_key)
                END
            ) AS person_key
        FROM roster_member
        CROSS JOIN unkeyed
        LEFT JOIN matched ON roster_member.subject = matched.subject
        LEFT JOIN person
            ON coalesce(matched.identifier_key, roster_member.identifier_key) = person.identifier_key
        LEFT JOIN keyed ON coalesce(
            person.student_key, matched.identifier_key, roster_member.identifier_key
        ) = keyed.identifier_key
    ),
    -- As the school says it now, before a refresh has taken it in; whoever is told to be a student is one.
    told AS (
        SELECT
            coalesce(keyed.own_key, person.student_key, staff.identifier_key) AS person_key,
            bool_or(staff.role = 'student') AS is_student
        FROM staff
        LEFT JOIN person ON staff.identifier_key = person.identifier_key
        LEFT JOIN keyed ON coalesce(person.student_key, staff.identifier_key) = keyed.identifier_key
        GROUP BY ALL
    ),
    no_student AS (
        SELECT person_key FROM told WHERE NOT is_student
        UNION ALL
        SELECT student_key FROM dim_staff
        WHERE student_key NOT IN (SELECT person_key FROM told WHERE is_student)
    )
"""
_COURSE_MEMBERS: Final = """
    member AS (
        SELECT course_id, section, person_key AS student_key FROM roster
        WHERE role = 'student' AND person_key IS NOT NULL
        UNION ALL
        SELECT course_id, NULL, student_key FROM fact_enrolment
        WHERE
            unregistered_at IS NULL
            -- A roster that cannot name all of its students does not say who else is there, nor does a platform's list
            -- none of whose members statements name: it has other names for them.
            AND course_id NOT IN (
                SELECT course_id FROM roster LEFT JOIN met ON person_key = met.student_key
                WHERE role = 'student' GROUP BY course_id
                HAVING bool_and(person_key IS NOT NULL)
                    AND bool_or(subject IS NULL OR is_matched OR met.student_key IS NOT NULL)
            )
    )
    SELECT DISTINCT course_id, section, student_key FROM member
    WHERE student_key NOT IN (SELECT person_key FROM no_student)
        -- Whoever teaches a course is no student in it.
        AND (course_id, student_key) NOT IN (
            SELECT (course_id, person_key) FROM roster WHERE role = 'teacher' AND person_key IS NOT NULL
        )
"""
_LOGIN: Final = """
    who AS (
        SELECT coalesce(
            (SELECT identifier_key FROM matched WHERE subject = $subject), $identifier_key
        ) AS identifier_key
    ),
    one AS (
        SELECT
            coalesce(keyed.own_key, person.student_key, who.identifier_key) AS any_key,
            CASE WHEN keyed.own_key IS NOT NULL OR unkeyed.holds THEN any_key END AS person_key
        FROM who
        CROSS JOIN unkeyed
        LEFT JOIN person ON who.identifier_key = person.identifier_key
        LEFT JOIN keyed ON coalesce(person.student_key, who.identifier_key) = keyed.identifier_key
    )
    SELECT
        person_key,
        person_key IN (SELECT student_key FROM stg_identifier),
        any_key IN (SELECT person_key FROM no_student),
        (
            SELECT list(DISTINCT course_id) FROM roster
            WHERE role = 'teacher' AND (roster.person_key = one.person_key OR subject = $subject)
        ),
        EXISTS (
            SELECT 1 FROM roster
            WHERE role = 'student' AND (roster.person_key = one.person_key OR subject = $subject)
        ),
        (
            SELECT list(course_id) FROM (
                SELECT course_id FROM roster
                WHERE list_contains($launched, course_id) AND told_at > $launched_at
                    AND split_part(subject, '#', 1) = split_part($subject, '#', 1)
                GROUP BY course_id HAVING NOT bool_or(role = 'teacher' AND subject = $subject)
            )
        )
    FROM one
"""


def course_members_sql(warehouse: Warehouse) -> str:
    """Give the query for the students of each course: course_id, section (or NULL), student_key.

    A roster's students are members whether or not statements tell of them. A course of which no roster names a student,
    or of which one names some that are not matched, has those whom statements tell of, less who has left. Staff are in
    no course.
    """
    return f"WITH {tables_sql(warehouse)}, {_BASE}, {_COURSE_MEMBERS}"


def roster_students_sql(warehouse: Warehouse) -> str:
    """Give the query for the students whom rosters name: student_key, identifier; of several identifiers the first.

    The identifier is in the form of staging.stg_identifier. Who is known by a login's subject alone is left out.
    """
    return (
        f"WITH {tables_sql(warehouse)}, {_BASE} SELECT person_key AS student_key, min(identifier) AS identifier "
        "FROM roster WHERE role = 'student' AND person_key IS NOT NULL AND identifier IS NOT NULL GROUP BY person_key"
    )


def listed_members_sql(warehouse: Warehouse) -> str:
    """Give the query for the students whom platforms list: course_id, subject, student_key, is_matched, is_met.

    Of whom a list gives a login alone, and nobody has said whose that is, the key is NULL. `is_matched` says that
    somebody has, by hand; `is_met` that statements tell of the student.
    """
    return (
        f"WITH {tables_sql(warehouse)}, {_BASE} SELECT DISTINCT course_id, subject, person_key AS student_key, "
        "is_matched, met.student_key IS NOT NULL AS is_met FROM roster LEFT JOIN met ON person_key = met.student_key "
        "WHERE role = 'student' AND subject IS NOT NULL"
    )


def roster_courses_sql(warehouse: Warehouse) -> str:
    """Give the query for the courses of rosters: course_id; statements need not tell of them."""
    return f"WITH {tables_sql(warehouse)} SELECT DISTINCT course_id FROM roster_member"


def roster_state(warehouse: Warehouse) -> str:
    """Give what differs whenever rosters, matches by hand or who is who say something else, whoever changed it."""
    there = filled_tables(warehouse)
    sums = [
        f"(SELECT sum(hash({name.partition('.')[2]})) FROM {name})" if name in there else "NULL"
        for name in _TOLD_BY_SCHOOL
    ]
    return str(warehouse.one(f"SELECT {', '.join(sums)}"))


def tables_sql(warehouse: Warehouse) -> str:
    """Give the tables that are read as CTEs of their own names, so that what is not there is empty."""
    there = existing_tables(warehouse)
    return ", ".join(
        f"{name.partition('.')[2]} AS MATERIALIZED (FROM {name})"
        if name in there
        else f"{name.partition('.')[2]} AS (SELECT {columns} WHERE false)"
        for name, columns in _EMPTY.items()
    )


class KnownMember(NamedTuple):
    """What is known of whoever logs in."""

    person_key: str | None
    """The key of the person; None: neither the login nor a match by hand names an identifier, or only a list does since
    the last refresh."""
    is_met: bool
    """Whether statements tell of the person."""
    is_staff: bool
    teaches: frozenset[str]
    """Ids of courses, by rosters."""
    in_courses: bool
    """Whether a roster names the person as a student."""
    ended: frozenset[str] = frozenset()
    """Courses from which the login was launched, and in which its platform has since named others as teachers only."""


def find_login(
    warehouse: Warehouse,
    subject: str,
    identifier_key: str | None,
    *,
    launched: Collection[str] = (),
    launched_at: datetime | None = None,
) -> KnownMember:
    """Look up whose a login is, and what rosters say of the person.

    Args:
        warehouse: open for reading.
        subject: the login's identity, issuer#sub.
        identifier_key: digest of the identifier that follows from what the login says; a match by hand comes first.
        launched: courses that the login's platform has vouched for.
        launched_at: when it did.
    """
    sql = f"WITH {tables_sql(warehouse)}, {_BASE}, {_LOGIN}"
    values = {
        "subject": subject,
        "identifier_key": identifier_key,
        "launched": list(launched),
        "launched_at": launched_at,
    }
    ((key, is_met, is_staff, teaches, in_courses, ended),) = warehouse.rows(sql, values)
    return KnownMember(
        key,
        bool(is_met),
        bool(is_staff),
        frozenset(teaches or ()),
        bool(in_courses),
        frozenset(ended or ()),
    )
