"""What the last refresh did, and the tables that stand before the first."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.columns import new_columns
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import LAYERS, Relation, columns_in
from learnloom.pipelines.lake.small import once

STATE: Final = "run.refresh_state"
VOCABULARY: Final = "run.vocabulary_rule"
SETTING: Final = "run.setting"
RECORD: Final = "feedback.signal_record"
_MOVED: Final = ("run", "norms")
"""Layers whose relations an earlier learnloom kept in `estimates`."""
_GONE: Final = {"staging.stg_statement_in_context": "VIEW", "staging.stg_vocabulary": "TABLE"}
"""What an earlier learnloom computed and nothing does any more."""


class RefreshState(NamedTuple):
    """The row of run.refresh_state; what each column means stands there."""

    as_of: dt.datetime
    model_version: int
    session_gap_minutes: int
    time_zone: str
    staged_snapshot: int
    rules_digest: str
    refreshed_at: dt.datetime
    n_students: int


def choices_of(settings: Settings) -> list[tuple[str, str]]:
    """The rows of run.setting: those of the school's choices that SELECTs read."""
    staff = [("staff", pattern) for pattern in sorted(set(settings.staff))]
    week = settings.week
    return [
        *staff,
        ("skill_fallback", settings.skill_fallback),
        ("week_students", str(week.students)),
        ("week_students_of", json.dumps(week.students_of, sort_keys=True)),
        ("week_urgent", str(week.urgent)),
    ]


def read_state(warehouse: Warehouse, table: str = STATE) -> RefreshState | None:
    """What the last refresh did; None before the first."""
    named = ", ".join(RefreshState._fields)
    rows = once(warehouse, table, lambda: warehouse.rows(f"SELECT {named} FROM {LAKE}.{table}"))
    return RefreshState._make(rows[0]) if rows else None


def make_defined_tables(warehouse: Warehouse, relations: Sequence[Relation]) -> None:
    """Make the later layers' schemas and tables whose file defines them, where they do not stand yet.

    What an earlier learnloom kept under another name is copied to the present one; what it kept of versions has NULL in
    columns that have come since.
    """
    present = columns_in(warehouse, LAKE)
    known = set(present)
    missing = [r for r in relations if not r.is_select and r.layer != "landing" and r.full_name not in known]
    moved = moved_relations(relations, known)
    kept = [r for r in relations if not r.is_select and r.scope == "version" and r.full_name in known]
    # What a version cannot do without has no NULL: `check_versions` says what to do where it is missing.
    added = [
        sql
        for relation in kept
        for sql in new_columns(relation, dict(present[relation.full_name]))
        if not sql.endswith("NOT NULL")
    ]
    if not missing and not moved and not added:
        return
    warehouse.use(LAKE)
    # As one: after each commit that makes a table DuckLake reads the names and columns of all of them again.
    with warehouse.transaction():
        if missing:
            for layer in LAYERS:
                warehouse.run(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{layer}")
        for relation in missing:
            warehouse.run(relation.sql)
        for sql in added:
            warehouse.run(sql)
        for before, relation in moved.items():
            _copy(warehouse, before, relation)


def moved_relations(relations: Sequence[Relation], existing: set[str]) -> dict[str, Relation]:
    """Relations by the names under which an earlier learnloom kept them, where these tables exist.

    Its views read them until a full refresh makes the views anew, and only that drops them.
    """
    named = {f"estimates.{relation.name}": relation for relation in relations if relation.layer in _MOVED}
    return {name: relation for name, relation in named.items() if name in existing}


def drop_what_is_gone(warehouse: Warehouse, relations: Sequence[Relation], existing: set[str]) -> None:
    """Drop what an earlier learnloom kept under another name, or computed and nothing does any more."""
    for name in moved_relations(relations, existing):
        warehouse.run(f"DROP TABLE {LAKE}.{name}")
    for name, kind in _GONE.items():
        if name in existing:
            warehouse.run(f"DROP {kind} {LAKE}.{name}")


def _copy(warehouse: Warehouse, before: str, relation: Relation) -> None:
    """Copy what no refresh computes again: the state, where it is the later one, and what versions froze."""
    source, target = f"{LAKE}.{before}", f"{LAKE}.{relation.full_name}"
    if relation.scope == "version":
        warehouse.run(f"CREATE TABLE IF NOT EXISTS {target} AS FROM {source} LIMIT 0")
        warehouse.run(
            f"INSERT INTO {target} BY NAME FROM {source} ANTI JOIN {target} AS kept USING (model_version)"
        )
    elif relation.scope == "state":
        earlier, present = read_state(warehouse, before), read_state(warehouse)
        if earlier and (present is None or present.refreshed_at < earlier.refreshed_at):
            warehouse.run(f"DELETE FROM {target}")
            warehouse.run(f"INSERT INTO {target} BY NAME FROM {source}")
