"""Putting what a refresh has computed in the lake's place, as one transaction.

A reader sees the warehouse as it was before the refresh or as it is after it, never between.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.relation import KEYS, Columns, Relation, columns_in, inputs
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.digests import DIGEST, Rewrite, find_rewrites
from learnloom.pipelines.refresh.item_counts import count_items
from learnloom.pipelines.refresh.outbox import CHANGE, write_events
from learnloom.pipelines.refresh.state import STATE, drop_what_is_gone, read_state
from learnloom.pipelines.refresh.students import student_tables
from learnloom.pipelines.refresh.teacher_week import TOLD, tell_teachers
from learnloom.pipelines.refresh.touched import (
    TOUCHED_SCOPES,
    compute_what_is_read,
    is_whole_scope,
    touched_keys,
)
from learnloom.pipelines.refresh.withhold import DRAW, log_draws
from learnloom.pipelines.refresh.workspace import RowChanges, Workspace

_SIGNAL: Final = "feedback.signal"


def publish(transform: Transform, *, n_students: int, source: str) -> None:
    """Write the rows of the workspace, the events of what changed and the state; compute what was touched.

    Args:
        transform: what was computed.
        n_students: how many students were.
        source: URI reference of this deployment, for its events.

    Raises:
        OvertakenError: another process has refreshed since this was planned.
    """
    warehouse, is_small = transform.work.warehouse, transform.plan.is_small
    with ExitStack() as stack:
        if transform.plan.is_full:
            # Nothing of students reads it: courses do, and of everybody they are computed in the same workspace.
            transform.show(transform.work, transform.by_name[TOLD])
            compute_what_is_read(transform)
        _make_tables_and_views(transform)
        with one_snapshot(warehouse, when=is_small):
            _compare_with_lake(transform)
            rewrites = _rewrites(transform)
            scopes = [scope for scope in TOUCHED_SCOPES if _is_touched(transform, scope)]
        touched = [(scope, place) for scope in scopes if (place := _touched_place(transform, scope, stack))]
        if not transform.plan.is_full:  # a full refresh has made them with the others
            _make_touched(transform, touched)
        with warehouse.transaction():
            _fence(transform)
            _write_computed(transform, rewrites, source)
            _write_state(transform, n_students)
            for scope, place in touched:
                _write_touched(transform, scope, place)
            if "course" in scopes:
                tell_teachers(warehouse, at=transform.plan.state.refreshed_at, source=source)
            if transform.plan.is_full:
                drop_what_is_gone(warehouse, transform.relations, transform.existing)


def _fence(transform: Transform) -> None:
    """Let one of two refreshes at once be done again: the one that waited, or that commits second."""
    warehouse = transform.work.warehouse
    if read_state(warehouse) != transform.plan.before:
        raise OvertakenError(f"another process has refreshed {warehouse.folder} meanwhile")
    # Always one row, so that overlapping transactions conflict even when they are the first of all.
    warehouse.run(f"UPDATE {LAKE}.staging.staging_state SET landed_snapshot = landed_snapshot")


def _make_tables_and_views(transform: Transform) -> None:
    """Make the tables and views that do not stand yet; in a full refresh also those that have changed."""
    work, columns = transform.work, {}
    if transform.plan.is_full:
        columns = columns_in(work.warehouse, work.name)
    tables = [
        (relation, f"FROM {work.place(relation)}", work)
        for relation in _tables(transform)
        if _is_to_make(transform, relation, columns.get(relation.full_name))
    ]
    if transform.plan.is_full:
        tables += [
            (relation, relation.sql, work)
            for relation in transform.of_scope(*TOUCHED_SCOPES)
            if _is_to_make(transform, relation, work.described(relation.sql))
        ]
    before, state = transform.plan.before, transform.plan.state
    has_changed = transform.plan.is_full and (before is None or before.rules_digest != state.rules_digest)
    views = [
        relation
        for relation in _views(transform)
        if has_changed or relation.full_name not in transform.existing
    ]
    _make(transform, tables, views)


def _is_to_make(transform: Transform, relation: Relation, columns: Columns | None) -> bool:
    """Whether the lake's table is absent, or has not the columns given; None: they are not asked about."""
    stands = transform.columns.get(relation.full_name)
    return stands is None or (columns is not None and columns != stands)


