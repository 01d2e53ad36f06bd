"""What became of each event for each subscription: all SQL on the tables of delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import pyarrow as pa

from pipelines.warehouse.connection import LAKE, Warehouse
from pipelines.warehouse.errors import OvertakenError

_POSITION: Final = f"{LAKE}.feedback.delivery_position"
_DELIVERY: Final = f"{LAKE}.feedback.delivery"
_MOMENT: Final = pa.timestamp("us", "UTC")


class Delivery(NamedTuple):
    """A row of feedback.delivery; what each field means stands there."""

    subscription: str
    sequence: int
    event_id: str
    student_key: str
    status: str
    n_attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    updated_at: datetime


_ROWS: Final = pa.schema(
    [
        ("subscription", pa.string()),
        ("sequence", pa.int64()),
        ("event_id", pa.string()),
        ("student_key", pa.string()),
        ("status", pa.string()),
        ("n_attempts", pa.int32()),
        ("next_attempt_at", _MOMENT),
        ("last_error", pa.string()),
        ("updated_at", _MOMENT),
    ]
)


class Place(NamedTuple):
    """How far a subscription has come."""

    next_sequence: int
    paused_because: str | None = None


class Standing(NamedTuple):
    """A subscription at a glance."""

    subscription: str
    next_sequence: int
    behind: int
    """Events that it has not looked at."""
    delivered: int
    waiting: int
    dead: int
    paused_because: str | None
    last_error: str | None
    """Of the newest that waits or is dead."""


def place_of(warehouse: Warehouse, subscription: str) -> Place | None:
    """How far a subscription has come; None for a new one."""
    rows = warehouse.rows(
        f"SELECT next_sequence, paused_because FROM {_POSITION} WHERE subscription = ?", [subscription]
    )
    return Place(*rows[0]) if rows else None


def waiting_of(warehouse: Warehouse, subscription: str) -> list[Delivery]:
    """What waits to be sent again, in order."""
    return [
        Delivery(*row)
        for row in warehouse.rows(
            f"SELECT {', '.join(Delivery._fields)} FROM {_DELIVERY} "
            "WHERE subscription = ? AND status = 'waiting' ORDER BY sequence",
            [subscription],
        )
    ]


def write(
    warehouse: Warehouse,
    subscription: str,
    *,
    before: Place | None,
    after: Place,
    deliveries: Sequence[Delivery],
    now: datetime,
) -> None:
    """Write what became of events, and how far the subscription has come; within a transaction of the caller's.

    Raises:
        OvertakenError: another process has moved the subscription meanwhile.
    """
    if place_of(warehouse, subscription) != before:
        raise OvertakenError(f"another process delivers to {subscription}")
    rows = pa.Table.from_pylist([each._asdict() for each in deliveries], schema=_ROWS)
    with warehouse.holding(incoming_rows=rows):
        warehouse.run(
            f"DELETE FROM {_DELIVERY} WHERE subscription = ? AND status = 'waiting' "
            "AND sequence IN (SELECT sequence FROM incoming_rows)",
            [subscription],
        )
        warehouse.run(f"INSERT INTO {_DELIVERY} BY NAME SELECT * FROM incoming_rows")
    # Deleted and written anew also where it is the same: two that overlap conflict at commit.
    warehouse.run(f"DELETE FROM {_POSITION} WHERE subscription = ?", [subscription])
    warehouse.run(
        f"INSERT INTO {_POSITION} VALUES (?, ?, ?, ?)",
        [subscription, after.next_sequence, after.paused_because, now],
    )


def rewind(warehouse: Warehouse, subscription: str, sequence: int, *, now: datetime) -> None:
    """Forget what became of the events from `sequence` on, and go on there; within a transaction of the caller's."""
    warehouse.run(
        f"DELETE FROM {_DELIVERY} WHERE subscription = ? AND sequence >= ?", [subscription, sequence]
    )
    warehouse.run(f"DELETE FROM {_POSITION} WHERE subscription = ?", [subscription])
    warehouse.run(f"INSERT INTO {_POSITION} VALUES (?, ?, NULL, ?)", [subscription, sequence, now])


def standings(warehouse: Warehouse) -> list[Standing]:
    """Every subscription that has ever delivered, by name."""
    return [
        Standing(*row)
        for row in warehouse.rows(
            f"""
            SELECT
                subscription,
                next_sequence,
                (SELECT count(*) FROM {LAKE}.feedback.outbox WHERE sequence >= next_sequence),
                count(*) FILTER (status = 'delivered'),
                count(*) FILTER (status = 'waiting'),
                count(*) FILTER (status = 'dead'),
                any_value(paused_because),
                arg_max(last_error, delivery.updated_at) FILTER (status IN ('waiting', 'dead'))
            FROM {_POSITION} LEFT JOIN {_DELIVERY} AS delivery USING (subscription)
            GROUP BY subscription, next_sequence
            ORDER BY subscription
            """
        )
    ]
