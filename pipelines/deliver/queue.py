"""What is due for a subscription, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from learnloom.pipelines.deliver.position import DeliveryPosition, is_own_turn
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import DELIVERY
from learnloom.schemas.event import FORGOTTEN
from learnloom.schemas.student_event import ERASED

if TYPE_CHECKING:
    import pyarrow as pa

# Events that are not to be sent any more: raised what stands no longer, or ended what a receiver never had.
_OVER: Final = (
    "(change = 'raised' AND (expires_at <= $now OR EXISTS (FROM feedback.outbox AS later WHERE later.sequence > $first "
    "AND later.change = 'ended' AND later.signal_id = told.signal_id AND later.occurrence = told.occurrence)))"
    " OR (change = 'ended' AND sequence <= $began_at)"
)


class SubscriptionFilter(NamedTuple):
    """Which events a subscription wants: those to which all that is given here applies."""

    subscription: str
    kinds: Sequence[str] | None = None
    audiences: Sequence[str] | None = None
    students: Sequence[str] | None = None
    withheld: Sequence[str] = ()
    """Students to whom themselves nothing is said."""

    def condition(self) -> tuple[str, dict[str, object]]:
        """Give the SQL condition and its values."""
        lists = {"signal_kind": self.kinds, "audience": self.audiences, "student_key": self.students}
        given = {name: list(values) for name, values in lists.items() if values is not None}
        parts = [f"{name} IN (SELECT unnest(${name}::VARCHAR[]))" for name in given]
        if self.withheld:
            parts.append(
                "NOT (audience = 'student' AND student_key IN (SELECT unnest($withheld::VARCHAR[])))"
            )
            given["withheld"] = list(self.withheld)
        # That a student was erased concerns whoever may have had something of them, whatever they want to hear.
        of_students = "student_key IN (SELECT unnest($student_key::VARCHAR[]))" if self.students else "true"
        wanted = " AND ".join([f"change <> '{FORGOTTEN}'", *parts])
        return f"(({wanted}) OR (change = '{ERASED}' AND {of_students}))", {**given}


class Due(NamedTuple):
    """An event to be sent, or to be kept waiting."""

    sequence: int
    event_id: str
    student_key: str
    event: str
    """A SignalEvent as JSON: what is sent."""
    n_attempts: int
    is_new: bool
    """Whether nothing is recorded of it yet."""
    is_behind: bool
    """Whether an earlier event of the student waits for its time."""


class DeliveryBatch(NamedTuple):
    """Events in their order, and how far the outbox has been looked at when all of them are dealt with."""

    events: list[Due]
    next_sequence: int
    is_last: bool
    """Whether nothing else was due as it was read."""


class Delivery(NamedTuple):
    """What became of an event."""

    sequence: int
    event_id: str
    student_key: str
    status: str
    n_attempts: int
    next_attempt_at: datetime | None
    last_error: str | None


def first_waiting(warehouse: Warehouse, subscription: str) -> int | None:
    """Sequence of the first event that was not taken and is to be sent again; None: there is none."""
    (first,) = warehouse.one(
        "SELECT min(sequence) FROM feedback.delivery WHERE subscription = ? AND status = 'waiting'",
        [subscription],
    )
    return None if first is None else int(first)


def read_over(
    warehouse: Warehouse,
    wanted: SubscriptionFilter,
    position: DeliveryPosition,
    *,
    waiting: int | None,
    now: datetime,
) -> list[Delivery]:
    """Read what waits or would come, and is not to be sent any more: to be recorded as passed.

    What waits goes, too, where it is not wanted any more; not that a student was erased, which the receiver may have.
    Of the outbox no file is read but of what comes from there on, which is little of what was ever told.
    """
    condition, values = wanted.condition()
    first = min(position.next_sequence, waiting or position.next_sequence)
    rows = warehouse.rows(
        "SELECT sequence, event_id, student_key, 'passed', coalesce(n_attempts, 0), NULL, last_error "
        f"FROM (SELECT *, coalesce({condition}, false) AS is_wanted "
        "FROM feedback.outbox WHERE sequence >= $first) AS told "
        "LEFT JOIN (SELECT sequence, status, n_attempts, last_error FROM feedback.delivery "
        "WHERE subscription = $subscription AND sequence >= $first) AS done USING (sequence) "
        f"WHERE (status = 'waiting' AND NOT is_wanted AND change <> '{ERASED}') OR (is_wanted "
        "AND (status = 'waiting' OR (status IS NULL AND sequence >= $next_sequence)) "
        f"AND sequence > $replayed_to AND ({_OVER})) "
        "ORDER BY sequence",
        {
            **values,
            **_asked(position, "subscription", "next_sequence", "began_at", "replayed_to"),
            "first": first,
            "now": now,
        },
    )
    return [Delivery(*row) for row in rows]


def read_batch(
    warehouse: Warehouse,
    wanted: SubscriptionFilter,
    position: DeliveryPosition,
    *,
    waiting: int | None,
    now: datetime,
    limit: int,
) -> DeliveryBatch:
    """Read what is due, in order: what waits and may be tried again, then what is new.

    Nothing new is given as long as more waits than fits: a student's events would change places.
    """
    condition, values = wanted.condition()
    (last,) = warehouse.one("SELECT coalesce(max(sequence), 0) FROM feedback.outbox")
    asked = {**_asked(position, "subscription"), "now": now, "limit": limit}
    again = [] if waiting is None else _read_again(warehouse, asked)
    if len(again) == limit:
        return DeliveryBatch(again, position.next_sequence, is_last=False)
    new = warehouse.rows(
        "WITH done AS (SELECT sequence FROM feedback.delivery "
        "WHERE subscription = $subscription AND sequence >= $next_sequence), "
        "behind AS (SELECT student_key FROM feedback.delivery "
        "WHERE subscription = $subscription AND status = 'waiting' GROUP BY student_key "
        "HAVING arg_min(next_attempt_at, sequence) > $now) "
        "SELECT sequence, event_id, student_key, event, 0, true, student_key IN (FROM behind) "
        "FROM feedback.outbox ANTI JOIN done USING (sequence) "
        f"WHERE sequence BETWEEN $next_sequence AND $last AND {condition} ORDER BY sequence LIMIT $limit",
        {**asked, **values, "next_sequence": position.next_sequence, "last": last},
    )
    next_sequence = new[-1][0] + 1 if len(new) == limit else last + 1
    return DeliveryBatch(
        sorted([*again, *(Due(*row) for row in new)]),
        max(next_sequence, position.next_sequence),
        is_last=len(new) < limit,
    )


def _read_again(warehouse: Warehouse, asked: Mapping[str, object]) -> list[Due]:
    """Read what waits and may be tried again."""
    rows = warehouse.rows(
        "WITH waiting AS (FROM feedback.delivery WHERE subscription = $subscription AND status = 'waiting'), "
        "due AS (SELECT student_key FROM waiting GROUP BY student_key "
        "HAVING arg_min(next_attempt_at, sequence) <= $now) "
        "SELECT sequence, told.event_id, told.student_key, told.event, waiting.n_attempts, false, false "
        "FROM waiting SEMI JOIN due USING (student_key) "
        "INNER JOIN feedback.outbox AS told USING (sequence) ORDER BY sequence LIMIT $limit",
        dict(asked),
    )
    return [Due(*row) for row in rows]


def record(
    warehouse: Warehouse,
    before: DeliveryPosition,
    after: DeliveryPosition,
    deliveries: Sequence[Delivery],
    *,
    now: datetime,
    wait_seconds: float,
) -> DeliveryPosition | None:
    """Record what became of a batch and how far the subscription has come, as one.

    Returns:
        The position as it stands; None where another process has recorded something since `before` was read, and
        nothing is recorded here.

    Raises:
        WarehouseBusyError: other processes kept writing.
    """
    rows = _rows(deliveries)

    def write() -> bool:
        with warehouse.transaction(DELIVERY):
            if not is_own_turn(warehouse, before):
                return False
            warehouse.run(
                "UPDATE feedback.delivery_position SET next_sequence = $next_sequence, replayed_to = $replayed_to, "
                "n_batches = n_batches + 1, n_holds = $n_holds, held_until = $held_until, is_paused = $is_paused, "
                "told = $told, updated_at = $now WHERE subscription = $subscription",
                {
                    **_asked(
                        after, "next_sequence", "replayed_to", "n_holds", "held_until", "is_paused", "told"
                    ),
                    "now": now,
                    "subscription": before.subscription,
                },
            )
            _write(warehouse, before.subscription, rows, now)
        return True

    is_written = warehouse.retrying(write, wait_seconds=wait_seconds)
    return after._replace(n_batches=before.n_batches + 1) if is_written else None


def _rows(deliveries: Sequence[Delivery]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - who only lists need not wait for it

    moment = pa.timestamp("us", "UTC")
    schema = pa.schema(
        [
            ("sequence", pa.int64()),
            ("event_id", pa.string()),
            ("student_key", pa.string()),
            ("status", pa.string()),
            ("n_attempts", pa.int32()),
            ("next_attempt_at", moment),
            ("last_error", pa.string()),
        ]
    )
    columns = list(zip(*deliveries, strict=True)) or [()] * len(Delivery._fields)
    return pa.table(dict(zip(Delivery._fields, map(list, columns), strict=True)), schema=schema)


def _asked(position: DeliveryPosition, *names: str) -> dict[str, object]:
    return {name: getattr(position, name) for name in names}


def _write(warehouse: Warehouse, subscription: str, rows: "pa.Table", now: datetime) -> None:
    """Put rows in the place of those of the same events."""
    if rows.num_rows:
        with warehouse.holding(new_delivery=rows):
            warehouse.run(
                "DELETE FROM feedback.delivery WHERE subscription = ? "
                "AND sequence IN (SELECT sequence FROM new_delivery)",
                [subscription],
            )
            warehouse.run(
                'INSERT INTO feedback.delivery BY NAME SELECT *, ? AS subscription, ? AS "at" FROM new_delivery',
                [subscription, now],
            )


class SubscriptionStatus(NamedTuple):
    """A subscription at a glance."""

    subscription: str
    next_sequence: int
    behind: int
    """Events of the outbox that it has not looked at."""
    delivered: int
    waiting: int
    dead: int
    passed: int
    told: str | None
    """Why it is held or paused, or else why the newest event that waits or is dead failed."""


def subscription_statuses(warehouse: Warehouse) -> list[SubscriptionStatus]:
    """Every subscription that was ever delivered to, by name."""
    rows = warehouse.rows(
        f"""
        SELECT
            place.subscription,
            next_sequence,
            (SELECT count(*) FROM {LAKE}.feedback.outbox WHERE sequence >= next_sequence),
            count(*) FILTER (status = 'delivered'),
            count(*) FILTER (status = 'waiting'),
            count(*) FILTER (status = 'dead'),
            count(*) FILTER (status = 'passed'),
            coalesce(any_value(told), arg_max(last_error, delivery."at") FILTER (status IN ('waiting', 'dead')))
        FROM {LAKE}.feedback.delivery_position AS place
        LEFT JOIN {LAKE}.feedback.delivery AS delivery USING (subscription)
        GROUP BY place.subscription, next_sequence
        ORDER BY place.subscription
        """
    )
    return [SubscriptionStatus(*row) for row in rows]
