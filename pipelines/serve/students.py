"""Looking up students: who there are, their profiles, their signals."""

import datetime as dt
from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import catalogued_tables, existing_tables
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal

_MAX_CANDIDATES = 10
_OVERVIEW = "feedback.student_overview"
_IDENTIFIER = "staging.stg_identifier"


class StudentMissingError(WarehouseError):
    """No student, or more than one, goes by what was asked for."""


class StudentLine(NamedTuple):
    """A student in a list."""

    student_key: str
    student_name: str | None
    last_seen_at: dt.datetime
    n_statements: int
    n_attempts: int
    mean_mastery: float | None
    """Over skills with an answer; None where there is none."""
    n_signals: int


def list_students(
    warehouse: Warehouse, *, search: str | None, course: str | None, limit: int
) -> list[StudentLine]:
    """List students by name, those whose name, key or identifier contains `search`, of one course if one is named."""
    must_be_refreshed(warehouse, _OVERVIEW)
    rows = warehouse.rows(
        f"""
        SELECT {", ".join(StudentLine._fields)}
        FROM {_OVERVIEW}
        WHERE (
            $search IS NULL
            OR contains(lower(concat_ws(' ', student_name, student_key)), lower($search))
            OR student_key IN (
                SELECT student_key FROM {_IDENTIFIER} WHERE contains(lower(identifier), lower($search))
            )
        ) AND (
            $course IS NULL
            OR student_key IN (SELECT student_key FROM dimensional.fact_enrolment WHERE course_id = $course)
        )
        ORDER BY student_name NULLS LAST, student_key
        LIMIT $limit
        """,
        {"search": search, "course": course, "limit": limit},
    )
    return [StudentLine(*row) for row in rows]


def find_student(warehouse: Warehouse, wanted: str) -> str:
    """Give the key of the one student who goes by `wanted`: key, else identifier, account name or name.

    Raises:
        StudentMissingError: nobody does, or several do; the message lists them.
    """
    must_be_refreshed(warehouse)
    # Found by the least and greatest key of a file's row groups; all other look-ups read every student.
    if warehouse.rows("SELECT 1 FROM feedback.student_profile WHERE student_key = ?", [wanted]):
        return wanted
    rows = warehouse.rows(
        f"""
        WITH known AS (
            SELECT
                student_key,
                list(identifier) AS identifiers,
                bool_or(
                    $wanted IN (student_key, own_key, identifier_key, identifier, split_part(identifier, ' ', -1))
                    OR list_contains(former_keys, $wanted)
                ) AS is_named
            FROM {_IDENTIFIER}
            GROUP BY student_key
        )
        SELECT student_key, student_name, identifier, is_named OR lower(student_name) = lower($wanted) AS is_exact
        FROM dimensional.dim_student
        INNER JOIN known USING (student_key)
        WHERE is_exact
            OR contains(lower(concat_ws(' ', student_name, array_to_string(identifiers, ' '))), lower($wanted))
        ORDER BY is_exact DESC, student_name, student_key
        """,
        {"wanted": wanted},
    )
    exact = [row for row in rows if row[3]] or rows
    if len(exact) == 1:
        return str(exact[0][0])
    if not exact:
        raise StudentMissingError(
            f"no student has the key, identifier or name {wanted!r}: list them with `learnloom students`"
        )
    listed = "".join(f"\n  {row[0]}" for row in exact[:_MAX_CANDIDATES])
    more = f"\n  and {len(exact) - _MAX_CANDIDATES} more" if len(exact) > _MAX_CANDIDATES else ""
    raise StudentMissingError(
        f"{len(exact)} students match {wanted!r}: choose one by its key (`learnloom students --search` shows who they "
        f"are): {listed}{more}"
    )


def key_now(warehouse: Warehouse, wanted: str) -> str:
    """The key of whoever has an identifier, or the key that one has or had by itself; else `wanted`."""
    rows = warehouse.rows(
        f"SELECT student_key FROM {_IDENTIFIER} WHERE $wanted IN (identifier, identifier_key, own_key) "
        "OR list_contains(former_keys, $wanted) LIMIT 1",
        {"wanted": wanted},
    )
    return str(rows[0][0]) if rows else wanted


def keys_of(warehouse: Warehouse, student_key: str) -> list[str]:
    """All keys that a student goes by, or has gone by: looks and events may have been kept under any of them."""
    rows = warehouse.rows(
        f"SELECT DISTINCT unnest(list_concat([student_key, identifier_key, own_key], former_keys)) FROM {_IDENTIFIER} "
        "WHERE student_key = ? ORDER BY ALL",
        [student_key],
    )
    return [str(row[0]) for row in rows]


def read_profile(warehouse: Warehouse, student_key: str) -> StudentProfile:
    """Read a student's profile.

    Raises:
        StudentMissingError: there is none for this key.
    """
    rows = warehouse.rows("SELECT profile FROM feedback.student_profile WHERE student_key = ?", [student_key])
    if not rows:
        raise StudentMissingError(f"student {student_key} has no profile: run `learnloom refresh`")
    return StudentProfile.model_validate_json(rows[0][0])


def read_signals(
    warehouse: Warehouse,
    *,
    student_key: str | None = None,
    kind: str | None = None,
    audience: str | None = None,
    limit: int,
) -> list[tuple[Signal, str | None]]:
    """Read signals that have not expired at the refresh's as_of, most urgent first, each with the student's name."""
    must_be_refreshed(warehouse)
    rows = warehouse.rows(
        """
        SELECT signal, student_name
        FROM feedback.signal
        LEFT JOIN dimensional.dim_student USING (student_key)
        WHERE ($student IS NULL OR student_key = $student)
            AND ($kind IS NULL OR signal_kind = $kind)
            AND ($audience IS NULL OR audience = $audience)
            AND expires_at > (SELECT max(as_of) FROM feedback.student_profile)
        ORDER BY urgency DESC, student_key, signal_kind, audience, signal_id
        LIMIT $limit
        """,
        {"student": student_key, "kind": kind, "audience": audience, "limit": limit},
    )
    return [(Signal.model_validate_json(row[0]), row[1]) for row in rows]


def must_be_refreshed(warehouse: Warehouse, relation: str = "feedback.signal") -> None:
    """Say what to do where the relation that is to be read does not stand yet.

    Raises:
        WarehouseError: there was no refresh so far.
    """
    # The catalogue tells of tables; to be told of views, too, takes ten times as long.
    if relation not in catalogued_tables(warehouse) and relation not in existing_tables(warehouse):
        raise WarehouseError("nothing has been computed yet: run `learnloom refresh`")