def _make(
    transform: Transform, tables: Sequence[tuple[Relation, str, Workspace]], views: Sequence[Relation]
) -> None:
    """Make tables, each with the columns of a query in a workspace, and views, in the place of those that stand."""
    warehouse = transform.work.warehouse
    if not tables and not views:
        return
    # As one: after each commit that makes a table DuckLake reads the names and columns of all of them again.
    with warehouse.transaction():
        for relation, rows, place in tables:
            if relation.full_name in transform.existing:
                warehouse.run(f"DROP TABLE {LAKE}.{relation.full_name}")
                transform.filled.discard(relation.full_name)
            place.in_here(f"CREATE TABLE IF NOT EXISTS {LAKE}.{relation.full_name} AS {rows} LIMIT 0")
        for relation in views:
            warehouse.run(f"CREATE OR REPLACE VIEW {LAKE}.{relation.full_name} AS {relation.sql}")


def _tables(transform: Transform) -> list[Relation]:
    return [relation for relation in transform.computed if relation.stored == "table"]


def _views(transform: Transform) -> list[Relation]:
    views = [relation for relation in transform.relations if relation.stored == "view"]
    return [relation for relation in views if relation.scope == "read" or relation in transform.computed]


def _is_touched(transform: Transform, scope: str) -> bool:
    """Whether rows of a scope may have to be computed; of courses and skills, which ones is kept in the workspace."""
    if scope == "activity" or is_whole_scope(transform, scope):
        return True
    return transform.work.keep_keys(scope, touched_keys(transform, scope)) > 0


def _touched_place(transform: Transform, scope: str, stack: ExitStack) -> Workspace | None:
    """Where what is touched is computed, None where nothing is; of everybody in the workspace, where it all stands."""
    work = transform.work
    if transform.plan.is_full:
        return work
    # One for each: a transaction writes to one database.
    place = stack.enter_context(Workspace(work.warehouse, f"by_{scope}"))
    with one_snapshot(work.warehouse, when=transform.plan.is_small):
        is_whole = is_whole_scope(transform, scope)
        if scope == "activity":
            if not count_items(transform, place, is_whole=is_whole):
                return None
        elif not is_whole:
            place.keep_keys(scope, f"FROM {work.keys(scope)}")
        _show_touched(transform, scope, place)
    return place


def _show_touched(transform: Transform, scope: str, place: Workspace) -> None:
    """Show the lake in `place`, cut down to what the students computed anew have touched."""
    is_whole, targets = is_whole_scope(transform, scope), transform.of_scope(scope)
    made = {relation.full_name for relation in (*_tables(transform), *_views(transform))}
    for relation in inputs(transform.relations, targets, transform.existing | made):
        # What is known of activities as such is small, and a course's own row does not lie in a course.
        is_cut = not is_whole and relation.scope in ("student", scope) and KEYS[scope] in relation.columns
        if relation.scope in ("mention", "reference", "state"):
            # The workspace has it whole, and need not ask the catalogue.
            place.show(relation, source=transform.work.place(relation))
        elif relation.scope == scope:
            if relation.full_name not in place.kinds:  # else it is computed there
                place.show(relation, only=scope if is_cut else None)
        elif relation.full_name in transform.existing and not transform.work.n_rows.get(relation.full_name):
            transform.show(place, relation, only=scope if is_cut else None)
        else:
            place.show(relation, only=scope if is_cut else None)


def _make_touched(transform: Transform, touched: Sequence[tuple[str, Workspace]]) -> None:
    """Make the tables of what is touched that do not stand yet."""
    absent = [
        (relation, relation.sql, place)
        for scope, place in touched
        for relation in transform.of_scope(scope)
        if relation.full_name not in transform.existing
    ]
    _make(transform, absent, ())


def _compare_with_lake(transform: Transform) -> None:
    """Note in what mentions and reference relations that were computed whole differ from the lake's.

    Only that is written of them: they hardly ever change.
    """
    work = transform.work
    for relation in _tables(transform) if transform.plan.is_full else ():
        if relation.scope not in ("mention", "reference"):
            continue
        if relation.full_name in transform.filled:
            before = work.keep_before(relation, f"FROM {LAKE}.{relation.full_name}")
            transform.note_changes(relation, before)
        elif n_rows := work.n_rows[relation.full_name]:
            transform.changes[relation.full_name] = RowChanges(work.place(relation), n_rows, "", 0)


