"""Staging: from landed bytes to typed columns, each landed statement once.

DuckLake's change feed tells which statements have landed since the last time, however late or early they claim
to have happened.
"""

import datetime as dt
import hashlib
from typing import Any, Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.workspace import Scratch

STAGED_ANEW: Final = "staged anew"
"""The rules digest of a refresh whose staged statements are gone: others stand in their place."""
# With nothing new to stage, the place in the change feed is still noted now and then, before it can expire.
_SNAPSHOTS_BETWEEN_NOTES = 100


def stage(
    warehouse: Warehouse,
    statement: Relation,
    staged: Relation,
    *,
    everything: bool,
    wait_seconds: float,
    proved_since: dt.datetime | None = None,
) -> int:
    """Stage what has landed since the last time, or everything; return the rows staged.

    Everything is staged anew where the SELECT has changed, or where the snapshot of the last time has expired.

    Args:
        warehouse: the warehouse, open for writing.
        statement: what has landed.
        staged: the table to fill, and the SELECT that fills it.
        everything: stage all that has ever landed.
        wait_seconds: how long to try again while others write.
        proved_since: of what landed from this moment on it is proved that it is staged as it would be now; where it
            is not, everything is staged anew. None: nothing is proved.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    with Scratch(warehouse, "staging_scratch") as scratch:
        return warehouse.retrying(
            lambda: _stage_once(
                warehouse, scratch, statement, staged, everything=everything, proved_since=proved_since
            ),
            wait_seconds=wait_seconds,
        )


def _stage_once(
    warehouse: Warehouse,
    scratch: Scratch,
    statement: Relation,
    staged: Relation,
    *,
    everything: bool,
    proved_since: dt.datetime | None,
) -> int:
    rules = "\x1f".join((staged.sql, *macro_definitions()))
    digest = hashlib.sha256(rules.encode()).hexdigest()[:16]
    scratch.show(statement)
    # The table's columns are those of its SELECT: made from it, empty, the first time.
    scratch.in_here(f"CREATE TABLE IF NOT EXISTS {LAKE}.{staged.full_name} AS {staged.sql} LIMIT 0")
    now = warehouse.snapshot()
    state = _state(warehouse)
    since = None if everything or not state or state[0][1] != digest else int(state[0][0])
    if since is not None and not is_known_snapshot(warehouse, since):
        since = None
    everything_landed = f"{LAKE}.{statement.full_name} AT (VERSION => {now})"
    if since is not None and proved_since is not None:
        moment = literal(proved_since)
        scratch.show(statement, source=f"(FROM {everything_landed} WHERE landed_at >= {moment})")
        new = inserted(statement, since, now) if since < now else None
        if not _is_proved(scratch, staged, moment, new=new):
            since = None
    if since == now:
        return 0
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
            warehouse.run(f"UPDATE {LAKE}.estimates.refresh_state SET rules_digest = ?", [STAGED_ANEW])
        if n_new or since is None or now - since > _SNAPSHOTS_BETWEEN_NOTES:
            warehouse.run(f"DELETE FROM {LAKE}.staging.staging_state")
            warehouse.run(f"INSERT INTO {LAKE}.staging.staging_state VALUES (?, ?)", [now, digest])
    return int(n_new)


def _is_proved(scratch: Scratch, staged: Relation, moment: str, *, new: str | None) -> bool:
    """Whether what stands staged of what landed from a moment on is just what the statements shown give.

    Args:
        scratch: shows the statements that landed from then on.
        staged: the table and its SELECT.
        moment: the moment, as SQL.
        new: SQL for those statements that have not been staged yet; None: there are none.
    """
    again = f"{scratch.name}.run.staged_again"
    scratch.in_here(f"CREATE OR REPLACE TABLE {again} AS {staged.sql}")
    known = f"FROM {LAKE}.{staged.full_name} WHERE landed_at >= {moment}"
    if new is not None:
        known += f" UNION ALL FROM {again} SEMI JOIN {new} USING (statement_id)"
    differing = f"(FROM {again} EXCEPT ALL ({known})) UNION ALL (({known}) EXCEPT ALL FROM {again})"
    return scratch.rows(f"SELECT count(*) FROM ({differing})") == [(0,)]


def literal(moment: dt.datetime) -> str:
    """An aware moment as SQL, where a view or a table is made and no value can be bound."""
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


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


def inserted(relation: Relation, since: int, until: int) -> str:
    """SQL for the rows added to a relation after snapshot `since`, up to snapshot `until`."""
    feed = f"ducklake_table_insertions('{LAKE}', '{relation.layer}', '{relation.name}', {since + 1}, {until})"
    return f"(FROM {feed})"
