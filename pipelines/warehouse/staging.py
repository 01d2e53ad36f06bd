"""Staging: from landed bytes to typed columns, each landed statement once.

DuckLake's change feed tells which statements have landed since the last time, however late or early they claim
to have happened.
"""

import datetime as dt
import hashlib
from typing import Any

from pipelines.warehouse.connection import LAKE, Warehouse
from pipelines.warehouse.errors import OvertakenError
from pipelines.warehouse.relation import Relation
from pipelines.warehouse.scratch import Scratch

# With nothing new to stage, the place in the change feed is still noted now and then, before it can expire.
_SNAPSHOTS_BETWEEN_NOTES = 100


def stage(
    warehouse: Warehouse, statement: Relation, staged: Relation, *, everything: bool, wait_seconds: float
) -> int:
    """Stage what has landed since the last time, or everything; return the rows staged.

    Everything is staged anew where the SELECT has changed, or where the snapshot of the last time has expired.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    with Scratch(warehouse, "staging_scratch") as scratch:
        return warehouse.retrying(
            lambda: _stage_once(warehouse, scratch, statement, staged, everything=everything),
            wait_seconds=wait_seconds,
        )


def _stage_once(
    warehouse: Warehouse, scratch: Scratch, statement: Relation, staged: Relation, *, everything: bool
) -> int:
    digest = hashlib.sha256(staged.sql.encode()).hexdigest()[:16]
    scratch.show(statement)
    # The table's columns are those of its SELECT: made from it, empty, the first time.
    scratch.in_here(f"CREATE TABLE IF NOT EXISTS {LAKE}.{staged.full_name} AS {staged.sql} LIMIT 0")
    now = warehouse.snapshot()
    state = _state(warehouse)
    since = None if everything or not state or state[0][1] != digest else int(state[0][0])
    if since is not None and not is_known_snapshot(warehouse, since):
        since = None
    if since == now:
        return 0
    everything_landed = f"{LAKE}.{statement.full_name} AT (VERSION => {now})"
    scratch.show(statement, source=everything_landed if since is None else inserted(statement, since, now))
    with warehouse.transaction():
        if _state(warehouse) != state:
            raise OvertakenError(f"another process has staged statements of {warehouse.folder} meanwhile")
        if since is None:
            warehouse.run(f"DROP TABLE {LAKE}.{staged.full_name}")
            scratch.in_here(f"CREATE TABLE {LAKE}.{staged.full_name} AS {staged.sql}")
        else:
            scratch.in_here(f"INSERT INTO {LAKE}.{staged.full_name} BY NAME {staged.sql}")
        n_new = warehouse.one(f"SELECT count(*) FROM {scratch.place(statement)}")[0]
        if since is None:
            # What later layers took in came from the table that is gone: they are built in full next.
            warehouse.run(f"UPDATE {LAKE}.estimates.refresh_state SET rules_digest = 'staged anew'")
        if n_new or since is None or now - since > _SNAPSHOTS_BETWEEN_NOTES:
            warehouse.run(f"DELETE FROM {LAKE}.staging.staging_state")
            warehouse.run(f"INSERT INTO {LAKE}.staging.staging_state VALUES (?, ?)", [now, digest])
    return int(n_new)


def _state(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(f"SELECT landed_snapshot, staging_digest FROM {LAKE}.staging.staging_state")


def standing(warehouse: Warehouse) -> set[str]:
    """Full names of the relations that stand in the lake; asking costs tens of milliseconds."""
    rows = warehouse.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_catalog = ?",
        [LAKE],
    )
    return {row[0] for row in rows}


def is_known_snapshot(warehouse: Warehouse, snapshot: int) -> bool:
    """Whether the snapshot has not expired."""
    return bool(warehouse.rows(f"SELECT 1 FROM {LAKE}.snapshots() WHERE snapshot_id = ?", [snapshot]))


def snapshot_before(warehouse: Warehouse, moment: dt.datetime) -> int | None:
    """The newest snapshot from before a moment (aware) that has not expired; None where there is none."""
    newest = warehouse.one(
        f"SELECT max(snapshot_id) FROM {LAKE}.snapshots() WHERE snapshot_time < ?::TIMESTAMPTZ", [moment]
    )[0]
    return None if newest is None else int(newest)


def inserted(relation: Relation, since: int, until: int) -> str:
    """SQL for the rows added to a relation after snapshot `since`, up to snapshot `until`."""
    feed = f"ducklake_table_insertions('{LAKE}', '{relation.layer}', '{relation.name}', {since + 1}, {until})"
    return f"(FROM {feed})"
