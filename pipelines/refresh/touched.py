"""Whom a refresh computes anew, and which courses and skills that touches; of questions item_counts.py says.

A student is computed anew where

- a statement of theirs is new,
- a new statement voids one of theirs, whoever sent it,
- they are known to be staff now and were not before, or the other way round,
- an activity, course or skill of theirs is known to be something else than before: its name, its kind, its skills
  (but not: when it was first seen, which a statement that comes late often changes),
- something of theirs has landed since the moment that the refresh was asked about, if only a void,
- a statement or a void of theirs lies between the day as of which was told last and the present one.

All that is told of such a student is computed from all of the student's statements, new or old, so that it is what a
full refresh would tell. What is told of an activity, a course or a skill hangs on many students: it is computed anew
where one of these students has to do with it, now or before.
"""

from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import KEYS, Relation
from learnloom.pipelines.refresh.build import Students, Transform
from learnloom.pipelines.refresh.stage import literal
from learnloom.pipelines.refresh.workspace import RowChanges

_STAGED: Final = "staging.stg_statement"
_USAGE: Final = "dimensional.dim_usage"
_VOID: Final = "staging.stg_void"
STAFF: Final = "dimensional.dim_staff"
_STUDENT_SKILL: Final = "marts.mart_student_skill"
TOUCHED_SCOPES: Final = ("activity", "course", "skill")
"""Scopes of what hangs on many students."""
FIRST_SEEN: Final = "introduced_at"
"""Column of what is known of activities and courses; nothing that is computed of a student reads it."""
_NO_VOID: Final = "voided_statement_id IS NULL"
"""Who only voids statements is no student."""


def all_students(transform: Transform, cut: str = "true") -> Students:
    """All students, or those whose statements a condition in SQL tells from others'."""
    return Students(f"SELECT student_key FROM {transform.staged} WHERE {_NO_VOID} AND {cut}", cut)


def find_students(transform: Transform) -> Students:
    """Find the students to compute anew.

    Args:
        transform: its workspace shows the new statements as staging.stg_statement; what they mention, and the reference
            relations as they are now, stand in it.
    """
    work, plan, relations = transform.work, transform.plan, transform.by_name
    if plan.is_full:
        return all_students(transform)
    parts = [
        f"SELECT student_key FROM {work.place(relations[_STAGED])} WHERE {_NO_VOID}",
        *_voided(transform),
        *_of_another_role(transform),
        *_described_otherwise(transform),
        *_landed_since(transform),
        *_between_days(transform),
    ]
    return Students(" UNION ALL ".join(parts))


def _voided(transform: Transform) -> list[str]:
    """Students of statements of which it was not known before that they are voided, or since when."""
    changes = transform.changes.get(_VOID)
    if changes is None:
        return []
    voided = f"SELECT voided_statement_id FROM {changes.new}"
    return [f"SELECT student_key FROM {transform.staged} WHERE statement_id IN ({voided})"]


def _of_another_role(transform: Transform) -> list[str]:
    """Who is staff now and was not before, or the other way round."""
    changes = transform.changes.get(STAFF)
    return [f"SELECT student_key FROM {rows}" for rows in changes.tables] if changes else []


def _described_otherwise(transform: Transform) -> list[str]:
    """Students of activities, courses and skills of which something else is known now than before."""
    work = transform.work
    differences = [
        _keys_told_otherwise(transform.by_name[name], changes)
        for name, changes in transform.changes.items()
        if transform.by_name[name].scope == "reference" and changes.n_new and name != STAFF
    ]
    if not differences:
        return []
    changed = f"{work.name}.keys.changed"
    work.warehouse.run(f"CREATE OR REPLACE TABLE {changed} AS {' UNION '.join(differences)}")
    # What a school can know at all concerns everybody.
    everybody = f"(SELECT bool_or(id IN (FROM {work.name}.dimensional.dim_vocabulary)) FROM {changed})"
    affected = (
        f"SELECT student_key FROM {transform.staged} WHERE {everybody} "
        f"OR usage_id IN (SELECT usage_id FROM {work.name}.{_USAGE} "
        f"WHERE usage_id::VARCHAR IN (FROM {changed}) OR activity_id IN (FROM {changed}) "
        f"OR parent_id IN (FROM {changed}) OR course_id IN (FROM {changed}) "
        f"OR list_has_any(skill_ids, (SELECT list(id) FROM {changed})))"
    )
    return [affected]


