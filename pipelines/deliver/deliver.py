"""Delivering the outbox to a subscription: at least once, each student's events in order.

A batch is sent first and recorded after, in one transaction with the place in the outbox. Killed in between, the
batch is sent again under the same ids. What the receiver does not take waits with growing pauses, and later events
of the same student wait behind it; after too many attempts it is dead and they go on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from learnloom.pipelines.config.subscriptions import AnySubscription
from learnloom.pipelines.deliver.position import DeliveryPosition, begin, must_have_outbox
from learnloom.pipelines.deliver.queue import (
    Delivery,
    DeliveryBatch,
    Due,
    SubscriptionFilter,
    first_waiting,
    read_batch,
    read_over,
    record,
)
from learnloom.pipelines.deliver.sender import DELIVERED, DeliveryOutcome, Sender, wait_after
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.tracing.span import span

FAILURES_IN_A_ROW: Final = 5
"""After so many events that failed one after the other, the receiver as a whole is taken to be away."""
_SHOWN_CHARS: Final = 500
_AS_A_WHOLE: Final = ("away", "gone")
"""Outcomes that are about the receiver, not about the event."""
_LONGEST_HOLD: Final = timedelta(days=1)
RECORDED_WITHIN: Final = timedelta(seconds=5)
"""So long a delivery sends before it records what it has sent, however much it has read: a crash repeats no more."""


@dataclass
class DeliverySummary:
    """What a delivery did for one subscription."""

    subscription: str
    delivered: int = 0
    failed: int = 0
    """Attempts that failed; their events wait, or are dead."""
    dead: int = 0
    """Events that were given up."""
    passed: int = 0
    """Events that had ended or expired before they were sent, or were no longer for the receiver."""
    told: str | None = None
    """Why it stopped before everything was sent; None where it did not."""
    is_servable: bool = True
    """Whether it can be served as it is configured; `told` says what is missing."""
    is_cut: bool = False
    """Whether its time or its limit was over before everything was sent: the next delivery goes on."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Count what was recorded."""
        for each in deliveries:
            self.delivered += each.status == "delivered"
            self.dead += each.status == "dead"
            self.passed += each.status == "passed"
            self.failed += each.status != "passed" and each.last_error is not None


@dataclass
class _Dealt:
    """What became of a batch, as far as it was dealt with."""

    events: list[tuple[Due, DeliveryOutcome | None]] = field(default_factory=list)
    """In their order; None: not sent, because an earlier event of the student waits."""
    stopped: DeliveryOutcome | None = None
    """Why the rest was not dealt with, where it is the receiver's doing."""

    def correct(self, later: Mapping[int, DeliveryOutcome]) -> None:
        """Take in what turned out otherwise than it was told at first."""
        for place, (event, _) in enumerate(self.events):
            outcome = later.get(event.sequence)
            if outcome is None:
                continue
            if outcome.kind in _AS_A_WHOLE:
                self.stopped = outcome
                del self.events[place:]
                return
            self.events[place] = (event, outcome)


