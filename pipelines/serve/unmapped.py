"""Activities of which no skill is known: what the school's map lacks, most missed first."""

import datetime as dt
from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.serve.students import must_be_refreshed

_UNMAPPED = "marts.mart_unmapped_activity"


class UnmappedActivity(NamedTuple):
    """An activity with answers and no skill."""

    activity_id: str
    activity_name: str | None
    course_id: str | None
    course_name: str | None
    n_answers: int
    """Answers that say nothing of any skill."""
    n_students: int
    last_answered_at: dt.datetime


class Unmapped(NamedTuple):
    """What the school's map lacks, as of the last refresh."""

    activities: list[UnmappedActivity]
    """Those with the most answers, in order of that."""
    n_activities: int
    """All of them."""
    n_answers: int
    """Answers to all of them."""
    n_all_answers: int
    """Answers to any activity, with a skill or without."""


_ACTIVITIES = f"""
    SELECT {", ".join(UnmappedActivity._fields)}
    FROM {_UNMAPPED}
    WHERE $course IS NULL OR course_id = $course
    ORDER BY n_answers DESC, activity_id
"""
_ALL_ANSWERS = """
    SELECT count(*)
    FROM dimensional.fact_attempt
    LEFT JOIN dimensional.dim_activity ON fact_attempt.activity_id = dim_activity.activity_id
    WHERE $course IS NULL OR dim_activity.course_id = $course
"""


def activities_without_skill(warehouse: Warehouse, *, course: str | None, limit: int) -> Unmapped:
    """List activities with answers and no skill, of one course if one is named, `limit` at the most."""
    must_be_refreshed(warehouse, _UNMAPPED)
    found = [UnmappedActivity(*row) for row in warehouse.rows(_ACTIVITIES, {"course": course})]
    rows = warehouse.rows(_ALL_ANSWERS, {"course": course})
    return Unmapped(found[:limit], len(found), sum(activity.n_answers for activity in found), rows[0][0])
