"""Computing the relations of sql/ in a workspace, layer by layer, for some students or for everybody.

Nothing is written to the lake here: `publish` does that, when everything is known.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation, existing_tables, inputs
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.stage import inserted
from learnloom.pipelines.refresh.state import STATE, VOCABULARY
from learnloom.pipelines.refresh.workspace import Workspace

Rows = tuple[str, pa.Table]
"""Full name of a relation that Python writes, and its rows."""

_STAGED: Final = "staging.stg_statement"


class Students(NamedTuple):
    """Some students: all, those who changed, or any others."""

    keys: str
    """SQL that yields their student_key, perhaps more than once; NULL counts for nobody."""
    is_everybody: bool = False


class Transform:
    """The relations of one refresh, on their way through its workspace."""

    def __init__(
        self, work: Workspace, relations: Sequence[Relation], plan: Plan, begin: Callable[[str], None]
    ) -> None:
        """Show what is read and not computed here, of model versions only the one in use, and the new state.

        Args:
            work: where everything is computed; empty.
            relations: all relations, each after those that it reads.
            plan: what is to be done.
            begin: is told which relation is computed next.
        """
        self.work = work
        self.relations = relations
        self.by_name = {relation.full_name: relation for relation in relations}
        self.plan = plan
        self.begin = begin
        self.existing = existing_tables(work.warehouse)
        """Full names of what stood in the lake before."""
        for relation in inputs(relations, self.computed, self.existing):
            if relation.scope == "version":
                work.show_rows(relation, f"model_version = {plan.state.model_version}")
            elif relation not in self.computed:
                work.show(relation)
        state = {name: [value] for name, value in plan.state._asdict().items()}
        work.fill(self.by_name[STATE], pa.table(state))
        work.fill(self.by_name[VOCABULARY], plan.vocabulary)

    @cached_property
    def computed(self) -> list[Relation]:
        """The relations whose rows are computed in the workspace."""
        version = ["version"] if self.plan.fits else []
        return [*self.of_statements(), *self.of_scope("reference", "student", *version)]

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

    def build_reference(self) -> None:
        """Merge what new statements mention into what is known, and compute the reference relations whole."""
        statement, known = self.by_name[_STAGED], self.plan.known_snapshot
        source = None if known is None else inserted(statement, known, self.plan.state.staged_snapshot)
        self.work.show(statement, source=source)
        for relation in self.of_statements():
            self.work.compute(relation)
            if known is not None and relation.stored == "table":
                _keep_earliest(self.work, relation)
        for relation in self.of_scope("reference"):
            if relation.is_select:
                self.work.compute(relation)

    def take(self, students: Students) -> int:
        """Cut what students are computed from down to these; return how many they are."""
        statement = self.by_name[_STAGED]
        n_students = self.work.keep_keys("student", students.keys)
        if students.is_everybody:
            self.work.show(statement)
            return n_students
        # Read once: everything else in this build is computed from these rows.
        self.work.take(
            statement,
            # Contexts are taken apart when mentions are merged; nothing about a student reads them again.
            f"SELECT * REPLACE (NULL::JSON AS context_activities) FROM {LAKE}.{statement.full_name} "
            f"SEMI JOIN {self.work.keys('student')} USING (student_key)",
        )
        return n_students

    def build(self, *layers: str) -> None:
        """Compute the SELECTs of these layers that belong to students, and to the version where one is fitted."""
        for relation in self.of_scope("student", "version"):
            if relation.layer not in layers or not relation.is_select:
                continue
            if relation in self.computed:
                self.begin(relation.full_name)
                self.work.compute(relation)
            elif relation.full_name not in self.existing:
                # The version in use was fitted before there was such a relation: it has no rows of it.
                self.work.compute(relation, is_empty=True)

    def fill(self, rows: Iterable[Rows]) -> None:
        """Put in what Python computes, relation by relation."""
        for name, table in rows:
            self.work.fill(self.by_name[name], table)


def _keep_earliest(work: Workspace, relation: Relation) -> None:
    """Merge newly computed mentions with those of the lake: of each, the least values stay."""
    grain = ", ".join(relation.grain)
    rest = ", ".join(f"min({name}) AS {name}" for name in relation.columns if name not in relation.grain)
    both = f"FROM {work.place(relation)} UNION ALL BY NAME FROM {LAKE}.{relation.full_name}"
    work.take(relation, f"SELECT {grain}, {rest} FROM ({both}) GROUP BY {grain}")
