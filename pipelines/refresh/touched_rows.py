"""Rows of activities, courses and skills: computed of what students have touched, before others wait."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import KEYS, Relation, inputs
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.digests import Rewrite
from learnloom.pipelines.refresh.touched import touched_keys
from learnloom.pipelines.refresh.workspace import Workspace

TOUCHED_SCOPES: Final = ("activity", "course", "skill")


def is_touched(transform: Transform, scope: str) -> bool:
    """Whether rows of a scope are to be computed; which ones is kept in the workspace, unless they are all."""
    return _is_whole(transform, scope) or transform.work.keep_keys(scope, touched_keys(transform, scope)) > 0


def touched_place(
    transform: Transform, scope: str, rewrites: Mapping[str, Rewrite] | None, stack: ExitStack
) -> Workspace:
    """Compute what is touched, before others wait; of everybody in the workspace itself, where all of it stands."""
    work = transform.work
    if transform.plan.is_full:
        _compute_touched(transform, scope, work)
        return work
    # One for each: a transaction writes to one database.
    place = stack.enter_context(Workspace(work.warehouse, f"by_{scope}"))
    with one_snapshot(work.warehouse, when=transform.plan.is_small):
        if not _is_whole(transform, scope):
            place.keep_keys(scope, f"FROM {work.keys(scope)}")
        _show_touched(transform, scope, rewrites or {}, place)
        _compute_touched(transform, scope, place)
    return place


def _compute_touched(transform: Transform, scope: str, place: Workspace) -> None:
    for relation in transform.of_scope(scope):
        place.compute(relation)


def _show_touched(
    transform: Transform, scope: str, rewrites: Mapping[str, Rewrite], place: Workspace
) -> None:
    """Show the lake in `place` as it is to be, cut down to what the students computed anew have touched."""
    is_whole, targets = _is_whole(transform, scope), transform.of_scope(scope)
    made = {each.full_name for each in transform.relations if each.scope == "read"}
    made |= {each.full_name for each in transform.computed}
    for relation in inputs(transform.relations, targets, transform.existing | made):
        # What is known of activities as such is small, and a course's own row does not lie in a course.
        is_cut = not is_whole and relation.scope == "student" and KEYS[scope] in relation.columns
        if relation.scope in ("mention", "reference", "state"):
            # The workspace has it whole, and need not ask the catalogue.
            place.show(relation, source=transform.work.place(relation))
        else:
            only = scope if is_cut else None
            rows = _as_it_will_be(transform, relation, rewrites.get(relation.full_name))
            if rows is None and relation.full_name in transform.existing:
                transform.show(place, relation, only=only)
            else:
                place.show(relation, only=only, source=rows)


def _as_it_will_be(transform: Transform, relation: Relation, rewrite: Rewrite | None) -> str | None:
    """SQL for the rows of a relation when this refresh has written it; None: for those of the lake."""
    if rewrite is None or relation.scope != "student":
        return None
    parts = []
    if relation.full_name in transform.filled:
        parts.append(f"FROM {LAKE}.{relation.full_name} ANTI JOIN ({rewrite.students}) USING (student_key)")
    if transform.work.n_rows.get(relation.full_name):
        new = transform.work.place(relation)
        parts.append(f"FROM {new} WHERE student_key IN ({rewrite.students})")
    return f"({' UNION ALL BY NAME '.join(parts)})" if parts else None


def _is_whole(transform: Transform, scope: str) -> bool:
    """Whether all rows of a scope are computed, touched or not."""
    of_day = any(relation.reads_day for relation in transform.of_scope(scope))
    return transform.plan.is_full or transform.plan.recounts or (transform.plan.is_new_day and of_day)


def write_touched(transform: Transform, scope: str, place: Workspace) -> None:
    """Write what belongs to the activities, courses or skills that was computed in `place`."""
    for relation in transform.of_scope(scope):
        lake = f"{LAKE}.{relation.full_name}"
        cut = "" if _is_whole(transform, scope) else f" WHERE {KEYS[scope]} IN (FROM {place.keys(scope)})"
        if relation.full_name in transform.filled:
            place.warehouse.run(f"DELETE FROM {lake}{cut}")
        place.warehouse.run(f"INSERT INTO {lake} BY NAME FROM {place.place(relation)}")
