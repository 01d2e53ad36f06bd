"""A delivery ends: a receiver that puts it off is asked again by the next one, and what takes long is cut."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from learnloom.pipelines.deliver.position import resume
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.operate.gauges import gauges
from tests.pipelines.deliver.make import NOON, Clock, delivered, signal_of, stand, statuses, webhook
from tests.pipelines.deliver.receiver import Call, Receiver, Reply


@pytest.mark.slow
@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
def test_a_receiver_that_may_be_asked_at_once_is_asked_by_the_next_delivery(
    is_date: bool, warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """`Retry-After` of no seconds, or of a moment that is past, ends a delivery as any other does."""
    stand(warehouse, signal_of("ann", 1))
    after = format_datetime(NOON - timedelta(hours=1), usegmt=True) if is_date else "0"

    def answering(_: Call) -> Reply:
        return Reply(503, {"retry-after": after}) if len(receiver.calls) < 5 else Reply()

    receiver.answering = answering
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert len(receiver.calls) == 1
    assert "the receiver answered 503" in str(summary.told)
    for _ in range(4):
        (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert (len(receiver.calls), summary.told) == (5, None)
    assert statuses(warehouse) == [(1, "delivered", 1)]


@pytest.mark.slow
def test_a_slow_receiver_is_served_for_so_long_and_the_others_have_their_turn(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """What is left when the time is over is said to be, and the next delivery sends it, each event once."""
    stand(warehouse, *(signal_of("ann", number) for number in range(6)))

    def answering(call: Call) -> Reply:
        clock.go_on(4 if call.path == "/slow" else 0)
        return Reply()

    receiver.answering = answering
    slow = webhook(receiver.url.replace("/hook", "/slow"), name="slow")
    first, other = delivered(warehouse, clock, slow, webhook(receiver.url), max_seconds=10)
    assert (first.delivered, first.is_cut, first.told) == (4, True, None)
    assert (other.delivered, other.is_cut) == (6, False)
    (second,) = delivered(warehouse, clock, slow, max_seconds=10)
    assert (second.delivered, second.is_cut) == (2, False)
    taken = [call.event["data"]["signal_id"] for call in receiver.calls if call.path == "/slow"]
    assert [int(each, 16) for each in taken] == list(range(6))


@pytest.mark.slow
def test_a_limit_that_left_something_says_so(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """Whether more is due after so many events is told, also where some of them failed; at the end it is not."""
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2), signal_of("cem", 3))
    receiver.answering = lambda call: Reply(500 if call.event["subject"] == "ann" else 204)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url), limit=2)
    assert (summary.delivered, summary.failed, summary.is_cut) == (1, 1, True)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url), limit=2)
    assert (summary.delivered, summary.failed, summary.is_cut) == (1, 0, False)


@pytest.mark.slow
@pytest.mark.parametrize("status", [503, 410])
def test_a_receiver_that_takes_nothing_is_a_figure(
    status: int, warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Held again and again, or paused, it is counted until it takes events again, or is subscribed no more."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(status)
    for _ in range(2):
        delivered(warehouse, clock, webhook(receiver.url))
        clock.go_on(3_600)
    assert _figures(warehouse, clock, "hook") == {"receivers_away": 1, "deliveries_waiting": 0}
    assert _figures(warehouse, clock, "other") == {"receivers_away": 0, "deliveries_waiting": 0}
    receiver.answering = lambda _: Reply()
    resume(warehouse, "hook", now=clock.now, wait_seconds=10)
    delivered(warehouse, clock, webhook(receiver.url))
    assert _figures(warehouse, clock, "hook") == {"receivers_away": 0, "deliveries_waiting": 0}


def _figures(warehouse: Warehouse, clock: Clock, subscription: str) -> dict[str, float]:
    told = {each.name: each.value for each in gauges(warehouse, now=clock.now, subscriptions=[subscription])}
    return {name: told[f"learnloom_{name}"] for name in ("receivers_away", "deliveries_waiting")}
