"""Computing the relations of sql/ in a workspace, layer by layer, for some students or for everybody.

Nothing is written to the lake here: `publish` does that, when everything is known.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.catalogue.vocabulary import rules_in_force
from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Columns, Relation, columns_in, filled_tables, inputs
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.refresh.feed import added
from learnloom.pipelines.refresh.former_keys import FORMER, by_present_keys
from learnloom.pipelines.refresh.outbox import OUTBOX
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.state import SETTING, STATE, VOCABULARY
from learnloom.pipelines.refresh.workspace import RowChanges, Workspace

Rows = tuple[str, pa.Table]
"""Full name of a relation that Python writes, and its rows."""

_STAGED: Final = "staging.stg_statement"
_DRAWS: Final = "feedback.holdout_draw"
_LOGS: Final = (OUTBOX, _DRAWS)
"""What was told of students before, and drawn: it decides what is told now."""
_WORD: Final = re.compile(r"\w+")


class Students(NamedTuple):
    """Some students: all of a range of keys, those who changed, or any others."""

    keys: str
    """SQL that yields their student_key, perhaps more than once; NULL counts for nobody."""
    cut: str | None = None
    """SQL condition that tells their statements from others'; None: their keys do."""


class Transform:
    """The relations of one refresh, on their way through its workspace."""

    def __init__(
        self,
        work: Workspace,
        relations: Sequence[Relation],
        plan: Plan,
        begin: Callable[[str], None],
        *,
        shared: Mapping[str, str] | None = None,
        among: str = "true",
    ) -> None:
        """Take note of what is to be done; nothing is read yet.

        Args:
            work: where everything is computed; empty.
            relations: all relations, each after those that it reads.
            plan: what is to be done.
            begin: is told which relation is computed next.
            shared: SQL for the rows of relations that this refresh has computed elsewhere, by full name.
            among: SQL condition on student_key: of other students nothing is computed here.
        """
        self.shared = shared or {}
        self.among = among
        self.work = work
        self.relations = relations
        self.by_name = {relation.full_name: relation for relation in relations}
        self.plan = plan
        self.begin = begin
        self.fits_here = plan.fits
        """Whether the plan's version is still to be fitted in this workspace."""
        self.changes: dict[str, RowChanges] = {}
        """In what mention and reference relations differ from the lake's, by full name; without those that do not."""
        self.files: dict[str, list[str]] = {}
        """Where rows were computed in buckets: the Parquet files that hold them, by full name, in order of keys."""

    @cached_property
    def columns(self) -> dict[str, Columns]:
        """The columns of the tables and views that stood in the lake before, by full name."""
        return columns_in(self.work.warehouse, LAKE)

    @cached_property
    def existing(self) -> set[str]:
        """Full names of what stood in the lake before."""
        return set(self.columns)

    @cached_property
    def filled(self) -> set[str]:
        """Full names of the tables of the lake that may have rows."""
        return filled_tables(self.work.warehouse)

    @cached_property
    def computed(self) -> list[Relation]:
        """The relations whose rows are computed in the workspace."""
        version = ["version"] if self.plan.fits else []
        computed = [*self.of_statements(), *self.of_scope("reference", "student", *version)]
        return [relation for relation in computed if relation.full_name not in self.shared]

    @property
    def staged(self) -> str:
        """SQL for the staged statements of the plan's snapshot, those that are staged meanwhile left out."""
        # One that is small is over before it could matter, and to ask for a snapshot costs a query of the catalogue.
        at = "" if self.plan.is_small else f" AT (VERSION => {self.plan.state.staged_snapshot})"
        return f"{LAKE}.{_STAGED}{at}"

    @property
    def new_rows(self) -> str | None:
        """SQL for the statements staged up to the plan's snapshot and not taken in before; None: they are all new."""
        plan = self.plan
        if plan.known_snapshot is None:
            return None
        return added(self.by_name[_STAGED], plan.known_snapshot, plan.state.staged_snapshot, plan.changes)

    def of_scope(self, *scopes: str) -> list[Relation]:
        """The relations of these scopes, each after those that it reads."""
        return [relation for relation in self.relations if relation.scope in scopes]

    def of_statements(self) -> list[Relation]:
        """What staged statements mention, and the views of staged statements."""
        return [
            relation
            for relation in self.relations
            if relation.scope == "mention" or (relation.scope == "landing" and relation.stored == "view")
        ]

    def with_inputs(self, names: Iterable[str]) -> set[str]:
        """Full names of relations, and of all that they read, directly or not."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.by_name[name].dependencies if name in self.by_name else ()
        return found

    @cached_property
    def of_day(self) -> set[str]:
        """Full names of the tables of students that a new day computes of everybody; on the same day none."""
        found: set[str] = set()
        for relation in self.of_scope("student") if self.plan.is_new_day else ():
            if relation.stored == "table" and (relation.reads_day or relation.dependencies & found):
                found.add(relation.full_name)
        return found

    def show(
        self, work: Workspace, relation: Relation, *, only: str | None = None, source: str | None = None
    ) -> None:
        """Show the lake's rows, or those of `source`, in a workspace, cut down to the kept keys of scope `only`."""
        if relation.stored == "table" and relation.full_name not in self.filled:
            work.leave_empty(relation, self.columns[relation.full_name])
        else:
            work.show(relation, only=only, source=source)

    def show_inputs(self) -> None:
        """Show what is read and not computed here: of model versions only the one in use, and the new state."""
        for relation in inputs(self.relations, self.computed, self.existing | self.shared.keys()):
            if relation.full_name in self.shared:
                self.work.take(relation, self.shared[relation.full_name])
            elif relation.scope == "version" and relation not in self.computed:
                self.take_lake(relation, f"model_version = {self.plan.state.model_version}")
            elif relation.scope not in ("landing", "state") and relation not in self.computed:
                self.show(self.work, relation)
        state = {name: [value] for name, value in self.plan.state._asdict().items()}
        self.work.fill(self.by_name[STATE], pa.table(state))
        self.work.fill(self.by_name[VOCABULARY], rules_in_force(self.plan.vocabulary))
        names = ("setting_name", "setting_value")
        rows = [dict(zip(names, row, strict=True)) for row in self.plan.choices]
        schema = pa.schema([(name, pa.string()) for name in names])
        self.work.fill(self.by_name[SETTING], pa.Table.from_pylist(rows, schema))
        for relation in self.of_scope("reference") if self.shared else ():
            if relation.stored == "view":
                self.work.compute(relation)

    def take_lake(self, relation: Relation, condition: str = "true") -> None:
        """Keep the lake's rows of a small relation, which are then read but once."""
        if relation.full_name in self.filled:
            self.work.take(relation, f"FROM {LAKE}.{relation.full_name} WHERE {condition}")
        else:
            self.work.leave_empty(relation, self.columns[relation.full_name])

    def note_changes(self, relation: Relation, before: str) -> None:
        """Note in what a mention or reference relation differs from the rows of the table `before`."""
        changes = self.work.compare(relation, before)
        if changes.are_any:
            self.changes[relation.full_name] = changes

    def choose(self, students: Students) -> int:
        """Keep the keys of these students, whose rows are to be computed; return how many they are, staff included."""
        return self.work.keep_keys("student", students.keys)

    def take(self, students: Students) -> None:
        """Cut what students are computed from down to those chosen: their statements, and what they were told."""
        theirs = self.by_keys if students.cut is None else f"WHERE {students.cut}"
        # Read once: everything else is computed from these rows. Each column costs, whether it is read again or not.
        left_out = ", ".join(f"NULL::{kind} AS {name}" for name, kind in self._unread())
        self.work.take(self.by_name[_STAGED], f"SELECT * REPLACE ({left_out}) FROM {self.staged} {theirs}")
        self._show_logs(theirs)

    def _unread(self) -> Columns:
        """The columns of staged statements of which no relation of a student says the name, such as contexts."""
        said = {word for relation in self.of_scope("student") for word in _WORD.findall(relation.sql)}
        return [(name, kind) for name, kind in self.columns[_STAGED] if name not in said]

    @property
    def by_keys(self) -> str:
        """SQL that leaves of rows those of the students chosen."""
        return f"SEMI JOIN {self.work.keys('student')} USING (student_key)"

    def _show_logs(self, theirs: str) -> None:
        for log in _LOGS:
            logged = f"{LAKE}.{log}"
            if log == _DRAWS and log in self.filled:
                # A draw is about a person: it holds under another key of theirs.
                logged = by_present_keys(logged, self.work.place(self.by_name[FORMER]))
            rows = f"FROM {logged} {theirs}"
            if self.plan.is_small and log in self.filled:
                self.work.take(self.by_name[log], rows)
            else:
                self.show(self.work, self.by_name[log], source=f"({rows})")

    def widen(self) -> None:
        """Show of all students what a new day is computed from: of those who were not chosen, what stands."""
        others = f"ANTI JOIN {self.work.keys('student')} USING (student_key) WHERE {self.among}"
        read = (self.with_inputs(self.of_day) - self.of_day) & self.filled
        with one_snapshot(self.work.warehouse, when=self.plan.is_small):
            for relation in self.of_scope("student"):
                if relation.full_name in read and relation.stored == "table":
                    stands = f"FROM {LAKE}.{relation.full_name} {others}"
                    self.work.take(relation, f"FROM {self.work.place(relation)} UNION ALL BY NAME {stands}")
        self.work.show(self.by_name[_STAGED], source=f"(FROM {self.staged} WHERE {self.among})")
        for relation in self.of_scope("student"):
            if relation.stored == "view":
                self.work.compute(relation)
        self._show_logs(f"WHERE {self.among}")

    def build(self, *layers: str, names: Container[str]) -> None:
        """Compute the SELECTs of these layers and full names that belong to students, and to a version to be fitted."""
        for relation in self.of_scope("student", "version"):
            if relation.layer not in layers or relation.full_name not in names or not relation.is_select:
                continue
            if relation.scope == "version" and self.plan.fits and not self.fits_here:
                continue  # it stands already
            if relation in self.computed:
                self.begin(relation.full_name)
                # A view is planned anew with each of many relations that read it; a table of many rows takes memory.
                self.work.compute(relation, stored="table" if self.plan.is_small else None)
            elif relation.full_name not in self.existing | self.shared.keys():
                # The version in use was fitted before there was such a relation: it has no rows of it.
                self.work.compute(relation, is_empty=True)

    def fill(self, rows: Iterable[Rows]) -> None:
        """Put in what Python computes, relation by relation."""
        for name, table in rows:
            self.work.fill(self.by_name[name], table)
