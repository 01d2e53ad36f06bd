"""Looking up events and raised signals, for whoever pulls them."""

from typing import Final, NamedTuple

from pydantic import TypeAdapter

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.serve.students import key_now, must_be_refreshed
from learnloom.schemas.event import FORGOTTEN, Change, SignalEvent
from learnloom.schemas.signal import Audience, Signal
from learnloom.schemas.student_event import ERASED, StudentErasedEvent

_OUTBOX: Final = "feedback.outbox"
_EVENT: Final = TypeAdapter[SignalEvent | StudentErasedEvent](SignalEvent | StudentErasedEvent)


class SignalMissingError(WarehouseError):
    """There never was a signal of that id."""


class PulledEvents(NamedTuple):
    """Some events in order."""

    events: list[SignalEvent | StudentErasedEvent]
    next_sequence: int
    """Where to go on; what comes later stands there or behind."""


def read_page(
    warehouse: Warehouse, *, since: int, limit: int, audience: Audience | None, student_key: str | None
) -> PulledEvents:
    """Read events from sequence `since` on.

    Args:
        warehouse: where they stand.
        since: the first sequence to look at.
        limit: events, at the most.
        audience: to whom they speak; None: to anybody.
        student_key: of whom they speak; None: of anybody.
    """
    must_be_refreshed(warehouse)
    rows = warehouse.rows(
        f"SELECT sequence, event FROM {_OUTBOX} WHERE sequence >= $since AND change <> $forgotten "
        "AND ($audience IS NULL OR audience = $audience OR change = $erased) "
        "AND ($student IS NULL OR student_key = $student) "
        "ORDER BY sequence LIMIT $limit",
        {
            "since": since,
            "limit": limit,
            "audience": audience,
            "student": student_key,
            "erased": ERASED,
            "forgotten": FORGOTTEN,
        },
    )
    (last,) = warehouse.one(f"SELECT coalesce(max(sequence), 0) FROM {_OUTBOX}")
    following = rows[-1][0] + 1 if len(rows) == limit else max(since, last + 1)
    return PulledEvents([_EVENT.validate_json(row[1]) for row in rows], following)


def raised_signal(warehouse: Warehouse, signal_id: str) -> Signal:
    """The signal of an id as it was raised last, whether or not it still stands.

    Raises:
        SignalMissingError: there never was one.
    """
    must_be_refreshed(warehouse)
    rows = warehouse.rows(
        f"SELECT event FROM {_OUTBOX} WHERE signal_id = ? AND change = ? ORDER BY sequence DESC LIMIT 1",
        [signal_id, Change.RAISED.value],
    )
    if not rows:
        raise SignalMissingError(f"there is no signal {signal_id}")
    return SignalEvent.model_validate_json(rows[0][0]).data


def identifier_of(warehouse: Warehouse, student_key: str) -> tuple[str, str]:
    """Kind and text of the identifier by which a student was met last; also of one who is another person's by now."""
    kind, identifier = warehouse.one(
        # Who has become staff is no student any more, and was met all the same.
        "SELECT identifier_kind, identifier FROM ("
        "SELECT 1 AS place, identifier_kind, identifier FROM dimensional.dim_student WHERE student_key = $person "
        "UNION ALL SELECT 2, identifier_kind, identifier FROM staging.stg_identifier WHERE student_key = $person"
        ") ORDER BY ALL LIMIT 1",
        {"person": key_now(warehouse, student_key)},
    )
    return kind, identifier
