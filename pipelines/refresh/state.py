"""What the last refresh did, and the tables that stand before the first."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import LAYERS, Relation
from learnloom.pipelines.refresh.stage import standing


class LastRefresh(NamedTuple):
    """The row of estimates.refresh_state; what each column means stands there."""

    as_of: dt.datetime
    model_version: int
    session_gap_minutes: int
    time_zone: str
    staged_snapshot: int
    rules_digest: str
    refreshed_at: dt.datetime
    n_students: int


def read_state(warehouse: Warehouse) -> LastRefresh | None:
    """What the last refresh did; None before the first."""
    rows = warehouse.rows(f"SELECT {', '.join(LastRefresh._fields)} FROM {LAKE}.estimates.refresh_state")
    return LastRefresh._make(rows[0]) if rows else None


def make_defined_tables(warehouse: Warehouse, relations: Sequence[Relation]) -> None:
    """Make the later layers' schemas and tables whose file defines them, where they do not stand yet."""
    known = standing(warehouse)
    missing = [r for r in relations if not r.is_select and r.layer != "landing" and r.full_name not in known]
    if missing:
        for layer in LAYERS:
            warehouse.run(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{layer}")
    warehouse.use(LAKE)
    for relation in missing:
        warehouse.run(relation.sql)