def _rewrites(transform: Transform) -> dict[str, Rewrite] | None:
    """Whose rows are to be written, by relation; None: everybody's."""
    work, digest = transform.work, transform.by_name[DIGEST]
    if transform.plan.is_full:
        return None
    if transform.plan.trusts_what_stands:
        return find_rewrites(work, digest)
    everybodys = Rewrite(f"FROM {work.keys('student')}", n_stood=1)
    return {relation.full_name: everybodys for relation in (*student_tables(transform), digest)}


def _write_computed(transform: Transform, rewrites: dict[str, Rewrite] | None, source: str) -> None:
    """Write what was computed in the workspace, and an event for each signal that begins or ends to stand."""
    work = transform.work
    for relation in _tables(transform):
        if relation.scope in ("mention", "reference"):
            _write_changes(transform, relation)
        elif relation.scope == "student" and rewrites is not None:
            _rewrite(transform, relation, rewrites.get(relation.full_name))
        else:
            _replace(transform, relation)
        if relation.full_name == _SIGNAL:
            changes = transform.files.get(CHANGE, ())
            write_events(work, files=changes, at=transform.plan.state.refreshed_at, source=source)
        elif relation.full_name == DRAW:
            log_draws(work)


def _replace(transform: Transform, relation: Relation) -> None:
    """Write all rows, in the place of those that stand; a version's rows are added to those of the others."""
    warehouse, lake = transform.work.warehouse, f"{LAKE}.{relation.full_name}"
    if relation.scope == "student" and relation.full_name in transform.filled:
        warehouse.run(f"DELETE FROM {lake}")
    if relation.full_name in transform.files:
        for path in transform.files[relation.full_name]:
            # Its rows are not written again: from the commit on the file is one of the table's.
            warehouse.run(
                f"CALL ducklake_add_data_files('{LAKE}', ?, ?, schema => ?)",
                [relation.name, path, relation.layer],
            )
    elif transform.work.n_rows[relation.full_name]:
        warehouse.run(f"INSERT INTO {lake} BY NAME FROM {transform.work.place(relation)}")


def _rewrite(transform: Transform, relation: Relation, rewrite: Rewrite | None) -> None:
    """Write the rows of the students of whom they are others than before."""
    if rewrite is None:
        return
    warehouse, lake = transform.work.warehouse, f"{LAKE}.{relation.full_name}"
    if rewrite.n_stood and relation.full_name in transform.filled:
        warehouse.run(f"DELETE FROM {lake} WHERE student_key IN ({rewrite.students})")
    if transform.work.n_rows[relation.full_name]:
        rows = f"FROM {transform.work.place(relation)} WHERE student_key IN ({rewrite.students})"
        warehouse.run(f"INSERT INTO {lake} BY NAME {rows}")


def _write_changes(transform: Transform, relation: Relation) -> None:
    """Write only what differs."""
    changes, warehouse = transform.changes.get(relation.full_name), transform.work.warehouse
    if changes is None:
        return
    lake, grain = f"{LAKE}.{relation.full_name}", ", ".join(relation.grain)
    if changes.n_gone:
        warehouse.run(f"DELETE FROM {lake} WHERE ({grain}) IN (SELECT ({grain}) FROM {changes.gone})")
    if changes.n_new:
        warehouse.run(f"INSERT INTO {lake} BY NAME FROM {changes.new}")


def _write_state(transform: Transform, n_students: int) -> None:
    work, state = transform.work, transform.by_name[STATE]
    work.warehouse.run(f"DELETE FROM {LAKE}.{STATE}")
    work.warehouse.run(
        f"INSERT INTO {LAKE}.{STATE} BY NAME SELECT * REPLACE ({n_students} AS n_students) "
        f"FROM {work.place(state)}"
    )


def _write_touched(transform: Transform, scope: str, place: Workspace) -> None:
    """Compute and write what belongs to the activities, courses or skills that `place` shows."""
    for relation in transform.of_scope(scope):
        lake = f"{LAKE}.{relation.full_name}"
        cut = (
            "" if is_whole_scope(transform, scope) else f" WHERE {KEYS[scope]} IN (FROM {place.keys(scope)})"
        )
        if relation.full_name in transform.filled:
            place.warehouse.run(f"DELETE FROM {lake}{cut}")
        is_computed = place.kinds.get(relation.full_name) == "TABLE"
        place.in_here(
            f"INSERT INTO {lake} BY NAME {f'FROM {relation.full_name}' if is_computed else relation.sql}"
        )