@dataclass
class Delivering:
    """One delivery to one subscription."""

    warehouse: Warehouse
    subscription: AnySubscription
    sender: Sender
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    """Gives a number from 0 to 1."""
    wait_seconds: float
    """How long to try again while other processes write."""
    limit: int | None = None
    """Events to send, at the most; None: all that are due."""
    withheld: Sequence[str] = ()
    """Keys of students to whom themselves nothing is said."""
    max_seconds: float | None = None
    """How long it sends, about; None: until nothing is due any more."""
    summary: DeliverySummary = field(init=False)
    _n_sent: int = field(default=0, init=False)
    _n_failed_in_a_row: int = field(default=0, init=False)

    def run(self) -> DeliverySummary:
        """Send everything that is due, and record what became of it.

        Raises:
            WarehouseError: there is no outbox yet, or other processes kept writing.
        """
        self.summary = DeliverySummary(self.subscription.name)
        must_have_outbox(self.warehouse)
        position: DeliveryPosition | None = begin(
            self.warehouse,
            self.subscription.name,
            with_history=self.subscription.start == "beginning",
            now=self.clock(),
            wait_seconds=self.wait_seconds,
        )
        began = self.clock()
        while position is not None and not self._is_kept_from(position):
            position = self._step(position)
            seconds = (self.clock() - began).total_seconds()
            if position is not None and self.max_seconds is not None and seconds >= self.max_seconds:
                self.summary.is_cut = True
                break
        return self.summary

    @cached_property
    def _wanted(self) -> SubscriptionFilter:
        asked = self.subscription
        return SubscriptionFilter(asked.name, asked.kinds, asked.audiences, asked.students, self.withheld)

    def _is_kept_from(self, position: DeliveryPosition) -> bool:
        """Whether nothing may be sent now; tell why."""
        is_held = position.held_until is not None and position.held_until > self.clock()
        if position.is_paused or is_held:
            self.summary.told = _why_kept(position)
        return self.summary.told is not None

    def _step(self, position: DeliveryPosition) -> DeliveryPosition | None:
        """Deal with one batch; give the position after it, None where there is no more to do."""
        now = self.clock()
        with one_snapshot(self.warehouse):
            waiting = first_waiting(self.warehouse, position.subscription)
            over = read_over(self.warehouse, self._wanted, position, waiting=waiting, now=now)
            batch = None if over else self._read_batch(position, waiting, now)
        if batch is None:
            return self._record(position, position, over)
        if not batch.events:
            if batch.next_sequence > position.next_sequence:
                self._record(position, position._replace(next_sequence=batch.next_sequence), [])
            return None
        with span("deliver batch", subscription=self.subscription.name, to=self.subscription.to) as add:
            dealt = self._send(batch)
            kinds = Counter(outcome.kind for _, outcome in dealt.events if outcome is not None)
            add(
                events=len(batch.events),
                delivered=kinds["delivered"],
                failed=kinds.total() - kinds["delivered"],
                is_stopped=dealt.stopped is not None,
            )
        deliveries = [found for each in dealt.events if (found := self._what_became(*each)) is not None]
        after = self._after(position, batch, dealt)
        recorded = self._record(position, after, deliveries)
        if recorded is None:
            return None
        if dealt.stopped is not None:
            # However short the pause: the next delivery asks again, else one that is always put off would never end.
            self.summary.told = _why_kept(recorded)
            return None
        # What was read of the outbox to its end need not be looked for once more.
        is_over = batch.is_last and len(dealt.events) == len(batch.events)
        self.summary.is_cut = self._is_at_limit and not is_over
        return None if self._is_at_limit or is_over else recorded

    def _read_batch(self, position: DeliveryPosition, waiting: int | None, now: datetime) -> DeliveryBatch:
        limit = self.sender.at_once
        return read_batch(self.warehouse, self._wanted, position, waiting=waiting, now=now, limit=limit)

    @property
    def _is_at_limit(self) -> bool:
        return self.limit is not None and self._n_sent >= self.limit

    def _send(self, batch: DeliveryBatch) -> _Dealt:
        dealt, behind = _Dealt(), set[str]()
        until = self.clock() + RECORDED_WITHIN
        for event in batch.events:
            if event.is_behind or event.student_key in behind:
                dealt.events.append((event, None))
                continue
            if self._is_at_limit or dealt.stopped is not None or self.clock() >= until:
                break
            outcome = self.sender.send(event)
            self._n_sent += 1
            if outcome.kind in _AS_A_WHOLE:
                dealt.stopped = outcome
                break
            dealt.events.append((event, outcome))
            if outcome.kind != "failed":
                self._n_failed_in_a_row = 0
                continue
            self._n_failed_in_a_row += 1
            if event.n_attempts + 1 < self.subscription.max_attempts:
                behind.add(event.student_key)
            if self._n_failed_in_a_row == FAILURES_IN_A_ROW:
                told = f"{FAILURES_IN_A_ROW} events in a row failed, the last: {outcome.told}"
                dealt.stopped = DeliveryOutcome("away", told)
                break
        dealt.correct(self.sender.flush())
        return dealt

    def _what_became(self, event: Due, outcome: DeliveryOutcome | None) -> Delivery | None:
        """Give what is to be recorded of an event; None where what is recorded stays."""
        if outcome is None and not event.is_new:
            return None
        status, n_attempts, next_attempt_at = "waiting", event.n_attempts, self.clock()
        if outcome is not None:
            n_attempts += 1
            is_last = n_attempts >= self.subscription.max_attempts or outcome.kind == "impossible"
            status = "delivered" if outcome.kind == "delivered" else "dead" if is_last else "waiting"
            next_attempt_at += self._wait_after(n_attempts)
        return Delivery(
            event.sequence,
            event.event_id,
            event.student_key,
            status,
            n_attempts,
            next_attempt_at if status == "waiting" else None,
            outcome.told[:_SHOWN_CHARS] if outcome is not None and outcome.told else None,
        )

    def _after(self, position: DeliveryPosition, batch: DeliveryBatch, dealt: _Dealt) -> DeliveryPosition:
        """How far the subscription has come after this."""
        done = {event.sequence for event, _ in dealt.events}
        left = [event.sequence for event in batch.events if event.is_new and event.sequence not in done]
        after = position._replace(
            next_sequence=min(left, default=batch.next_sequence), n_holds=0, held_until=None, told=None
        )
        stopped = dealt.stopped
        if stopped is None:
            return after
        if stopped.kind == "gone":
            return after._replace(is_paused=True, told=stopped.told)
        is_better = any(outcome == DELIVERED for _, outcome in dealt.events)
        n_holds = 1 if is_better else position.n_holds + 1
        now = self.clock()
        held_until = now + self._wait_after(n_holds)
        if stopped.until is not None:
            held_until = min(stopped.until, now + _LONGEST_HOLD)
        return after._replace(n_holds=n_holds, held_until=held_until, told=stopped.told[:_SHOWN_CHARS])

    def _wait_after(self, n_failures: int) -> timedelta:
        return wait_after(
            n_failures,
            first_seconds=self.subscription.first_wait_seconds,
            largest_seconds=self.subscription.max_wait_seconds,
            chance=self.chance,
        )

    def _record(
        self, before: DeliveryPosition, after: DeliveryPosition, deliveries: Sequence[Delivery]
    ) -> DeliveryPosition | None:
        """Record as one what became of events and how far it has come; None where another process was faster."""
        recorded = record(
            self.warehouse, before, after, deliveries, now=self.clock(), wait_seconds=self.wait_seconds
        )
        if recorded is None:
            self.summary.told = (
                "another process delivers to it at the same time and goes on; what both sent has the same ids"
            )
            return None
        self.summary.add(deliveries)
        return recorded


def _why_kept(position: DeliveryPosition) -> str:
    """Say why nothing is sent to a subscription that is paused or held."""
    if position.is_paused:
        return f"paused: {position.told}. When the receiver is back: learnloom deliver resume {position.subscription}"
    return f"held until {position.held_until:%Y-%m-%d %H:%M:%S} UTC: {position.told}"
