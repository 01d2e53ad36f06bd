"""Staging: from landed bytes to typed columns, each landed statement once.

DuckLake's change feed tells which statements have landed since the last time, however late or early they claim
to have happened.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from learnloom.pipelines.ingest.catalogue.vocabulary import vocabulary_in_force
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.state import STATE, VOCABULARY
from learnloom.pipelines.refresh.workspace import Workspace

STAGED_ANEW: Final = "staged anew"
"""The rules digest of a refresh whose staged statements are gone: others stand in their place."""
# With nothing new to stage, the place in the change feed is still noted now and then, before it can expire.
_SNAPSHOTS_BETWEEN_NOTES = 100


def stage(
    warehouse: Warehouse,
    relations: Sequence[Relation],
    *,
    everything: bool,
    wait_seconds: float,
    since: dt.datetime | None = None,
) -> int:
    """Stage what has landed since the last time, or everything; return the rows staged.

    Everything is staged anew where the SELECT or what it reads of the vocabulary has changed, or where the snapshot of
    the last time has expired.

    Args:
        warehouse: the warehouse, open for writing.
        relations: all relations.
        everything: stage all that has ever landed.
        wait_seconds: how long to try again while others write.
        since: of what landed from this moment on it is proved that it is staged as it would be now; where it
            is not, everything is staged anew. None: nothing is proved.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    by_name = {relation.full_name: relation for relation in relations}
    with Workspace(warehouse, "staging_workspace") as work:
        extensions = vocabulary_in_force(warehouse).filter(pc.field("form") == "extension")
        work.fill(by_name[VOCABULARY], extensions)
        staging = _Staging(work, by_name["landing.statement"], by_name["staging.stg_statement"], extensions)
        return warehouse.retrying(
            lambda: staging.run(everything=everything, since=since), wait_seconds=wait_seconds
        )


class _Note(NamedTuple):
    """The row of staging.staging_state: how far staging has come, and by which SELECT."""

    landed_snapshot: int
    staging_digest: str


class _Staging(NamedTuple):
    """What is staged where."""

    work: Workspace
    statement: Relation
    """What has landed."""
    staged: Relation
    """The table to fill, and the SELECT that fills it."""
    extensions: pa.Table
    """Rules of the vocabulary that name extensions."""

    @property
    def target(self) -> str:
        """The table to fill."""
        return f"{LAKE}.{self.staged.full_name}"

    def run(self, *, everything: bool, since: dt.datetime | None) -> int:
        """Stage once."""
        warehouse, work = self.work.warehouse, self.work
        work.show(self.statement)
        # The table's columns are those of its SELECT: made from it, empty, the first time.
        work.in_here(f"CREATE TABLE IF NOT EXISTS {self.target} AS {self.staged.sql} LIMIT 0")
        rules = "\x1f".join((self.staged.sql, *macro_definitions(), repr(self.extensions.to_pylist())))
        digest = hashlib.sha256(rules.encode()).hexdigest()[:16]
        now = warehouse.snapshot()
        note = _read_note(warehouse)
        known = None if everything else self._known_snapshot(note, digest, now, since)
        if known == now:
            return 0
        new = self._landed(now) if known is None else inserted(self.statement, known, now)
        work.show(self.statement, source=new)
        with warehouse.transaction():
            if _read_note(warehouse) != note:
                raise OvertakenError(f"another process has staged statements of {warehouse.folder} meanwhile")
            if known is None:
                warehouse.run(f"DROP TABLE {self.target}")
                work.in_here(f"CREATE TABLE {self.target} AS {self.staged.sql}")
                # What later layers took in came from the table that is gone: they are built in full next.
                warehouse.run(f"UPDATE {LAKE}.{STATE} SET rules_digest = ?", [STAGED_ANEW])
            else:
                work.in_here(f"INSERT INTO {self.target} BY NAME {self.staged.sql}")
            n_new = int(warehouse.one(f"SELECT count(*) FROM {work.place(self.statement)}")[0])
            if n_new or known is None or now - known > _SNAPSHOTS_BETWEEN_NOTES:
                warehouse.run(f"DELETE FROM {LAKE}.staging.staging_state")
                warehouse.run(f"INSERT INTO {LAKE}.staging.staging_state VALUES (?, ?)", [now, digest])
        return n_new

    def _landed(self, snapshot: int) -> str:
        """SQL for all that had landed at a snapshot."""
        return f"{LAKE}.{self.statement.full_name} AT (VERSION => {snapshot})"

    def _known_snapshot(
        self, note: _Note | None, digest: str, now: int, since: dt.datetime | None
    ) -> int | None:
        """The snapshot up to which what stands staged can stay; None: everything is to be staged anew."""
        if note is None or note.staging_digest != digest:
            return None
        known = note.landed_snapshot
        if not is_known_snapshot(self.work.warehouse, known):
            return None
        return None if since is not None and not self._is_proved(literal(since), known, now) else known

    def _is_proved(self, since: str, known: int, now: int) -> bool:
        """Whether what stands staged of what landed from a moment on is just what its statements give now.

        Args:
            since: the moment, as SQL.
            known: the snapshot up to which statements have been staged.
            now: the snapshot up to which they have landed.
        """
        work = self.work
        work.show(self.statement, source=f"(FROM {self._landed(now)} WHERE landed_at >= {since})")
        again = f"{work.name}.keys.staged_again"
        work.in_here(f"CREATE OR REPLACE TABLE {again} AS {self.staged.sql}")
        stands = f"FROM {self.target} WHERE landed_at >= {since}"
        if known < now:
            new = inserted(self.statement, known, now)
            stands += f" UNION ALL FROM {again} SEMI JOIN {new} USING (statement_id)"
        differing = f"(FROM {again} EXCEPT ALL ({stands})) UNION ALL (({stands}) EXCEPT ALL FROM {again})"
        return work.rows(f"SELECT count(*) FROM ({differing})") == [(0,)]


def literal(moment: dt.datetime) -> str:
    """An aware moment as SQL, where a view or a table is made and no value can be bound."""
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _read_note(warehouse: Warehouse) -> _Note | None:
    rows = warehouse.rows(f"SELECT {', '.join(_Note._fields)} FROM {LAKE}.staging.staging_state")
    return _Note._make(rows[0]) if rows else None


def is_known_snapshot(warehouse: Warehouse, snapshot: int) -> bool:
    """Whether the snapshot has not expired."""
    return bool(warehouse.rows(f"SELECT 1 FROM {LAKE}.snapshots() WHERE snapshot_id = ?", [snapshot]))


def inserted(relation: Relation, known: int, until: int) -> str:
    """SQL for the rows added to a relation after snapshot `known`, up to snapshot `until`."""
    feed = f"ducklake_table_insertions('{LAKE}', '{relation.layer}', '{relation.name}', {known + 1}, {until})"
    return f"(FROM {feed})"
