"""Staging: from landed bytes to typed columns, each landed statement once.

DuckLake's change feed tells which statements have landed since the last time, however late or early they claim
to have happened.
"""

import datetime as dt
import hashlib
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from learnloom.pipelines.ingest.catalogue.vocabulary_in_force import vocabulary_in_force
from learnloom.pipelines.ingest.land.student_keys import held_secret
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation, filled_tables
from learnloom.pipelines.lake.small import all_threads, one_snapshot
from learnloom.pipelines.refresh import feed
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.slices import ALL, SLICE, Slice, slices_of
from learnloom.pipelines.refresh.state import STATE, VOCABULARY
from learnloom.pipelines.refresh.workspace import Workspace

STAGED_ANEW: Final = "staged anew"
"""The rules digest of a refresh whose staged statements are gone: others stand in their place."""
# With nothing new to stage, the place in the change feed is still noted now and then, before it can expire.
_SNAPSHOTS_BETWEEN_NOTES = 100
_FEW: Final = 10_000
"""Statements that one thread stages: a third of a second's work."""
_FORMS: Final = ("extension", "drop")
"""Forms of the rules that staging reads."""
_ROW_GROUP: Final = 16_384
"""Statements in a row group: the least that is read of a file where only some students' are wanted."""


def stage(
    warehouse: Warehouse, relations: Sequence[Relation], request: RefreshRequest, *, wait_seconds: float
) -> int:
    """Stage what has landed since the last time, or everything; return the rows staged.

    Everything is staged anew where that is asked for, where the SELECT or what it reads of the vocabulary has changed,
    and where the snapshot of the last time has expired. Of what landed since the moment asked about, if any, it is
    proved that it is staged as it would be now; where it is not, everything is staged anew.

    Args:
        warehouse: the warehouse, open for writing.
        relations: all relations.
        request: what the refresh is asked for.
        wait_seconds: how long to try again while others write.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    by_name = {relation.full_name: relation for relation in relations}
    staging = _Staging(
        warehouse,
        by_name["landing.statement"],
        by_name["staging.stg_statement"],
        by_name[VOCABULARY],
        [rule for rule in vocabulary_in_force(warehouse) if rule["form"] in _FORMS],
        by_name["landing.person"],
    )
    return warehouse.retrying(
        lambda: staging.run(everything=request.full, since=request.since), wait_seconds=wait_seconds
    )


class _Note(NamedTuple):
    """The row of staging.staging_state: how far staging has come, and by which SELECT."""

    landed_snapshot: int
    staging_digest: str


class _News(NamedTuple):
    """What is to be staged."""

    note: _Note | None
    """How far staging had come, and by which SELECT."""
    digest: str
    """By which SELECT it is staged now."""
    is_anew: bool
    """Whether it takes the place of all that stands staged."""
    now: int
    """The snapshot up to which it has landed."""
    rows: str
    """SQL for the landed statements."""
    n: int


class _Staging(NamedTuple):
    """What is staged where."""

    warehouse: Warehouse
    statement: Relation
    """What has landed."""
    staged: Relation
    """The table to fill, and the SELECT that fills it."""
    vocabulary: Relation
    rules: Sequence[Mapping[str, Any]]
    """Rules of the vocabulary that name extensions, and what is left out of contexts."""
    person: Relation
    """Whose identifiers are: where that has changed, everything is staged anew."""

    @property
    def target(self) -> str:
        """The table to fill."""
        return f"{LAKE}.{self.staged.full_name}"

    def run(self, *, everything: bool, since: dt.datetime | None) -> int:
        """Stage once."""
        is_proved = since is not None
        with (
            all_threads(self.warehouse, when=is_proved),
            one_snapshot(self.warehouse, when=not is_proved),
        ):
            news = self._find_news(everything=everything, since=since)
        if news is None:
            return 0
        with self._workspace() as work:
            self._write(work, news)
        return news.n

    def _find_news(self, *, everything: bool, since: dt.datetime | None) -> _News | None:
        """Find what is to be staged; None: nothing, and nothing is to be noted."""
        warehouse = self.warehouse
        digest = self._digest()
        now = warehouse.snapshot()
        note = _read_note(warehouse)
        known = None if everything else self._known_snapshot(note, digest, now, since)
        if known == now:
            return None
        changes = set() if known is None else feed.changes_since(warehouse, self.statement, known)
        has_lost_rows = feed.has_lost_rows(changes)
        new = self._new(known, now, has_lost_rows=has_lost_rows)
        n_new = 0
        if known is not None and has_lost_rows:
            new, n_new = self._by_ids(new, now)
        elif known is None or changes:
            n_new = int(warehouse.one(f"SELECT count(*) FROM {new}")[0])
        is_noted = known is not None and now - known <= _SNAPSHOTS_BETWEEN_NOTES and not has_lost_rows
        if not n_new and is_noted:
            return None
        return _News(note, digest, known is None, now, new, n_new)

    def _digest(self) -> str:
        """Digest of all that decides how a statement is staged."""
        secret = held_secret(self.warehouse)
        # Before it is read to stage by: what changes between the two is staged anew next time.
        people = content_digest(self.warehouse, self.person.full_name, filled_tables(self.warehouse))
        by = secret.check if secret is not None else ""
        rules = (self.staged.sql, *macro_definitions(), repr(self.rules), people, by)
        return hashlib.sha256("\x1f".join(rules).encode()).hexdigest()[:16]

    @contextmanager
    def _workspace(self) -> Iterator[Workspace]:
        """Give a workspace with all that statements are staged by."""
        from learnloom.pipelines.ingest.catalogue.vocabulary import rules_in_force  # noqa: PLC0415

        with Workspace(self.warehouse, "staging_workspace") as work:
            work.fill(self.vocabulary, rules_in_force(self.rules))
            if self.person.full_name in filled_tables(self.warehouse):
                work.show(self.person)
            else:
                work.define(self.person)
            yield work

    def _write(self, work: Workspace, news: _News) -> None:
        """Stage what is new, slice by slice: beside what stands staged, or in its place."""
        warehouse = self.warehouse
        # A view, and variables for the slice: a transaction that writes to the lake cannot make a view elsewhere.
        work.show(
            self.statement,
            source=f"(FROM {news.rows} WHERE landed_at BETWEEN getvariable('slice_from') AND getvariable('slice_to'))",
        )
        parts = slices_of(warehouse, news.rows) if news.n > SLICE else [ALL]
        staged_now = f"{work.name}.keys.staged_now"
        is_few = not news.is_anew and news.n <= _FEW
        if is_few:
            # Before others wait: to find what is new may mean to look through all that has landed.
            self._show(ALL)
            work.in_here(f"CREATE TABLE {staged_now} AS {self.staged.sql}")
        with all_threads(warehouse, when=news.n > _FEW), warehouse.transaction():
            if _read_note(warehouse) != news.note or self._is_misled(news.now):
                raise OvertakenError(f"another process has staged statements of {warehouse.folder} meanwhile")
            if news.is_anew:
                self._make_anew(work)
            if is_few:
                warehouse.run(f"INSERT INTO {self.target} BY NAME FROM {staged_now}")
            else:
                for each in parts:
                    self._show(each)
                    work.in_here(f"INSERT INTO {self.target} BY NAME {self.staged.sql}")
            warehouse.run(f"DELETE FROM {LAKE}.staging.staging_state")
            warehouse.run(f"INSERT INTO {LAKE}.staging.staging_state VALUES (?, ?)", [news.now, news.digest])

    def _is_misled(self, read: int) -> bool:
        """Whether statements were taken out since the snapshot of which they are read: they are not to be staged."""
        if self.warehouse.snapshot() == read:
            return False
        return feed.has_lost_rows(feed.changes_since(self.warehouse, self.statement, read))

    def _make_anew(self, work: Workspace) -> None:
        """Put an empty table in the place of what stands staged."""
        warehouse = self.warehouse
        warehouse.run(f"DROP TABLE IF EXISTS {self.target}")
        self._show(ALL)
        # Its columns are those of its SELECT.
        work.in_here(f"CREATE TABLE {self.target} AS {self.staged.sql} LIMIT 0")
        # A range of students is then read from few row groups of each file.
        warehouse.run(f"ALTER TABLE {self.target} SET SORTED BY (student_key ASC)")
        # Of the schema: a table has no options before it has been committed.
        option = f"'parquet_row_group_size', {_ROW_GROUP}, schema => '{self.staged.layer}'"
        warehouse.run(f"CALL {LAKE}.set_option({option})")
        # What later layers took in came from the table that is gone: they are built in full next.
        warehouse.run(f"UPDATE {LAKE}.{STATE} SET rules_digest = ?", [STAGED_ANEW])

    def _show(self, only: Slice) -> None:
        """Let the workspace show the statements of a slice."""
        self.warehouse.run(f"SET VARIABLE slice_from = TIMESTAMPTZ '{only.first}'")
        self.warehouse.run(f"SET VARIABLE slice_to = TIMESTAMPTZ '{only.last}'")

    def _new(self, known: int | None, now: int, *, has_lost_rows: bool) -> str:
        """SQL for the statements to stage: all, or what has landed since a snapshot."""
        if known is None:
            return self._landed(now)
        if not has_lost_rows:
            return feed.inserted(self.statement, known, now)
        # The change feed tells also what is erased, and what was written anew beside it.
        return f"(FROM {self._landed(now)} ANTI JOIN {self.target} USING (statement_id))"

    def _by_ids(self, new: str, now: int) -> tuple[str, int]:
        """SQL for the same statements by their ids, where they are few, and how many they are.

        Compared with what stands staged, the bytes of all that has landed would be read for them.
        """
        ids = self.warehouse.rows(f"SELECT statement_id FROM {new} LIMIT {_FEW + 1}")
        if len(ids) > _FEW:
            return new, int(self.warehouse.one(f"SELECT count(*) FROM {new}")[0])
        listed = ", ".join(f"UUID '{each}'" for (each,) in ids)
        condition = f"statement_id IN ({listed})" if ids else "false"
        return f"(FROM {self._landed(now)} WHERE {condition})", len(ids)

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
        if not feed.is_known_snapshot(self.warehouse, known):
            return None
        return None if since is not None and not self._is_proved(literal(since), known, now) else known

    def _is_proved(self, since: str, known: int, now: int) -> bool:
        """Whether what stands staged of what landed from a moment on is just what its statements give now.

        Args:
            since: the moment, as SQL.
            known: the snapshot up to which statements have been staged.
            now: the snapshot up to which they have landed.
        """
        with self._workspace() as work:
            work.show(self.statement, source=f"(FROM {self._landed(now)} WHERE landed_at >= {since})")
            again = f"{work.name}.keys.staged_again"
            work.in_here(f"CREATE OR REPLACE TABLE {again} AS {self.staged.sql}")
            stands = f"FROM {self.target} WHERE landed_at >= {since}"
            if known < now:
                changes = feed.changes_since(self.warehouse, self.statement, known)
                new = self._new(known, now, has_lost_rows=feed.has_lost_rows(changes))
                stands += f" UNION ALL FROM {again} SEMI JOIN {new} USING (statement_id)"
            differing = f"(FROM {again} EXCEPT ALL ({stands})) UNION ALL (({stands}) EXCEPT ALL FROM {again})"
            return work.rows(f"SELECT count(*) FROM ({differing})") == [(0,)]


def content_digest(warehouse: Warehouse, table: str, filled: Container[str]) -> str:
    """Digest of the rows of a table, in whatever order; empty where there are none.

    One that is not among the `filled` is not asked: of it DuckLake would ask the catalogue once for each column.
    """
    if table not in filled:
        return ""
    sql = f"SELECT md5(string_agg(t::VARCHAR, chr(30) ORDER BY t::VARCHAR)) FROM {LAKE}.{table} AS t"
    return warehouse.one(sql)[0] or ""


def literal(moment: dt.datetime) -> str:
    """An aware moment as SQL, where a view or a table is made and no value can be bound."""
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _read_note(warehouse: Warehouse) -> _Note | None:
    rows = warehouse.rows(f"SELECT {', '.join(_Note._fields)} FROM {LAKE}.staging.staging_state")
    return _Note._make(rows[0]) if rows else None
