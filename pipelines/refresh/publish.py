"""Putting what a refresh has computed in the lake's place, as one transaction."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import KEYS, Relation
from learnloom.pipelines.refresh.outbox import write_events
from learnloom.pipelines.refresh.workspace import Scratch

_STAGED = "staging.stg_statement_in_context"
_SIGNAL = "feedback.signal"
_CHANGE = "feedback.signal_change"
_OUTBOX = "feedback.outbox"
_STUDENT_SKILL = "marts.mart_student_skill"
_TOUCHED_SCOPES = ("activity", "course", "skill")


class Publication:
    """The rows of one refresh on their way from the scratch database to the lake."""

    def __init__(
        self,
        warehouse: Warehouse,
        relations: Sequence[Relation],
        computed: Sequence[Relation],
        scratch: Scratch,
        *,
        is_full: bool,
        standing: set[str],
    ) -> None:
        """Take what is to be written.

        Args:
            warehouse: where to write.
            relations: all relations.
            computed: those whose rows stand in `scratch`.
            scratch: the rows.
            is_full: whether they are the rows of all students.
            standing: full names of what stands in the lake.
        """
        self.warehouse = warehouse
        self.relations = relations
        self.computed = [relation for relation in computed if relation.stored == "table"]
        self.views = [
            relation
            for relation in relations
            if relation.stored == "view" and (relation.scope == "read" or relation in computed)
        ]
        self.scratch = scratch
        self.is_full = is_full
        self.standing = standing
        self._touched: dict[str, Scratch] = {}

    def prepare(self, stack: ExitStack) -> None:
        """Make tables and views that do not stand yet, and find out what is touched; `stack` cleans up."""
        with self.warehouse.transaction():
            for relation in self.computed:
                self._make_table(relation, f"FROM {self.scratch.place(relation)}")
            for relation in self.views:
                if self.is_full or relation.full_name not in self.standing:
                    self.warehouse.run(
                        f"CREATE OR REPLACE VIEW {LAKE}.{relation.full_name} AS {relation.sql}"
                    )
        self.scratch.show(self._by_name[_OUTBOX], only=None if self.is_full else "student")
        known = self.standing | {relation.full_name for relation in (*self.computed, *self.views)}
        for scope in _TOUCHED_SCOPES:
            place = stack.enter_context(Scratch(self.warehouse, f"by_{scope}"))
            self._touched[scope] = place
            self._show_touched(place, scope, known)

    def write(self, state: Relation, n_students: int, *, at: datetime, source: str) -> None:
        """Write everything; within a transaction of the caller's.

        Args:
            state: the relation of what the last refresh did.
            n_students: students computed anew.
            at: when this refresh ran.
            source: URI reference of this deployment, for its events.
        """
        for relation in self.computed:
            self._write(relation)
            if relation.full_name == _SIGNAL:
                write_events(self.scratch, self._by_name[_CHANGE], at=at, source=source)
        # Before what was touched is computed: that reads as_of from the lake.
        self._write_state(state, n_students)
        for scope, place in self._touched.items():
            for relation in self._of_scope(scope):
                lake = f"{LAKE}.{relation.full_name}"
                cut = "" if self.is_full else f" WHERE {KEYS[scope]} IN (FROM {place.keys(scope)})"
                self.warehouse.run(f"DELETE FROM {lake}{cut}")
                place.in_here(f"INSERT INTO {lake} BY NAME {relation.sql}")

    @cached_property
    def _by_name(self) -> dict[str, Relation]:
        return {relation.full_name: relation for relation in self.relations}

    def _of_scope(self, scope: str) -> list[Relation]:
        return [relation for relation in self.relations if relation.scope == scope]

    def _make_table(self, relation: Relation, rows: str, place: Scratch | None = None) -> None:
        """Make the lake's table with the columns of `rows`; in a full refresh also where it has others."""
        lake = f"{LAKE}.{relation.full_name}"
        place = place or self.scratch
        if relation.full_name in self.standing:
            if not self.is_full or self._columns(lake) == place.described(rows):
                return
            self.warehouse.run(f"DROP TABLE {lake}")
        place.in_here(f"CREATE TABLE IF NOT EXISTS {lake} AS {rows} LIMIT 0")

    def _columns(self, lake: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self.warehouse.rows(f"DESCRIBE {lake}")]

    def _show_touched(self, place: Scratch, scope: str, known: set[str]) -> None:
        """Show the lake in `place`, cut down to what the students computed anew have touched."""
        if not self.is_full:
            place.keep_keys(scope, self._touched_keys(scope))
        targets = self._of_scope(scope)
        read = read_by(targets)
        for relation in self.relations:
            if relation.full_name not in read or relation.full_name not in known:
                continue
            # What is known of activities as such is small, and a course's own row does not lie in a course.
            is_cut = not self.is_full and relation.scope == "student" and KEYS[scope] in relation.columns
            place.show(relation, only=scope if is_cut else None)
        with self.warehouse.transaction():
            for relation in targets:
                self._make_table(relation, relation.sql, place)

    def _touched_keys(self, scope: str) -> str:
        key = KEYS[scope]
        by_name = self._by_name
        if scope != "skill":
            return f"SELECT {key} FROM {self.scratch.place(by_name[_STAGED])}"
        # Skills may come from the school's map: those of these students, before the refresh and after.
        skills = by_name[_STUDENT_SKILL]
        return (
            f"SELECT {key} FROM {self.scratch.place(skills)} UNION ALL SELECT {key} "
            f"FROM {LAKE}.{skills.full_name} SEMI JOIN {self.scratch.keys('student')} USING (student_key)"
        )

    def _write(self, relation: Relation) -> None:
        lake = f"{LAKE}.{relation.full_name}"
        rows = f"SELECT * FROM {self.scratch.place(relation)}"
        if relation.scope == "student":
            cut = "" if self.is_full else f" WHERE student_key IN (FROM {self.scratch.keys('student')})"
            self.warehouse.run(f"DELETE FROM {lake}{cut}")
        elif relation.scope in ("mention", "reference"):
            # Only what differs: these tables hardly ever change.
            rows = f"({rows} EXCEPT FROM {lake})"
            gone = f"(FROM {lake} EXCEPT FROM {self.scratch.place(relation)})"
            grain = ", ".join(relation.grain)
            self.warehouse.run(f"DELETE FROM {lake} WHERE ({grain}) IN (SELECT ({grain}) FROM {gone})")
        self.warehouse.run(f"INSERT INTO {lake} BY NAME {rows}")

    def _write_state(self, state: Relation, n_students: int) -> None:
        lake = f"{LAKE}.{state.full_name}"
        self.warehouse.run(f"DELETE FROM {lake}")
        self.warehouse.run(
            f"INSERT INTO {lake} BY NAME SELECT * REPLACE ({n_students} AS n_students) "
            f"FROM {self.scratch.place(state)}"
        )


def read_by(relations: Sequence[Relation]) -> set[str]:
    """Full names of everything that these relations read."""
    return {name for relation in relations for name in relation.dependencies}
