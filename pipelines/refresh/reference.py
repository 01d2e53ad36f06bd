"""What is known of activities, skills, courses and people: what statements mention, and what the school has told."""

from collections.abc import Callable
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.build import Transform

_STAGED: Final = "staging.stg_statement"


def build_reference(transform: Transform) -> None:
    """Merge what new statements mention into what is known, and compute the reference relations that it changes."""
    transform.show_inputs()
    work, plan, statement = transform.work, transform.plan, transform.by_name[_STAGED]
    new_rows = transform.new_rows
    if plan.recounts or new_rows is None:
        work.show(statement, source=transform.staged)
    if plan.recounts:
        # Of all statements: what only statements that are gone mentioned goes, too.
        for relation in transform.of_statements():
            _compute(transform, relation)
    if new_rows is not None:
        # Read once: all that they mention is computed from these rows.
        work.take(statement, new_rows)
    for relation in () if plan.recounts else transform.of_statements():
        is_merged = new_rows is not None and relation.scope == "mention"
        _each(transform, relation, _merge if is_merged else _compute)
    for relation in transform.of_scope("reference"):
        if relation.is_select:
            _each(transform, relation, _show_lake if _stays(transform, relation) else _compute)


def _each(transform: Transform, relation: Relation, do: Callable[[Transform, Relation], None]) -> None:
    stands = relation.full_name in transform.existing and relation.stored == "table"
    (do if stands else _compute)(transform, relation)


def _stays(transform: Transform, relation: Relation) -> bool:
    """Whether a reference relation is what it was, because it reads nothing that has changed."""
    plan = transform.plan
    reads_other = _reads_changes(transform, relation) or (plan.is_new_day and relation.reads_day)
    return plan.trusts_what_stands and not reads_other


def _reads_changes(transform: Transform, relation: Relation) -> bool:
    """Whether it reads, perhaps through a view, what differs from what stands."""
    read = [transform.by_name[name] for name in relation.dependencies]
    return any(
        each.full_name in transform.changes or (each.stored == "view" and _reads_changes(transform, each))
        for each in read
    )


def _show_lake(transform: Transform, relation: Relation) -> None:
    """Show the lake's rows: taken over where students are computed from them, for each such query reads them."""
    if any(relation.full_name in each.dependencies for each in transform.of_scope("student")):
        transform.take_lake(relation)
    else:
        transform.show(transform.work, relation)


def _merge(transform: Transform, relation: Relation) -> None:
    """Add what new statements mention to what is known: of each, the least values stay."""
    told, n_told = transform.work.keep_told(relation)
    if not n_told:
        _show_lake(transform, relation)
        return
    before = _before(transform, relation)
    grain = ", ".join(relation.grain)
    # In the order in which they stand: they are compared with what stands by place.
    columns = ", ".join(
        name if name in relation.grain else f"min({name}) AS {name}" for name in relation.columns
    )
    both = f"FROM {told} UNION ALL BY NAME FROM {before}"
    transform.work.take(relation, f"SELECT {columns} FROM ({both}) GROUP BY {grain}")
    transform.note_changes(relation, before)


def _compute(transform: Transform, relation: Relation) -> None:
    """Compute a relation; where parts of it are written, note in what it differs from what stands."""
    is_compared = not transform.plan.is_full and relation.full_name in transform.existing
    before = _before(transform, relation) if is_compared and relation.stored == "table" else None
    transform.work.compute(relation)
    if before is not None:
        transform.note_changes(relation, before)


def _before(transform: Transform, relation: Relation) -> str:
    """Keep the lake's rows of a relation as those that stood before; return their table."""
    if relation.full_name in transform.filled:
        return transform.work.keep_before(relation, f"FROM {LAKE}.{relation.full_name}")
    transform.work.leave_empty(relation, transform.columns[relation.full_name])
    return transform.work.keep_before(relation, f"FROM {transform.work.place(relation)}")
