"""Whom a refresh computes anew, and which activities, courses and skills that touches.

A student is computed anew where

- a statement of theirs is new,
- a new statement voids one of theirs, whoever sent it,
- an activity, course or skill of theirs is known to be something else than before: its name, its kind, its skills,
- something of theirs has landed since the moment that the refresh was asked about, if only a void.

All that is told of such a student is computed from all of the student's statements, new or old, so that it is what a
full refresh would tell. What is told of an activity, a course or a skill hangs on many students: it is computed anew
where one of these students has to do with it, now or before.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import KEYS, Relation
from learnloom.pipelines.refresh.build import Students, Transform
from learnloom.pipelines.refresh.stage import literal
from learnloom.pipelines.refresh.workspace import Workspace

_STAGED: Final = "staging.stg_statement"
_USAGE: Final = "dimensional.dim_usage"
_VOID: Final = "staging.stg_void"
_STUDENT_SKILL: Final = "marts.mart_student_skill"
_LAKE_STAGED: Final = f"{LAKE}.{_STAGED}"
_NO_VOID: Final = "voided_statement_id IS NULL"
"""Who only voids statements is no student."""
EVERYBODY: Final = Students(f"SELECT student_key FROM {_LAKE_STAGED} WHERE {_NO_VOID}", is_everybody=True)


def find_students(transform: Transform) -> Students:
    """Find the students to compute anew.

    Args:
        transform: its workspace shows the new statements as staging.stg_statement; what they mention, and the reference
            relations as they are now, stand in it.
    """
    work, plan, relations = transform.work, transform.plan, transform.by_name
    if plan.is_full:
        return EVERYBODY
    parts = [
        f"SELECT student_key FROM {work.place(relations[_STAGED])} WHERE {_NO_VOID}",
        _voided(work.place(relations[_VOID])),
        *_described_otherwise(work, relations),
        *_landed_since(plan.request.since),
    ]
    return Students(" UNION ALL ".join(parts))


def _voided(voids: str) -> str:
    """Students of statements of which it was not known before that they are voided."""
    return (
        f"SELECT student_key FROM {_LAKE_STAGED} WHERE statement_id IN ("
        f"SELECT voided_statement_id FROM {voids} EXCEPT SELECT voided_statement_id FROM {LAKE}.{_VOID})"
    )


def _described_otherwise(work: Workspace, relations: Mapping[str, Relation]) -> list[str]:
    """Students of activities, courses and skills of which something else is known now than before."""
    changed = f"{work.name}.keys.changed"
    differences = " UNION ".join(
        f"SELECT {relation.grain[0]}::VARCHAR AS id "
        f"FROM (FROM {work.place(relation)} EXCEPT FROM {LAKE}.{relation.full_name})"
        for relation in relations.values()
        if relation.scope == "reference" and relation.stored == "table"
    )
    work.warehouse.run(f"CREATE OR REPLACE TABLE {changed} AS {differences}")
    if not work.warehouse.one(f"SELECT count(*) FROM {changed}")[0]:
        return []
    # What a school can know at all concerns everybody.
    everybody = f"(SELECT bool_or(id IN (FROM {work.name}.dimensional.dim_vocabulary)) FROM {changed})"
    affected = (
        f"SELECT student_key FROM {_LAKE_STAGED} WHERE {everybody} "
        f"OR usage_id IN (SELECT usage_id FROM {work.name}.{_USAGE} "
        f"WHERE usage_id::VARCHAR IN (FROM {changed}) OR activity_id IN (FROM {changed}) "
        f"OR parent_id IN (FROM {changed}) OR course_id IN (FROM {changed}) "
        f"OR list_has_any(skill_ids, (SELECT list(id) FROM {changed})))"
    )
    return [affected]


def _landed_since(since: dt.datetime | None) -> list[str]:
    """Students of whom something has landed since the moment asked for, if only a void of what they did."""
    if since is None:
        return []
    lately = f"FROM {_LAKE_STAGED} WHERE landed_at >= {literal(since)}"
    return [
        f"SELECT student_key {lately} AND {_NO_VOID}",
        f"SELECT student_key FROM {_LAKE_STAGED} WHERE statement_id IN (SELECT voided_statement_id {lately})",
    ]


def touched_keys(work: Workspace, scope: str, relations: Mapping[str, Relation]) -> str:
    """SQL for the keys of the activities, courses or skills with which the students of `work` have to do."""
    key = KEYS[scope]
    if scope != "skill":
        usages = f"(SELECT DISTINCT usage_id FROM {work.place(relations[_STAGED])})"
        usage = relations[_USAGE]
        return " UNION ALL ".join(
            f"SELECT {key} FROM {place} SEMI JOIN {usages} USING (usage_id)"
            for place in (work.place(usage), f"{LAKE}.{usage.full_name}")
        )
    # Skills may come from the school's map: those of these students, before the refresh and after.
    skills = relations[_STUDENT_SKILL]
    return (
        f"SELECT {key} FROM {work.place(skills)} UNION ALL SELECT {key} "
        f"FROM {LAKE}.{skills.full_name} SEMI JOIN {work.keys('student')} USING (student_key)"
    )
