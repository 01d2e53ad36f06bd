"""At least once, in order, under the same id: whoever is killed, comes late, or delivers at the same time."""

import datetime as dt
import subprocess
import sys

import pytest

from learnloom.pipelines.deliver import webhook as module
from learnloom.pipelines.deliver.deliver import RECORDED_WITHIN
from learnloom.pipelines.deliver.position import position_of, replay, resume
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.deliver.make import NOON, Clock, delivered, signal_of, stand, statuses, told, webhook
from tests.pipelines.deliver.receiver import Call, Receiver, Reply

_LATER = NOON + dt.timedelta(minutes=1)


def _ids(receiver: Receiver) -> list[str]:
    return [call.headers["webhook-id"] for call in receiver.calls]


# Crash ------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_fault_between_sending_and_recording_repeats_the_same_ids(
    warehouse: Warehouse, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent and not recorded is sent again under the same ids, byte for byte."""
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr("learnloom.pipelines.deliver.deliver.record", broken)
        with pytest.raises(ConnectionError):
            delivered(warehouse, clock, webhook(receiver.url))
    delivered(warehouse, clock, webhook(receiver.url))
    first, second = receiver.calls[:2], receiver.calls[2:]
    assert [call.body for call in first] == [call.body for call in second]
    assert _ids(receiver)[:2] == _ids(receiver)[2:]
    assert [row[1] for row in statuses(warehouse)] == ["delivered"] * 2


@pytest.mark.slow
@pytest.mark.parametrize("killed_at", [4, *(pytest.param(at, marks=pytest.mark.long) for at in (1, 6))])
def test_a_delivery_that_is_killed_loses_nothing(
    killed_at: int, warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Killed as the receiver has just got an event, the next delivery sends all, each student's in order."""
    stand(warehouse, *(signal_of("ann" if number % 2 else "bea", number) for number in range(6)))
    wanted = [row[0] for row in warehouse.rows("SELECT event_id FROM feedback.outbox ORDER BY sequence")]
    command = [sys.executable, "-m", "tests.pipelines.deliver.deliverer", str(warehouse.folder), receiver.url]
    with subprocess.Popen(command) as process:

        def answering(_: Call) -> Reply:
            if len(receiver.calls) == killed_at:
                process.kill()
                process.wait()
            return Reply()

        receiver.answering = answering
    receiver.answering = lambda _: Reply()
    assert _ids(receiver) == wanted[:killed_at]
    delivered(warehouse, clock, webhook(receiver.url))
    assert _ids(receiver)[killed_at:] == wanted
    assert [row[1] for row in statuses(warehouse)] == ["delivered"] * 6


@pytest.mark.slow
def test_two_deliveries_at_once_record_once(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """While one delivery sends, another delivers everything: the first records nothing, positions stay right."""
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))

    def answering(_: Call) -> Reply:
        if len(receiver.calls) == 1:
            with Warehouse(warehouse.folder) as other:
                (summary,) = delivered(other, clock, webhook(receiver.url))
            assert (summary.delivered, summary.told) == (2, None)
        return Reply()

    receiver.answering = answering
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert summary.delivered == 0
    assert "another process delivers to it at the same time" in str(summary.told)
    assert statuses(warehouse) == [(1, "delivered", 1), (2, "delivered", 1)]
    assert len(set(_ids(receiver))) == 2
    position = position_of(warehouse, "hook")
    assert position is not None
    assert position.next_sequence == 3


# What is not sent any more ----------------------------------------------------------------------------------
@pytest.mark.slow
def test_what_ended_meanwhile_is_passed_over(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """A signal that ended while its event waited is never raised late; that it ended is told, in case it was seen."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, webhook(receiver.url))
    stand(warehouse, signal_of("ann", 2))
    receiver.answering = lambda _: Reply()
    clock.go_on(10)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert (summary.passed, summary.delivered) == (1, 2)
    assert told(receiver.events()) == [("ann", "raised"), ("ann", "ended"), ("ann", "raised")]
    assert [row[1] for row in statuses(warehouse)] == ["passed", "delivered", "delivered"]


@pytest.mark.slow
def test_what_expired_is_passed_over(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """A signal is not raised from the moment on at which it is not to be shown; the student's others come."""
    stand(warehouse, signal_of("ann", 1, expires_at=_LATER), signal_of("ann", 2))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, webhook(receiver.url, first_wait_seconds=60))
    receiver.answering = lambda _: Reply()
    clock.go_on(60)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert (summary.passed, summary.delivered) == (1, 1)
    assert statuses(warehouse) == [(1, "passed", 1), (2, "delivered", 1)]


# Coming late, and again ---------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_new_subscriber_gets_what_stands(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """Added later, it begins with what still stands, and hears nothing of what was over before it came."""
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2), signal_of("bea", 3, expires_at=_LATER))
    stand(warehouse, signal_of("ann", 2), signal_of("bea", 3, expires_at=_LATER))
    clock.now = _LATER
    delivered(warehouse, clock, webhook(receiver.url))
    assert [(event["data"]["signal_id"][-1], event["change"]) for event in receiver.events()] == [
        ("2", "raised")
    ]
    stand(warehouse)
    delivered(warehouse, clock, webhook(receiver.url))
    assert told(receiver.events())[1:] == [("ann", "ended"), ("bea", "ended")]


@pytest.mark.slow
def test_a_new_subscriber_may_begin_at_the_beginning(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """With start = "beginning" it gets every event there ever was, in order."""
    stand(warehouse, signal_of("ann", 1))
    stand(warehouse)
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, webhook(receiver.url, start="beginning"))
    assert told(receiver.events()) == [("ann", "raised"), ("ann", "ended"), ("ann", "raised")]
    assert [event["occurrence"] for event in receiver.events()] == [1, 1, 2]
    assert len(set(_ids(receiver))) == 3


