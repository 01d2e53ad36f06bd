"""Building everything after staging, for all students or only for those who changed, and writing it as one.

First all rows that belong to students are computed in a scratch database, in the order in which relations read each
other; then one transaction puts them in the lake's place and computes what belongs to activities, courses and
skills that were touched. A reader sees the warehouse before the refresh or after it, never between.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.warehouse.connection import LAKE, Warehouse
from pipelines.warehouse.relation import KEYS, LAYERS, Relation
from pipelines.warehouse.scratch import Scratch
from pipelines.warehouse.staging import inserted, standing

Producer = Callable[[], pa.Table]
"""Computes the rows of a relation that Python writes."""

_NO_VOID = "voided_statement_id IS NULL"
"""Who only voids statements is no student."""
_TOUCHED_SCOPES = ("activity", "course", "skill")


@dataclass
class Build:
    """One refresh of everything after staging."""

    warehouse: Warehouse
    relations: Sequence[Relation]
    producers: Callable[[Scratch], Mapping[str, Producer]]
    """Gives, for a scratch database to read from, the producer of each relation that Python writes."""
    state: Mapping[str, Any]
    """The new row of estimates.refresh_state, but for the number of students."""
    since: int | None
    """Snapshot up to which staged statements are known already; None: build everything."""
    fits: bool = False
    """Whether the state's model version is to be fitted in this build."""
    on_progress: Callable[[str], None] = field(default=lambda _: None)
    _standing: set[str] = field(default_factory=set, init=False)

    def run(self) -> int:
        """Compute and write everything; return the number of students computed anew."""
        by_name = {relation.full_name: relation for relation in self.relations}
        self._standing = standing(self.warehouse)
        with ExitStack() as stack:
            scratch = stack.enter_context(Scratch(self.warehouse))
            self._show_lake(scratch)
            self._fill_state(scratch, by_name["estimates.refresh_state"])
            self._compute_shared(scratch, by_name["staging.stg_statement"])
            n_students = self._keep_changed(scratch, by_name)
            if n_students == 0 and self.since is not None:
                return 0
            self._compute_students(scratch)
            touched = {
                scope: stack.enter_context(Scratch(self.warehouse, f"by_{scope}"))
                for scope in _TOUCHED_SCOPES
            }
            with self.warehouse.transaction():
                self._make_tables(scratch)
            for scope, place in touched.items():
                self._show_touched(scratch, place, scope)
            self.on_progress("writing")
            with self.warehouse.transaction():
                # Always one row: of two refreshes at once, the first of all included, the slower one conflicts.
                self.warehouse.run(f"UPDATE {LAKE}.staging.staging_state SET landed_snapshot = landed_snapshot")
                self._write(scratch)
                # Before what was touched is computed: that reads as_of from the lake.
                self._write_state(scratch, by_name["estimates.refresh_state"], n_students)
                for scope, place in touched.items():
                    self._write_touched(place, scope)
        return n_students

    def _of_scope(self, *scopes: str) -> list[Relation]:
        return [relation for relation in self.relations if relation.scope in scopes]

    def _show_lake(self, scratch: Scratch) -> None:
        """Show all that stands in the lake already; of versions only the one in use."""
        for relation in self.relations:
            if relation.full_name not in self._standing:
                continue
            if relation.scope == "version":
                scratch.show_rows(relation, f"model_version = {int(self.state['model_version'])}")
            else:
                scratch.show(relation)

    def _fill_state(self, scratch: Scratch, relation: Relation) -> None:
        row = {name: [value] for name, value in self.state.items()}
        row["n_students"] = [0]
        scratch.fill(relation, pa.table(row))

    def _compute_shared(self, scratch: Scratch, statement: Relation) -> None:
        """Merge what new statements mention into what is known, and compute the reference relations whole."""
        if self.since is not None:
            scratch.show(statement, source=inserted(statement, self.since, self.state["staged_snapshot"]))
        for relation in self._of_scope("mention"):
            scratch.compute(relation)
            if self.since is not None:
                _keep_earliest(scratch, relation)
        for relation in self._of_scope("reference"):
            scratch.compute(relation)

    def _keep_changed(self, scratch: Scratch, by_name: Mapping[str, Relation]) -> int:
        """Find the students to compute anew and cut what they are computed from down to them."""
        statement = by_name["staging.stg_statement"]
        staged = f"{LAKE}.{statement.full_name}"
        if self.since is None:
            scratch.show(statement)
            return scratch.keep_keys("student", f"SELECT student_key FROM {staged} WHERE {_NO_VOID}")
        new = f"SELECT student_key FROM {scratch.place(statement)} WHERE {_NO_VOID}"
        voids = by_name["staging.stg_void"]
        voided = (
            f"SELECT student_key FROM {staged} WHERE statement_id IN ("
            f"SELECT voided_statement_id FROM {scratch.place(voids)} "
            f"EXCEPT SELECT voided_statement_id FROM {LAKE}.{voids.full_name})"
        )
        parts = [new, voided, *self._affected(scratch, staged)]
        n_students = scratch.keep_keys("student", " UNION ALL ".join(parts))
        # Read once: everything else in this build is computed from these rows.
        scratch.take(
            statement, f"SELECT * FROM {staged} SEMI JOIN {scratch.keys('student')} USING (student_key)"
        )
        return n_students

    def _affected(self, scratch: Scratch, staged: str) -> list[str]:
        """Students of activities, courses and skills of which something else is known now than before."""
        changed = f"{scratch.name}.run.changed"
        differences = " UNION ".join(
            f"SELECT {relation.grain[0]} AS id "
            f"FROM (FROM {scratch.place(relation)} EXCEPT FROM {LAKE}.{relation.full_name})"
            for relation in self._of_scope("reference")
        )
        self.warehouse.run(f"CREATE TABLE {changed} AS {differences}")
        if not self.warehouse.one(f"SELECT count(*) FROM {changed}")[0]:
            return []
        # What a school can know at all concerns everybody.
        everybody = f"(SELECT bool_or(id IN (FROM {scratch.name}.dimensional.dim_vocabulary)) FROM {changed})"
        affected = (
            f"SELECT student_key FROM {staged} WHERE {everybody} OR activity_id IN (FROM {changed}) "
            f"OR parent_id IN (FROM {changed}) OR course_id IN (FROM {changed}) "
            f"OR list_has_any(skill_ids, (SELECT list(id) FROM {changed}))"
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
                # Over everything a view will do: its rows stand in the lake. Cut down, it is read many times.
                scratch.compute(relation, as_view=relation.stored == "view" and self.since is None)
            else:
                scratch.fill(relation, producers[relation.full_name]())

    def _make_tables(self, scratch: Scratch) -> None:
        """Make the lake's tables that do not stand yet, or whose columns have changed, from those computed."""
        for relation in self._computed():
            place = f"{LAKE}.{relation.full_name}"
            if relation.stored == "view":
                continue
            if relation.full_name in self._standing:
                rows = self.warehouse.rows(f"DESCRIBE {place}")
                if [(row[0], row[1]) for row in rows] == list(scratch.columns(relation)):
                    continue
                self.warehouse.run(f"DROP TABLE {place}")
            self.warehouse.run(f"CREATE TABLE {place} AS FROM {scratch.place(relation)} LIMIT 0")
        for relation in self._computed():
            if relation.stored == "view" and (self.since is None or relation.full_name not in self._standing):
                self.warehouse.run(f"CREATE OR REPLACE VIEW {LAKE}.{relation.full_name} AS {relation.sql}")
        self._standing |= {relation.full_name for relation in self._computed()}

    def _computed(self) -> list[Relation]:
        version = ["version"] if self.fits else []
        return self._of_scope("mention", "reference", "student", *version)

    def _show_touched(self, scratch: Scratch, place: Scratch, scope: str) -> None:
        """Show the lake in `place`, cut down to what the students computed anew have touched."""
        targets = self._of_scope(scope)
        key = KEYS[scope]
        if self.since is not None:
            column = f"unnest(skill_ids) AS {key}" if scope == "skill" else key
            place.keep_keys(scope, f"SELECT {column} FROM {scratch.place(_statement(self.relations))}")
        for relation in self.relations:
            if relation in targets or relation.full_name not in self._standing:
                continue
            # What is known of activities as such is small, and a course's own row does not lie in a course.
            is_cut = self.since is not None and relation.scope == "student" and key in relation.columns
            place.show(relation, only=scope if is_cut else None)
        for relation in targets:
            if relation.full_name not in self._standing:
                place.in_here(f"CREATE TABLE {LAKE}.{relation.full_name} AS {relation.sql} LIMIT 0")
            place.show(relation)

    def _write(self, scratch: Scratch) -> None:
        changed = scratch.keys("student")
        for relation in self._computed():
            if relation.stored == "view":
                continue
            place = f"{LAKE}.{relation.full_name}"
            rows = f"SELECT * FROM {scratch.place(relation)}"
            if relation.scope == "student" and self.since is not None:
                self.warehouse.run(f"DELETE FROM {place} WHERE student_key IN (FROM {changed})")
            elif relation.scope == "student":
                self.warehouse.run(f"DELETE FROM {place}")
            elif relation.scope in ("mention", "reference"):
                # Only what differs: these tables hardly ever change.
                rows = f"({rows} EXCEPT FROM {place})"
                gone = f"(FROM {place} EXCEPT FROM {scratch.place(relation)})"
                grain = ", ".join(relation.grain)
                self.warehouse.run(f"DELETE FROM {place} WHERE ({grain}) IN (SELECT ({grain}) FROM {gone})")
            self.warehouse.run(f"INSERT INTO {place} BY NAME {rows}")

    def _write_touched(self, place: Scratch, scope: str) -> None:
        for relation in self._of_scope(scope):
            lake = f"{LAKE}.{relation.full_name}"
            cut = f" WHERE {KEYS[scope]} IN (FROM {place.keys(scope)})" if self.since is not None else ""
            self.warehouse.run(f"DELETE FROM {lake}{cut}")
            place.in_here(f"INSERT INTO {lake} BY NAME {relation.sql}")

    def _write_state(self, scratch: Scratch, relation: Relation, n_students: int) -> None:
        place = f"{LAKE}.{relation.full_name}"
        self.warehouse.run(f"DELETE FROM {place}")
        self.warehouse.run(
            f"INSERT INTO {place} BY NAME SELECT * REPLACE ({n_students} AS n_students) "
            f"FROM {scratch.place(relation)}"
        )


def _keep_earliest(scratch: Scratch, relation: Relation) -> None:
    """Merge newly computed mentions with those of the lake: of each, the least values stay."""
    grain = ", ".join(relation.grain)
    rest = ", ".join(f"min({name}) AS {name}" for name in relation.columns if name not in relation.grain)
    both = f"FROM {scratch.place(relation)} UNION ALL BY NAME FROM {LAKE}.{relation.full_name}"
    scratch.take(relation, f"SELECT {grain}, {rest} FROM ({both}) GROUP BY {grain}")


def _statement(relations: Sequence[Relation]) -> Relation:
    return next(relation for relation in relations if relation.full_name == "staging.stg_statement")


def make_defined_tables(warehouse: Warehouse, relations: Sequence[Relation]) -> None:
    """Make the layers' schemas and the tables whose file defines them, where they do not stand yet."""
    known = standing(warehouse)
    missing = [r for r in relations if not r.is_select and r.full_name not in known]
    if missing:
        for layer in LAYERS:
            warehouse.run(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{layer}")
    warehouse.use(LAKE)
    for relation in missing:
        warehouse.run(relation.sql)
