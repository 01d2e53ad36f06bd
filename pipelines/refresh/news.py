"""Whether statements have landed that no refresh has taken in: a question for whoever waits for them."""

from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables, read_relations
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.pipelines.refresh.feed import changes_since, inserted, is_known_snapshot
from learnloom.pipelines.refresh.state import STATE

_LANDED: Final = "landing.statement"
_STAGED: Final = "staging.stg_statement"
_TAKEN_IN: Final = {
    _LANDED: f"SELECT landed_snapshot FROM {LAKE}.staging.staging_state",
    # A refresh that was killed may have staged what it has not taken in.
    _STAGED: f"SELECT staged_snapshot FROM {LAKE}.{STATE}",
}
"""Tables of statements, and up to which snapshot their rows have been taken in by the next step."""


def has_news(warehouse: Warehouse) -> bool:
    """Whether there is anything to refresh; no table is read but what was added to it."""
    with one_thread(warehouse), one_snapshot(warehouse):
        filled = filled_tables(warehouse)
        if _LANDED not in filled:
            return False
        if not {"staging.staging_state", STATE} <= filled:
            return True
        return any(_has_more(warehouse, table, select) for table, select in _TAKEN_IN.items())


def is_half_done(warehouse: Warehouse) -> bool:
    """Whether a refresh has staged what it has not taken in: it is under way, or was killed."""
    return STATE in filled_tables(warehouse) and _has_more(warehouse, _STAGED, _TAKEN_IN[_STAGED])


def _has_more(warehouse: Warehouse, table: str, taken_in: str) -> bool:
    known = warehouse.rows(taken_in)
    if not known or not is_known_snapshot(warehouse, known[0][0]):
        return True
    relation = next(each for each in read_relations() if each.full_name == table)
    if not changes_since(warehouse, relation, known[0][0]):
        return False
    rows = inserted(relation, known[0][0], warehouse.snapshot())
    return bool(warehouse.one(f"SELECT count(*) > 0 FROM {rows}")[0])
