"""Putting what a refresh has computed in the lake's place, as one transaction.

A reader sees the warehouse as it was before the refresh or as it is after it, never between.
"""

from contextlib import ExitStack
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.relation import KEYS, Relation, inputs
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.outbox import write_events
from learnloom.pipelines.refresh.state import STATE, moved_relations, read_state
from learnloom.pipelines.refresh.touched import touched_keys
from learnloom.pipelines.refresh.workspace import Workspace

_SIGNAL: Final = "feedback.signal"
_CHANGE: Final = "feedback.signal_change"
_OUTBOX: Final = "feedback.outbox"
_TOUCHED_SCOPES: Final = ("activity", "course", "skill")


def publish(transform: Transform, *, n_students: int, source: str) -> None:
    """Write the rows of the workspace, the events of what changed and the state; compute what was touched.

    Args:
        transform: what was computed.
        n_students: how many students were.
        source: URI reference of this deployment, for its events.

    Raises:
        OvertakenError: another process has refreshed since this was planned.
    """
    warehouse = transform.work.warehouse
    with ExitStack() as stack:
        _make_tables_and_views(transform)
        touched = [
            (scope, stack.enter_context(Workspace(warehouse, f"by_{scope}"))) for scope in _TOUCHED_SCOPES
        ]
        for scope, place in touched:
            _show_touched(transform, scope, place)
        with warehouse.transaction():
            _fence(transform)
            _write_computed(transform, source)
            # Before what was touched is computed: that reads as_of from the lake.
            _write_state(transform, n_students)
            for scope, place in touched:
                _write_touched(transform, scope, place)
            if transform.plan.is_full:
                for name in moved_relations(transform.relations, transform.existing):
                    warehouse.run(f"DROP TABLE {LAKE}.{name}")


def _fence(transform: Transform) -> None:
    """Let one of two refreshes at once be done again: the one that waited, or that commits second."""
    warehouse = transform.work.warehouse
    if read_state(warehouse) != transform.plan.before:
        raise OvertakenError(f"another process has refreshed {warehouse.folder} meanwhile")
    # Always one row, so that overlapping transactions conflict even when they are the first of all.
    warehouse.run(f"UPDATE {LAKE}.staging.staging_state SET landed_snapshot = landed_snapshot")


def _make_tables_and_views(transform: Transform) -> None:
    """Make the tables and views that do not stand yet; in a full refresh also those that have changed."""
    warehouse = transform.work.warehouse
    with warehouse.transaction():
        for relation in _tables(transform):
            _make_table(transform, relation, f"FROM {transform.work.place(relation)}", transform.work)
        for relation in _views(transform):
            if transform.plan.is_full or relation.full_name not in transform.existing:
                warehouse.run(f"CREATE OR REPLACE VIEW {LAKE}.{relation.full_name} AS {relation.sql}")


def _make_table(transform: Transform, relation: Relation, rows: str, place: Workspace) -> None:
    """Make the lake's table with the columns of `rows`; in a full refresh also where it has others."""
    lake = f"{LAKE}.{relation.full_name}"
    if relation.full_name in transform.existing:
        if not transform.plan.is_full or place.described(f"FROM {lake}") == place.described(rows):
            return
        place.warehouse.run(f"DROP TABLE {lake}")
    place.in_here(f"CREATE TABLE IF NOT EXISTS {lake} AS {rows} LIMIT 0")


def _tables(transform: Transform) -> list[Relation]:
    return [relation for relation in transform.computed if relation.stored == "table"]


def _views(transform: Transform) -> list[Relation]:
    views = [relation for relation in transform.relations if relation.stored == "view"]
    return [relation for relation in views if relation.scope == "read" or relation in transform.computed]


def _show_touched(transform: Transform, scope: str, place: Workspace) -> None:
    """Show the lake in `place`, cut down to what the students computed anew have touched."""
    is_full, targets = transform.plan.is_full, transform.of_scope(scope)
    if not is_full:
        place.keep_keys(scope, touched_keys(transform.work, scope, transform.by_name))
    made = {relation.full_name for relation in (*_tables(transform), *_views(transform))}
    for relation in inputs(transform.relations, targets, transform.existing | made):
        # What is known of activities as such is small, and a course's own row does not lie in a course.
        is_cut = not is_full and relation.scope == "student" and KEYS[scope] in relation.columns
        place.show(relation, only=scope if is_cut else None)
    with place.warehouse.transaction():
        for relation in targets:
            _make_table(transform, relation, relation.sql, place)


def _write_computed(transform: Transform, source: str) -> None:
    """Write what was computed in the workspace, and an event for each signal that begins or ends to stand."""
    work = transform.work
    for relation in _tables(transform):
        _write(transform, relation)
        if relation.full_name == _SIGNAL:
            work.show(transform.by_name[_OUTBOX], only=None if transform.plan.is_full else "student")
            change = transform.by_name[_CHANGE]
            write_events(work, change, at=transform.plan.state.refreshed_at, source=source)


def _write(transform: Transform, relation: Relation) -> None:
    warehouse, work = transform.work.warehouse, transform.work
    lake = f"{LAKE}.{relation.full_name}"
    rows = f"SELECT * FROM {work.place(relation)}"
    if relation.scope == "student":
        cut = "" if transform.plan.is_full else f" WHERE student_key IN (FROM {work.keys('student')})"
        warehouse.run(f"DELETE FROM {lake}{cut}")
    elif relation.scope in ("mention", "reference"):
        # Only what differs: these tables hardly ever change.
        rows = f"({rows} EXCEPT FROM {lake})"
        gone = f"(FROM {lake} EXCEPT FROM {work.place(relation)})"
        grain = ", ".join(relation.grain)
        warehouse.run(f"DELETE FROM {lake} WHERE ({grain}) IN (SELECT ({grain}) FROM {gone})")
    warehouse.run(f"INSERT INTO {lake} BY NAME {rows}")


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
        cut = "" if transform.plan.is_full else f" WHERE {KEYS[scope]} IN (FROM {place.keys(scope)})"
        place.warehouse.run(f"DELETE FROM {lake}{cut}")
        place.in_here(f"INSERT INTO {lake} BY NAME {relation.sql}")
