"""Building everything after staging, for all students or only for those who changed, and writing it as one.

First all rows that belong to students are computed in a scratch database, in the order in which relations read each
other; then one transaction puts them in the lake's place and computes what belongs to activities, courses and
skills that were touched. A reader sees the warehouse before the refresh or after it, never between.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.publish import Publication, read_by
from learnloom.pipelines.refresh.stage import inserted, literal, standing
from learnloom.pipelines.refresh.state import LastRefresh, read_state
from learnloom.pipelines.refresh.workspace import Scratch

Producer = Callable[[], pa.Table]
"""Computes the rows of a relation that Python writes."""


_NO_VOID = "voided_statement_id IS NULL"
"""Who only voids statements is no student."""
_STAGED = "staging.stg_statement"
_STATE = "estimates.refresh_state"


@dataclass
class Build:
    """One refresh of everything after staging."""

    warehouse: Warehouse
    relations: Sequence[Relation]
    producers: Callable[[Scratch], Mapping[str, Producer]]
    """Gives, for a scratch database to read from, the producer of each relation that Python writes."""
    state: Mapping[str, Any]
    """The new row of estimates.refresh_state, but for the number of students."""
    planned_from: LastRefresh | None
    """The last refresh when this one was planned; None before the first."""
    since: int | None
    """Snapshot up to which staged statements are known already; None: build everything."""
    event_source: str
    """URI reference of this deployment, for the events that it tells of signals."""
    landed_since: dt.datetime | None = None
    """Students of whom something has landed from this moment on are computed too, though nothing is new; None: no."""
    fits: bool = False
    """Whether the state's model version is to be fitted in this build."""
    on_progress: Callable[[str], None] = field(default=lambda _: None)
    _standing: set[str] = field(default_factory=set, init=False)

    def run(self) -> int:
        """Compute and write everything; return the number of students computed anew."""
        self._standing = standing(self.warehouse)
        with ExitStack() as stack:
            scratch = stack.enter_context(Scratch(self.warehouse))
            self._show_lake(scratch)
            self._fill_state(scratch, self._by_name[_STATE])
            self._compute_shared(scratch, self._by_name[_STAGED])
            n_students = self._keep_changed(scratch)
            if n_students == 0 and self.since is not None:
                return 0
            self._compute_students(scratch)
            self.on_progress("writing")
            publication = Publication(
                self.warehouse,
                self.relations,
                self._computed(),
                scratch,
                is_full=self.since is None,
                standing=self._standing,
            )
            publication.prepare(stack)
            with self.warehouse.transaction():
                self._fence()
                publication.write(
                    self._by_name[_STATE],
                    n_students,
                    at=self.state["refreshed_at"],
                    source=self.event_source,
                )
        return n_students

    def _fence(self) -> None:
        """Let one of two refreshes at once be done again: the one that waited, or that commits second."""
        if read_state(self.warehouse) != self.planned_from:
            raise OvertakenError(f"another process has refreshed {self.warehouse.folder} meanwhile")
        # Always one row, so that overlapping transactions conflict even when they are the first of all.
        self.warehouse.run(f"UPDATE {LAKE}.staging.staging_state SET landed_snapshot = landed_snapshot")

    @cached_property
    def _by_name(self) -> dict[str, Relation]:
        return {relation.full_name: relation for relation in self.relations}

    def _of_scope(self, *scopes: str) -> list[Relation]:
        return [relation for relation in self.relations if relation.scope in scopes]

    def _show_lake(self, scratch: Scratch) -> None:
        """Show what is read and not computed here; of versions only the one in use."""
        computed = self._computed()
        read = read_by(computed)
        for relation in self.relations:
            if relation.full_name not in self._standing or relation.full_name not in read:
                continue
            if relation.scope == "version":
                scratch.show_rows(relation, f"model_version = {int(self.state['model_version'])}")
            elif relation not in computed:
                scratch.show(relation)

    def _fill_state(self, scratch: Scratch, relation: Relation) -> None:
        row = {name: [value] for name, value in self.state.items()}
        row["n_students"] = [0]
        scratch.fill(relation, pa.table(row))

    def _compute_shared(self, scratch: Scratch, statement: Relation) -> None:
        """Merge what new statements mention into what is known, and compute the reference relations whole."""
        if self.since is not None:
            scratch.show(statement, source=inserted(statement, self.since, self.state["staged_snapshot"]))
        for relation in self._of_statements():
            scratch.compute(relation)
            if self.since is not None and relation.stored == "table":
                _keep_earliest(scratch, relation)
        for relation in self._of_scope("reference"):
            scratch.compute(relation)

    def _keep_changed(self, scratch: Scratch) -> int:
        """Find the students to compute anew and cut what they are computed from down to them."""
        statement = self._by_name[_STAGED]
        staged = f"{LAKE}.{statement.full_name}"
        if self.since is None:
            scratch.show(statement)
            return scratch.keep_keys("student", f"SELECT student_key FROM {staged} WHERE {_NO_VOID}")
        new = f"SELECT student_key FROM {scratch.place(statement)} WHERE {_NO_VOID}"
        voids = self._by_name["staging.stg_void"]
        voided = (
            f"SELECT student_key FROM {staged} WHERE statement_id IN ("
            f"SELECT voided_statement_id FROM {scratch.place(voids)} "
            f"EXCEPT SELECT voided_statement_id FROM {LAKE}.{voids.full_name})"
        )
        parts = [new, voided, *self._affected(scratch, staged), *self._landed_lately(staged)]
        n_students = scratch.keep_keys("student", " UNION ALL ".join(parts))
        # Read once: everything else in this build is computed from these rows.
        scratch.take(
            statement,
            # Contexts are taken apart when mentions are merged; nothing about a student reads them again.
            f"SELECT * REPLACE (NULL::JSON AS context_activities) FROM {staged} "
            f"SEMI JOIN {scratch.keys('student')} USING (student_key)",
        )
        return n_students

    def _landed_lately(self, staged: str) -> list[str]:
        """Students of whom something has landed since the moment asked for, if only a void of what they did."""
        if self.landed_since is None:
            return []
        lately = f"FROM {staged} WHERE landed_at >= {literal(self.landed_since)}"
        return [
            f"SELECT student_key {lately} AND {_NO_VOID}",
            f"SELECT student_key FROM {staged} WHERE statement_id IN (SELECT voided_statement_id {lately})",
        ]

    def _affected(self, scratch: Scratch, staged: str) -> list[str]:
        """Students of activities, courses and skills of which something else is known now than before."""
        changed = f"{scratch.name}.run.changed"
        differences = " UNION ".join(
            f"SELECT {relation.grain[0]} AS id "
            f"FROM (FROM {scratch.place(relation)} EXCEPT FROM {LAKE}.{relation.full_name})"
            for relation in self._of_scope("reference")
            if relation.stored == "table"
        )
        self.warehouse.run(f"CREATE TABLE {changed} AS {differences}")
        if not self.warehouse.one(f"SELECT count(*) FROM {changed}")[0]:
            return []
        # What a school can know at all concerns everybody.
        everybody = f"(SELECT bool_or(id IN (FROM {scratch.name}.dimensional.dim_vocabulary)) FROM {changed})"
        affected = (
            f"SELECT student_key FROM {staged} WHERE {everybody} OR activity_id IN (FROM {changed}) "
            f"OR context_id IN (SELECT context_id FROM {scratch.name}.staging.stg_context "
            f"WHERE parent_id IN (FROM {changed}) OR course_id IN (FROM {changed}) "
            f"OR list_has_any(skill_ids, (SELECT list(id) FROM {changed})))"
        )
        return [affected]

    def _compute_students(self, scratch: Scratch) -> None:
        producers = self.producers(scratch)
        for relation in self.relations:
            if relation.scope == "version" and not self.fits:
                continue
            if relation.scope not in ("student", "version"):
                continue
            self.on_progress(relation.full_name)
            if relation.is_select:
                scratch.compute(relation)
            else:
                scratch.fill(relation, producers[relation.full_name]())

    def _computed(self) -> list[Relation]:
        version = ["version"] if self.fits else []
        return [*self._of_statements(), *self._of_scope("reference", "student", *version)]

    def _of_statements(self) -> list[Relation]:
        """What staged statements mention, and views of them."""
        return [
            relation
            for relation in self.relations
            if relation.scope == "mention" or (relation.scope == "landing" and relation.stored == "view")
        ]


def _keep_earliest(scratch: Scratch, relation: Relation) -> None:
    """Merge newly computed mentions with those of the lake: of each, the least values stay."""
    grain = ", ".join(relation.grain)
    rest = ", ".join(f"min({name}) AS {name}" for name in relation.columns if name not in relation.grain)
    both = f"FROM {scratch.place(relation)} UNION ALL BY NAME FROM {LAKE}.{relation.full_name}"
    scratch.take(relation, f"SELECT {grain}, {rest} FROM ({both}) GROUP BY {grain}")
