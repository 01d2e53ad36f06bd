"""What a rule of retention lets go of the outbox: the events of signals that ended long ago.

Of each signal the last event stays, without its content: by it the signal, should it come again, is raised as its next
occurrence, whose events have other ids than those that receivers know.
"""

import datetime as dt
from typing import Final

from learnloom.pipelines.config.retention import RetentionRule
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.schemas.event import FORGOTTEN

OUTBOX: Final = "feedback.outbox"
_DELIVERY: Final = "feedback.delivery"
_OVER: Final = f"""
    SELECT signal_id, max(sequence) AS last_sequence, count(*) - 1 AS n_going
    FROM {LAKE}.{OUTBOX}
    GROUP BY signal_id
    HAVING arg_max(change, sequence) = 'ended' AND max(created_at) < $before
"""


def going_events(warehouse: Warehouse, rule: RetentionRule, now: dt.datetime) -> int:
    """Count the events that a rule lets go now: of a signal that ended all but the last, of one that stands none."""
    if OUTBOX not in filled_tables(warehouse):
        return 0
    (count,) = warehouse.one(
        f"SELECT coalesce(sum(n_going), 0) FROM ({_OVER})",
        {"before": now - dt.timedelta(days=rule.days)},
    )
    return int(count)


def drop_events(warehouse: Warehouse, rule: RetentionRule, now: dt.datetime) -> int:
    """Delete them, but for the last of each signal; give how many rows were deleted.

    What waits for a receiver goes too.

    Args:
        warehouse: within a transaction.
        rule: the rule.
        now: the present moment.
    """
    values = {"before": now - dt.timedelta(days=rule.days)}
    if _DELIVERY in filled_tables(warehouse):
        warehouse.run(
            f"DELETE FROM {LAKE}.{_DELIVERY} WHERE sequence IN (SELECT sequence FROM {LAKE}.{OUTBOX} "
            f"WHERE signal_id IN (SELECT signal_id FROM ({_OVER})))",
            values,
        )
    over = warehouse.arrow(_OVER, values)
    with warehouse.holding(over=over):
        (deleted,) = warehouse.one(
            f"DELETE FROM {LAKE}.{OUTBOX} WHERE signal_id IN (SELECT signal_id FROM over) "
            "AND sequence NOT IN (SELECT last_sequence FROM over)"
        )
        warehouse.run(
            f"UPDATE {LAKE}.{OUTBOX} SET change = '{FORGOTTEN}', event = '{{}}'::JSON "
            "WHERE sequence IN (SELECT last_sequence FROM over)"
        )
    return int(deleted)
