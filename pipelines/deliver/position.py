"""How far each subscription has come in the outbox."""

from datetime import datetime
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.fence import DELIVERY
from learnloom.pipelines.lake.relation import existing_tables

_TABLES: Final = {"feedback.outbox", "feedback.delivery", "feedback.delivery_position"}


class DeliveryPosition(NamedTuple):
    """A row of feedback.delivery_position; what each column means stands there."""

    subscription: str
    next_sequence: int
    began_at: int
    replayed_to: int
    n_batches: int
    n_holds: int
    held_until: datetime | None
    is_paused: bool
    told: str | None


def must_have_outbox(warehouse: Warehouse) -> None:
    """Say what to do where there is no outbox yet.

    Raises:
        WarehouseError: no refresh has made it so far.
    """
    warehouse.use(LAKE)
    if not existing_tables(warehouse) >= _TABLES:
        raise WarehouseError("there is no outbox yet: run `learnloom refresh`")


def read_positions(warehouse: Warehouse) -> list[DeliveryPosition]:
    """Read how far each subscription has come, by name."""
    names = ", ".join(DeliveryPosition._fields)
    rows = warehouse.rows(f"SELECT {names} FROM feedback.delivery_position ORDER BY subscription")
    return [DeliveryPosition(*row) for row in rows]


def position_of(warehouse: Warehouse, subscription: str) -> DeliveryPosition | None:
    """Read how far a subscription has come; None where it is new."""
    return next((each for each in read_positions(warehouse) if each.subscription == subscription), None)


def begin(
    warehouse: Warehouse, subscription: str, *, with_history: bool, now: datetime, wait_seconds: float
) -> DeliveryPosition:
    """Give the position of a subscription; a new one begins with what stands, or with the first event of all.

    Raises:
        WarehouseBusyError: other processes kept writing.
    """

    def make() -> None:
        with warehouse.transaction(DELIVERY):
            if position_of(warehouse, subscription) is None:
                warehouse.run(
                    "INSERT INTO feedback.delivery_position SELECT $name, 1, coalesce(max(sequence), 0), "
                    "CASE WHEN $history THEN coalesce(max(sequence), 0) ELSE 0 END, 0, 0, NULL, false, NULL, $now "
                    "FROM feedback.outbox",
                    {"name": subscription, "history": with_history, "now": now},
                )

    found = position_of(warehouse, subscription)
    if found is None:
        warehouse.retrying(make, wait_seconds=wait_seconds)
        found = position_of(warehouse, subscription)
    if found is None:
        raise WarehouseError(f"the position of {subscription} was not stored")
    return found


def replay(warehouse: Warehouse, subscription: str, *, first: int, now: datetime, wait_seconds: float) -> int:
    """Let a subscription begin again at an event: what was sent or is dead is sent again, what was passed is not.

    Returns:
        Events that will be sent again.

    Raises:
        WarehouseError: nothing was delivered to it so far, or it has not come to that event.
        WarehouseBusyError: other processes kept writing.
    """
    must_have_outbox(warehouse)
    again = "FROM feedback.delivery WHERE subscription = $name AND sequence >= $first AND status <> 'passed'"
    asked = {"name": subscription, "first": first}

    def write() -> int:
        with warehouse.transaction(DELIVERY):
            position = position_of(warehouse, subscription)
            if position is None or first >= position.next_sequence:
                raise WarehouseError(
                    f"subscription {subscription} has not reached event {first} yet: there is nothing to send again "
                    "(`learnloom deliver list` shows the next event of each)"
                )
            (count,) = warehouse.one(f"SELECT count(*) {again}", asked)
            warehouse.run(f"DELETE {again}", asked)
            warehouse.run(
                "UPDATE feedback.delivery_position SET next_sequence = $first, n_batches = n_batches + 1, "
                "replayed_to = greatest(replayed_to, next_sequence - 1), updated_at = $now "
                "WHERE subscription = $name",
                {**asked, "now": now},
            )
        return int(count)

    return warehouse.retrying(write, wait_seconds=wait_seconds)


def resume(warehouse: Warehouse, subscription: str, *, now: datetime, wait_seconds: float) -> None:
    """Let a subscription that is paused or held be served again.

    Raises:
        WarehouseBusyError: other processes kept writing.
    """

    def write() -> None:
        with warehouse.transaction(DELIVERY):
            warehouse.run(
                "UPDATE feedback.delivery_position SET is_paused = false, held_until = NULL, n_holds = 0, told = NULL, "
                "n_batches = n_batches + 1, updated_at = ? WHERE subscription = ?",
                [now, subscription],
            )

    must_have_outbox(warehouse)
    warehouse.retrying(write, wait_seconds=wait_seconds)


def is_own_turn(warehouse: Warehouse, seen: DeliveryPosition) -> bool:
    """Whether nobody has recorded anything for the subscription since `seen` was read.

    To be asked within the transaction that records: of two that overlap, the second conflicts at its commit.
    """
    now = position_of(warehouse, seen.subscription)
    return now is not None and now.n_batches == seen.n_batches