@pytest.mark.slow
def test_replay_sends_the_same_again(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """From an event on everything comes again, also what has ended since; what never was sent still is not."""
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2), signal_of("cem", 3, expires_at=_LATER))
    clock.now = _LATER
    delivered(warehouse, clock, webhook(receiver.url))
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, webhook(receiver.url))
    once = [call.body for call in receiver.calls]
    assert replay(warehouse, "hook", first=2, now=clock.now, wait_seconds=10) == 3
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert summary.delivered == 3
    assert [call.body for call in receiver.calls[len(once) :]] == once[1:]
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert summary.delivered == 0


@pytest.mark.slow
def test_dead_events_come_again_by_replay(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """An event that was given up is sent by a replay."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, webhook(receiver.url, max_attempts=1))
    receiver.answering = lambda _: Reply()
    replay(warehouse, "hook", first=1, now=clock.now, wait_seconds=10)
    delivered(warehouse, clock, webhook(receiver.url))
    assert statuses(warehouse) == [(1, "delivered", 1)]


@pytest.mark.slow
def test_replay_of_what_was_not_reached_is_refused(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """A replay from an event that the subscription has not come to says so."""
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, webhook(receiver.url))
    with pytest.raises(WarehouseError, match="has not reached event 2 yet"):
        replay(warehouse, "hook", first=2, now=clock.now, wait_seconds=10)


@pytest.mark.slow
def test_a_paused_subscription_goes_on_where_it_was(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Resumed, it gets what it has not had, and no attempt was counted meanwhile."""
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
    receiver.answering = lambda call: Reply(410 if call.event["subject"] == "bea" else 204)
    delivered(warehouse, clock, webhook(receiver.url))
    receiver.answering = lambda _: Reply()
    resume(warehouse, "hook", now=clock.now, wait_seconds=10)
    delivered(warehouse, clock, webhook(receiver.url))
    assert statuses(warehouse) == [(1, "delivered", 1), (2, "delivered", 1)]


# Who wants what -----------------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        ({}, ["1", "2", "3"]),
        ({"kinds": [SignalKind.GOAL]}, ["2"]),
        ({"audiences": [Audience.TEACHER]}, ["3"]),
        ({"students": ["ann"]}, ["1", "2"]),
        ({"students": ["ann"], "kinds": ["mastery"]}, ["1"]),
        ({"students": ["nobody"]}, []),
    ],
    ids=str,
)
def test_a_subscription_gets_what_it_wants(
    wish: dict[str, object], wanted: list[str], warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Kinds, audiences and students are each a condition; what is not wanted is passed by for good."""
    stand(
        warehouse,
        signal_of("ann", 1),
        signal_of("ann", 2, kind=SignalKind.GOAL),
        signal_of("bea", 3, audience=Audience.TEACHER),
    )
    delivered(warehouse, clock, webhook(receiver.url, **wish))
    assert [event["data"]["signal_id"][-1] for event in receiver.events()] == wanted
    position = position_of(warehouse, "hook")
    assert position is not None
    assert position.next_sequence == 4


@pytest.mark.slow
def test_one_receiver_that_is_down_keeps_no_other_waiting(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Subscriptions are served each for itself, also where one lacks its secret."""
    stand(warehouse, signal_of("ann", 1))
    summaries = delivered(
        warehouse,
        clock,
        webhook("http://127.0.0.1:1/", name="down"),
        webhook(receiver.url, name="poor", secret_variable="NOT_THERE"),  # noqa: S106 - a name
        webhook(receiver.url, name="up"),
    )
    assert [summary.delivered for summary in summaries] == [0, 0, 1]
    assert "the environment variable NOT_THERE, which is not set" in str(summaries[1].told)


@pytest.mark.slow
def test_what_takes_long_to_send_is_recorded_on_the_way(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """However much was read at once, what was sent is recorded every few seconds, and the rest is sent after it."""
    stand(warehouse, *(signal_of("ann", number) for number in range(7)))
    recorded = []

    def answering(_: Call) -> Reply:
        with Warehouse(warehouse.folder, read_only=True) as other:
            recorded.append(len(statuses(other)))
        clock.go_on(RECORDED_WITHIN.total_seconds() / 2)
        return Reply()

    receiver.answering = answering
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert recorded == [0, 0, 2, 2, 4, 4, 6]
    assert (summary.delivered, summary.told) == (7, None)
    assert [int(event["data"]["signal_id"], 16) for event in receiver.events()] == list(range(7))


@pytest.mark.slow
def test_more_than_one_batch_keeps_the_order(
    warehouse: Warehouse, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more waits than is sent at once, what is new does not overtake it."""
    monkeypatch.setattr(module, "_AT_ONCE", 100)
    stand(warehouse, *(signal_of("ann", number) for number in range(150)))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, webhook(receiver.url))
    receiver.answering = lambda _: Reply()
    stand(warehouse, *(signal_of("ann", number) for number in range(151)))
    clock.go_on(10)
    delivered(warehouse, clock, webhook(receiver.url))
    numbers = [int(event["data"]["signal_id"], 16) for event in receiver.events()]
    assert numbers == [0, *range(151)]


def test_without_an_outbox_it_says_what_to_do(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> None:
    """A warehouse that was never refreshed has nothing to deliver, and the message names the command."""
    with (
        Warehouse(tmp_path_factory.mktemp("new") / "warehouse") as empty,
        pytest.raises(WarehouseError, match="learnloom refresh"),
    ):
        delivered(empty, clock, webhook("http://127.0.0.1:1/"))
