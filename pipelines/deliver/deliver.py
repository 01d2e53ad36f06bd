"""Delivering: from the outbox to a subscriber, at least once, each student's events in order.

What was sent is written down after it was sent, with how far the subscription has come, in one transaction: a process
that is killed between sends some of it a second time, under the same ids. An event that is not taken waits, twice as
long each time, and what comes after it of the same student waits behind it; all others go on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pipelines.deliver.errors import UndeliveredError
from pipelines.deliver.sink import Sink
from pipelines.deliver.subscription import Patience, Subscription
from pipelines.warehouse import deliveries, events
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.deliveries import Delivery, Place
from pipelines.warehouse.events import OutboxRow
from schemas.event import Change

BATCH_EVENTS: Final = 200
"""Events sent between two transactions: so many are sent again, at the most, after a crash."""
_MAX_ERROR_CHARS: Final = 500
_UNREACHABLE_ENDS: Final = 3
"""So often in a row nobody answers before the others are left for the next time."""


@dataclass
class Delivered:
    """What a delivery to one subscription did."""

    subscription: str
    delivered: int = 0
    passed: int = 0
    """Not sent, because the signal had ended or expired."""
    waiting: int = 0
    """Left to be sent again."""
    dead: int = 0
    """Given up."""
    stopped_because: str | None = None
    """Why it ended before all was looked at; None where it did not."""


@dataclass
class Delivering:
    """One delivery to one subscription."""

    warehouse: Warehouse
    subscription: Subscription
    sink: Sink
    now: Callable[[], datetime]
    wait_seconds: float
    """How long other writers may be in the way."""
    jitter: Callable[[], float]
    """Gives a number from 0 to 1 by which a wait is made longer, up to half."""
    done: Delivered = field(init=False)
    _unreachable: int = field(default=0, init=False)
    _is_gone: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.done = Delivered(self.subscription.name)

    def run(self, *, max_events: int) -> Delivered:
        """Deliver what is due, and then what is new, up to `max_events`.

        Raises:
            WarehouseBusyError: other processes kept writing; what was sent may be sent again, under the same ids.
            OvertakenError: another process delivers to the same subscription.
        """
        place = deliveries.place_of(self.warehouse, self.subscription.name) or self._begin()
        if place.paused_because is not None:
            self.done.stopped_because = place.paused_because
            return self.done
        place = self._retry(place)
        seen = 0
        while self.done.stopped_because is None and seen < max_events:
            found, after = self._new(place, min(BATCH_EVENTS, max_events - seen))
            if after == place:
                break
            place = self._work(place, after, [(event, None) for event in found])
            seen += max(len(found), 1)
        self.done.waiting = len(deliveries.waiting_of(self.warehouse, self.subscription.name))
        return self.done

    def _begin(self) -> Place:
        """Decide what a new subscriber gets first."""
        start = self.subscription.start
        last = events.last_sequence(self.warehouse)
        place = Place(1 if start == "beginning" else last + 1)
        standing = events.standing_sequences(self.warehouse) if start == "standing" else []
        waiting = [
            self._row(event, "waiting", n_attempts=0, again_at=self.now())
            for event in events.events_of(self.warehouse, standing)
            if self._is_wanted(event)
        ]
        self._write(None, place, waiting)
        return place

    def _retry(self, place: Place) -> Place:
        """Send what waits and is due, in batches."""
        waiting = deliveries.waiting_of(self.warehouse, self.subscription.name)
        for chunk in _chunks(waiting, BATCH_EVENTS):
            if self.done.stopped_because is not None:
                break
            rows = {row.sequence: row for row in chunk}
            due = [(event, rows[event.sequence]) for event in events.events_of(self.warehouse, rows)]
            place = self._work(place, place, due)
        return place

    def _new(self, place: Place, limit: int) -> tuple[list[OutboxRow], Place]:
        """Read the next events that are wanted, and how far the subscription has come with them."""
        wanted = self.subscription
        last = events.last_sequence(self.warehouse)
        found = events.read_events(
            self.warehouse,
            since=place.next_sequence,
            limit=limit,
            kinds=wanted.kinds,
            audiences=wanted.audiences,
            students=wanted.students,
        )
        if len(found) == limit:
            last = found[-1].sequence
        return [event for event in found if event.sequence <= last], Place(max(place.next_sequence, last + 1))

    def _work(self, place: Place, after: Place, found: Sequence[tuple[OutboxRow, Delivery | None]]) -> Place:
        """Send events in order, and write what became of them; return how far the subscription has come."""
        now = self.now()
        standing = events.standing_ids(self.warehouse, {event.signal_id for event, _ in found})
        held = self._held(now)
        became: list[Delivery] = []
        sent: list[tuple[OutboxRow, Delivery | None]] = []
        for event, before in found:
            if self._has_to_wait(event, before, held, now):
                if before is None:
                    became.append(self._row(event, "waiting", n_attempts=0, again_at=now))
            elif event.change is Change.RAISED and (
                event.signal_id not in standing or event.expires_at <= now
            ):
                became.append(self._row(event, "passed", n_attempts=_attempts(before)))
            else:
                failed = self._send(event, before)
                if failed is None:
                    sent.append((event, before))
                else:
                    became.append(failed)
                    if failed.status == "waiting":
                        held.setdefault(event.student_key, event.sequence)
        became += self._flushed(sent)
        if self._is_gone:
            # Whoever wants nothing any more is not asked again before somebody replays.
            after = after._replace(paused_because=self.done.stopped_because)
        self._write(place, after, became)
        self._count(became)
        return after

    def _held(self, now: datetime) -> dict[str, int]:
        """The first event of each student that has to wait longer: nothing of theirs may overtake it."""
        waiting = deliveries.waiting_of(self.warehouse, self.subscription.name)
        return {row.student_key: row.sequence for row in reversed(waiting) if _is_early(row, now)}

    def _has_to_wait(
        self, event: OutboxRow, before: Delivery | None, held: Mapping[str, int], now: datetime
    ) -> bool:
        is_behind = held.get(event.student_key, event.sequence) < event.sequence
        return is_behind or _is_early(before, now) or self.done.stopped_because is not None

    def _send(self, event: OutboxRow, before: Delivery | None) -> Delivery | None:
        """Send one event; return what became of it where it was not taken."""
        try:
            self.sink.send(event)
        except UndeliveredError as error:
            return self._failed(event, before, error)
        self._unreachable = 0
        return None

    def _flushed(self, sent: Sequence[tuple[OutboxRow, Delivery | None]]) -> Iterator[Delivery]:
        try:
            self.sink.flush()
        except UndeliveredError as error:
            for event, before in sent:
                yield self._failed(event, before, error)
        else:
            for event, before in sent:
                yield self._row(event, "delivered", n_attempts=_attempts(before) + 1)

    def _failed(self, event: OutboxRow, before: Delivery | None, error: UndeliveredError) -> Delivery:
        n_attempts = _attempts(before) + 1
        told = str(error)[:_MAX_ERROR_CHARS]
        self._unreachable = self._unreachable + 1 if error.is_unreachable else 0
        if error.is_gone:
            self._is_gone = True
            self.done.stopped_because = f"the receiver wants nothing any more: {told}"
        elif self._unreachable >= _UNREACHABLE_ENDS:
            self.done.stopped_because = told
        patience = self.subscription.patience
        if n_attempts >= patience.max_attempts and not error.is_gone:
            return self._row(event, "dead", n_attempts=n_attempts, error=told)
        again_at = self.now() + self._wait(patience, n_attempts, error.wait_seconds)
        return self._row(event, "waiting", n_attempts=n_attempts, again_at=again_at, error=told)

    def _wait(self, patience: Patience, n_attempts: int, asked: float | None) -> timedelta:
        doubled = patience.first_wait_seconds * 2.0 ** min(n_attempts - 1, 40)
        seconds = min(doubled, patience.longest_wait_seconds) * (1.0 + 0.5 * self.jitter())
        return timedelta(seconds=max(seconds, asked or 0.0))

    def _row(
        self,
        event: OutboxRow,
        status: str,
        *,
        n_attempts: int,
        again_at: datetime | None = None,
        error: str | None = None,
    ) -> Delivery:
        return Delivery(
            self.subscription.name,
            event.sequence,
            event.event_id,
            event.student_key,
            status,
            n_attempts,
            again_at,
            error,
            self.now(),
        )

    def _is_wanted(self, event: OutboxRow) -> bool:
        wanted = self.subscription
        return (
            (wanted.kinds is None or event.signal_kind in wanted.kinds)
            and (wanted.audiences is None or event.audience in wanted.audiences)
            and (wanted.students is None or event.student_key in wanted.students)
        )

    def _write(self, before: Place | None, after: Place, rows: list[Delivery]) -> None:
        def write() -> None:
            with self.warehouse.transaction():
                deliveries.write(
                    self.warehouse,
                    self.subscription.name,
                    before=before,
                    after=after,
                    deliveries=rows,
                    now=self.now(),
                )

        self.warehouse.retrying(write, wait_seconds=self.wait_seconds)

    def _count(self, rows: Iterable[Delivery]) -> None:
        for row in rows:
            if row.status in ("delivered", "passed", "dead"):
                setattr(self.done, row.status, getattr(self.done, row.status) + 1)


def _attempts(before: Delivery | None) -> int:
    return before.n_attempts if before else 0


def _is_early(row: Delivery | None, now: datetime) -> bool:
    return row is not None and row.next_attempt_at is not None and row.next_attempt_at > now


def _chunks(rows: list[Delivery], size: int) -> Iterator[list[Delivery]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