def _keys_told_otherwise(relation: Relation, changes: RowChanges) -> str:
    """SQL for the keys of a reference relation's rows that are new, or other in more than when they were first seen."""
    key = f"SELECT {relation.grain[0]}::VARCHAR AS id"
    if FIRST_SEEN not in relation.columns or not changes.n_gone:
        return f"{key} FROM {changes.new}"
    told = f"SELECT * EXCLUDE ({FIRST_SEEN}) FROM"
    return f"{key} FROM ({told} {changes.new} EXCEPT {told} {changes.gone})"


def _landed_since(transform: Transform) -> list[str]:
    """Students of whom something has landed since the moment asked for, if only a void of what they did."""
    since, staged = transform.plan.request.since, transform.staged
    if since is None:
        return []
    lately = f"FROM {staged} WHERE landed_at >= {literal(since)}"
    return [
        f"SELECT student_key {lately} AND {_NO_VOID}",
        f"SELECT student_key FROM {staged} WHERE statement_id IN (SELECT voided_statement_id {lately})",
    ]


def _between_days(transform: Transform) -> list[str]:
    """Students of statements and voids that count now and did not as of the day before, or the other way round."""
    plan, staged = transform.plan, transform.staged
    if not plan.is_new_day or plan.before is None:
        return []
    first, end = sorted((plan.before.as_of, plan.state.as_of))
    between = f"WHERE occurred_at >= {literal(first)} AND occurred_at < {literal(end)}"
    voided = f"SELECT voided_statement_id FROM {transform.work.name}.{_VOID} {between}"
    return [
        f"SELECT student_key FROM {staged} {between} AND {_NO_VOID}",
        f"SELECT student_key FROM {staged} WHERE statement_id IN ({voided})",
    ]


def touched_keys(transform: Transform, scope: str) -> str:
    """SQL for the keys of the courses or skills with which the students taken have to do, or had before."""
    work, relations, key = transform.work, transform.by_name, KEYS[scope]
    if scope == "course":
        usages = f"(SELECT DISTINCT usage_id FROM {work.place(relations[_STAGED])} {transform.by_keys})"
        places = [work.place(relations[_USAGE])]
        if _USAGE in transform.changes and transform.changes[_USAGE].n_gone:
            places.append(transform.changes[_USAGE].gone)
        return " UNION ALL ".join(
            f"SELECT {key} FROM {place} SEMI JOIN {usages} USING (usage_id)" for place in places
        )
    # Skills may come from the school's map: those of these students, before the refresh and after.
    skills = relations[_STUDENT_SKILL]
    return (
        f"SELECT {key} FROM {work.place(skills)} UNION ALL SELECT {key} "
        f"FROM {LAKE}.{skills.full_name} SEMI JOIN {work.keys('student')} USING (student_key)"
    )


def is_whole_scope(transform: Transform, scope: str) -> bool:
    """Whether all rows of a scope are computed, touched or not."""
    of_day = any(relation.reads_day for relation in transform.of_scope(scope))
    return transform.plan.is_full or transform.plan.recounts or (transform.plan.is_new_day and of_day)


def compute_what_is_read(transform: Transform) -> None:
    """Of everybody, compute what belongs to activities, courses or skills and is read by others of these."""
    relations = transform.of_scope(*TOUCHED_SCOPES)
    for relation in relations:
        if any(relation.full_name in each.dependencies for each in relations):
            transform.work.compute(relation)
