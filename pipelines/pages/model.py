"""The read model: of what is computed the part that pages show, copied after each refresh into one small file."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import CopyCursor, write_copy
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.roster.access import COURSE_MEMBER
from learnloom.pipelines.roster.members import course_members_sql, roster_students_sql
from learnloom.schemas import vocabulary

FOLDER: Final = "pages"
"""In the warehouse's folder; what pages keep lies in it."""
_KEY: Final = "left(md5({}), 12)"
"""What stands for an IRI in the address of a page: an IRI is long, and may say more than an address should."""
_TOLD: Final = ", ".join(
    f"'{verb}'"
    for verb in (
        vocabulary.ACKNOWLEDGED_SIGNAL,
        vocabulary.DISMISSED_SIGNAL,
        vocabulary.FOLLOWED_SIGNAL,
        vocabulary.ASSIGNED,
        vocabulary.CONTACTED,
        vocabulary.ASKED_TO_TALK,
        vocabulary.CHOSE,
        vocabulary.SET_GOAL,
        vocabulary.DROPPED_GOAL,
        vocabulary.STATED_KNOWN,
    )
)
_ROSTER_STUDENT: Final = "roster_student"
_KIND: Final = (
    "CASE WHEN starts_with(identifier, 'mailto:') THEN 'mbox' WHEN contains(identifier, ' ') THEN 'account' "
    "WHEN regexp_full_match(identifier, '[0-9a-fA-F]{40}') THEN 'mbox_sha1sum' ELSE 'openid' END"
)
"""The kind of an identifier by its form, as people/identifier.py tells it."""
_SKILLS: Final = """
    SELECT student_key, unnest(from_json(profile->'$.skills', '[{
        "skill_id": "VARCHAR", "skill_name": "VARCHAR", "course_id": "VARCHAR", "level": "VARCHAR", "path": "VARCHAR",
        "p_mastery": "DOUBLE", "p_low": "DOUBLE", "p_high": "DOUBLE", "n_attempts": "BIGINT"
    }]'), recursive := true)
    FROM feedback.student_profile
"""
SELECTS: Final = {
    "about": "SELECT as_of, refreshed_at, time_zone, model_version, n_students FROM run.refresh_state",
    # Who stands in a roster is there before the first statement, under the name of the account.
    "student": f"SELECT student_key, student_name, identifier_kind, identifier, first_seen_at, last_seen_at, "
    f"n_statements FROM dimensional.dim_student UNION ALL SELECT student_key, "
    f"CASE {_KIND} WHEN 'account' THEN identifier[instr(identifier, ' ') + 1:] "
    f"WHEN 'mbox' THEN split_part(identifier[8:], '@', 1) END, {_KIND}, identifier, NULL, NULL, 0 "
    f"FROM reading_copy.{_ROSTER_STUDENT} WHERE student_key NOT IN (SELECT student_key FROM dimensional.dim_student) "
    "ORDER BY student_key",
    "course": f"SELECT course_id, {_KEY.format('course_id')} AS course_key, course_name FROM dimensional.dim_course",
    # Who is in a course by its roster, or by statements where there is none; sections apart.
    "enrolment": "SELECT DISTINCT member.student_key, member.course_id, first_active_at, last_active_at "
    "FROM reading_copy.course_member AS member LEFT JOIN dimensional.fact_enrolment AS told "
    "ON member.student_key = told.student_key AND member.course_id = told.course_id ORDER BY member.student_key",
    "signal": "SELECT student_key, signal_id, signal_kind, audience, subject, urgency, expires_at, signal "
    "FROM feedback.signal ORDER BY student_key",
    "teacher_message": "SELECT course_id, student_key, signal_ids, cause, urgency, is_told, is_noted "
    "FROM feedback.teacher_message ORDER BY course_id",
    "profile": "SELECT student_key, profile FROM feedback.student_profile ORDER BY student_key",
    "student_skill": f"SELECT *, {_KEY.format('skill_id')} AS skill_key FROM ({_SKILLS}) ORDER BY student_key",
    "skill": f"SELECT skill_id, {_KEY.format('skill_id')} AS skill_key, skill_name FROM dimensional.dim_skill",
    "item": "SELECT mart_item.*, activity_name FROM marts.mart_item "
    "LEFT JOIN dimensional.dim_activity USING (activity_id)",
    "item_answer": "FROM marts.mart_item_answer",
    "work": "SELECT fact_assignment.*, activity_name FROM dimensional.fact_assignment "
    "LEFT JOIN dimensional.dim_activity USING (activity_id)",
    "submission": "SELECT fact_submission.*, activity_name FROM dimensional.fact_submission "
    "LEFT JOIN dimensional.dim_activity USING (activity_id) ORDER BY student_key",
    "risk": "FROM marts.mart_student_risk",
    "response": "SELECT student_key, signal_id, signal_kind, audience, subject, response, reason, "
    "occurred_at FROM dimensional.fact_response ORDER BY student_key",
    "voice": "SELECT *, n_attempts_since AS n_since FROM marts.mart_student_voice ORDER BY student_key",
    "day": "FROM marts.mart_student_day ORDER BY student_key",
    "kept": "SELECT student_key, verb_id, count(*) AS n, min(occurred_at) AS first_at, max(occurred_at) AS last_at "
    "FROM dimensional.fact_statement GROUP BY ALL ORDER BY student_key",
    "unmapped": "SELECT course_id, activity_name, activity_id, n_answers, n_students "
    "FROM marts.mart_unmapped_activity ORDER BY n_answers DESC",
    "school_course": "SELECT mart_course.*, "
    + _KEY.format("course_id")
    + " AS course_key FROM marts.mart_course",
    "school_skill": "FROM marts.mart_skill",
    "refused": "SELECT rule, count(*) AS n, max(landed_at) AS last_at FROM landing.dead_letter "
    "WHERE replayed_at IS NULL GROUP BY ALL",
    "position": "SELECT topic, sum(accepted)::BIGINT AS accepted, sum(duplicates)::BIGINT AS duplicates, "
    "sum(dead)::BIGINT AS dead, max(updated_at) AS updated_at FROM landing.position GROUP BY ALL",
    "counted": f"SELECT statement_id::VARCHAR AS statement_id FROM staging.stg_statement WHERE verb_id IN ({_TOLD})",
}
"""Tables of the read model by the SELECT that gives their rows, beside those of rosters; each of them is small."""
_VERSION: Final = hashlib.sha256(repr(SELECTS).encode()).hexdigest()[:8]


