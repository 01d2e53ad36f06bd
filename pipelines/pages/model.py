"""The read model: of what is computed the part that pages show, in one small file.

It is written anew after each refresh, and whenever the school says something else of who is in which course.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import CopyCursor, newest_copy, write_copy
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.roster.access import COURSE_MEMBER
from learnloom.pipelines.roster.members import (
    course_members_sql,
    listed_members_sql,
    roster_courses_sql,
    roster_state,
    roster_students_sql,
)
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
_ROSTER_COURSE: Final = "roster_course"
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
_GAPS: Final = """
    SELECT student_key, unnest(from_json(profile->'$.unknown', '[{
        "what": "VARCHAR", "would_be_known_by": "VARCHAR", "is_school_wide": "BOOLEAN"
    }]'), recursive := true)
    FROM feedback.student_profile ORDER BY student_key
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
    # A course of a roster is there before the first statement, under the end of its id.
    "course": f"SELECT course_id, {_KEY.format('course_id')} AS course_key, course_name FROM ("
    "SELECT course_id, course_name FROM dimensional.dim_course UNION ALL "
    rf"SELECT course_id, nullif(regexp_extract(course_id, '([^/#=]+)/?$', 1), '') FROM reading_copy.{_ROSTER_COURSE} "
    "WHERE course_id NOT IN (SELECT course_id FROM dimensional.dim_course))",
    # Who is in a course by its roster, or by statements where there is none; sections apart.
    "enrolment": "SELECT DISTINCT member.student_key, member.course_id, first_active_at, last_active_at "
    "FROM reading_copy.course_member AS member LEFT JOIN dimensional.fact_enrolment AS told "
    "ON member.student_key = told.student_key AND member.course_id = told.course_id ORDER BY member.student_key",
    "signal": "SELECT student_key, signal_id, signal_kind, audience, subject, urgency, expires_at, signal "
    "FROM feedback.signal ORDER BY student_key",
    "teacher_message": "SELECT course_id, student_key, signal_ids, cause, urgency, is_told, is_noted "
    "FROM feedback.teacher_message ORDER BY course_id",
    "profile": "SELECT student_key, profile FROM feedback.student_profile ORDER BY student_key",
    "gap": _GAPS,
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
"""Tells versions of the pages from each other."""
NAMES: Final = f"*-*-*-{_VERSION}"
"""Names of read models that these pages understand: moment of the refresh, count, state of rosters, version."""


def folder_of(settings: Settings) -> Path:
    """Where the read model of a warehouse lies: in its folder, also where the catalogue is elsewhere."""
    return settings.warehouse / FOLDER


class Wanted(NamedTuple):
    """Which read model is the newest."""

    refreshed: str | None
    """The moment of the last refresh, as names have it; None: there was none so far."""
    roster: str
    """The state of rosters (`roster_state`)."""

    def is_named(self, name: str | None) -> bool:
        """Whether a read model of this name is the one that is wanted."""
        return name is not None and name.startswith(f"{self.refreshed}-") and name.endswith(self._ending)

    def next_name(self, before: str | None) -> str:
        """Name for a read model that follows the one that stands (NAMES): of one refresh they are counted."""
        is_same = before is not None and before.startswith(f"{self.refreshed}-")
        number = int(before.split("-")[1]) + 1 if before is not None and is_same else 0
        return f"{self.refreshed}-{number:06d}{self._ending}"

    @property
    def _ending(self) -> str:
        return f"-{hashlib.sha256(self.roster.encode()).hexdigest()[:8]}-{_VERSION}"


def wanted_model(warehouse: Warehouse) -> Wanted:
    """Tell which read model is the newest by what the warehouse has."""
    there = "run.refresh_state" in filled_tables(warehouse)
    rows = warehouse.rows("SELECT refreshed_at FROM run.refresh_state") if there else []
    refreshed = f"{rows[0][0].astimezone(dt.UTC):%Y%m%dT%H%M%S%f}" if rows else None
    return Wanted(refreshed, roster_state(warehouse))


def write_model(warehouse: Warehouse, settings: Settings) -> Path | None:
    """Write the newest read model, if it is not there; None: nothing was computed so far."""
    wanted, folder = wanted_model(warehouse), folder_of(settings)
    if wanted.refreshed is None:
        return None
    stands = newest_copy(folder, NAMES)
    if stands is not None and wanted.is_named(stands.stem):
        return stands
    selects = {
        COURSE_MEMBER: course_members_sql(warehouse),
        _ROSTER_STUDENT: roster_students_sql(warehouse),
        _ROSTER_COURSE: roster_courses_sql(warehouse),
        "listed_member": f"SELECT *, {_KEY.format('subject')} AS login_key FROM ({listed_members_sql(warehouse)})",
        **SELECTS,
    }
    return write_copy(warehouse, folder, wanted.next_name(stands.stem if stands else None), selects)


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


def counted_of(model: CopyCursor, statement_ids: Sequence[str]) -> set[str]:
    """Those of some answers that the refresh of this model has counted."""
    rows = model.rows(
        "SELECT statement_id FROM counted WHERE statement_id IN (SELECT unnest($asked))",
        {"asked": statement_ids},
    )
    return {row["statement_id"] for row in rows}