def folder_of(settings: Settings) -> Path:
    """Where the read model of a warehouse lies: in its folder, also where the catalogue is elsewhere."""
    return settings.warehouse / FOLDER


def name_for(refreshed_at: dt.datetime) -> str:
    """Give the name of the read model of a refresh, as this version of the pages has it."""
    return f"{refreshed_at.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}-{_VERSION}"


def wanted_name(warehouse: Warehouse) -> str | None:
    """Name of the read model of the last refresh; None: there was none so far."""
    if "run.refresh_state" not in existing_tables(warehouse):
        return None
    rows = warehouse.rows("SELECT refreshed_at FROM run.refresh_state")
    return name_for(rows[0][0]) if rows else None


def write_model(warehouse: Warehouse, settings: Settings) -> Path | None:
    """Write the read model of the last refresh, if it is not there; None: nothing was computed so far."""
    name = wanted_name(warehouse)
    if name is None:
        return None
    folder = folder_of(settings)
    stands = folder / f"{name}.duckdb"
    selects = {
        COURSE_MEMBER: course_members_sql(warehouse),
        _ROSTER_STUDENT: roster_students_sql(warehouse),
        **SELECTS,
    }
    return stands if stands.exists() else write_copy(warehouse, folder, name, selects)


def course_of(model: CopyCursor, course_key: str) -> str | None:
    """Id of the course of this key."""
    row = model.one("SELECT course_id FROM course WHERE course_key = $key", {"key": course_key})
    return row["course_id"] if row else None


def students_of(model: CopyCursor, course_id: str | None) -> list[str]:
    """Keys of the students of a course; of none, of all courses."""
    rows = model.rows(
        f"SELECT DISTINCT student_key FROM {COURSE_MEMBER} WHERE $course IS NULL OR course_id = $course",
        {"course": course_id},
    )
    return [row["student_key"] for row in rows]
