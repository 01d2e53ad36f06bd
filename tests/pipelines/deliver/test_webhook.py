"""A webhook gets every event, signed, whatever it answers meanwhile."""

import base64
import hashlib
import hmac
from datetime import timedelta
from email.utils import format_datetime

import pytest

from learnloom.pipelines.deliver.position import position_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.event import MEDIA_TYPE, SignalEvent
from learnloom.schemas.signal import Audience
from tests.pipelines.deliver.make import (
    KEY,
    NOON,
    Clock,
    delivered,
    signal_of,
    stand,
    statuses,
    told,
    webhook,
)
from tests.pipelines.deliver.receiver import Call, Receiver, Reply


@pytest.mark.slow
def test_an_event_is_posted_and_signed(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """The body is the CloudEvent, the id in the header is the event's, and the signature is what its recipe gives."""
    stand(warehouse, signal_of("ann", 1))
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert (summary.delivered, summary.told) == (1, None)
    (call,) = receiver.calls
    event = SignalEvent.model_validate_json(call.body)
    stamp = call.headers["webhook-timestamp"]
    signed = f"{event.id}.{stamp}.".encode() + call.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{expected}"
    assert (call.headers["webhook-id"], int(stamp)) == (event.id, int(NOON.timestamp()))
    assert (call.headers["content-type"], call.method) == (MEDIA_TYPE, "POST")


@pytest.mark.slow
def test_what_was_delivered_is_not_sent_again(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """A second delivery sends only what is new."""
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, webhook(receiver.url))
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
    delivered(warehouse, clock, webhook(receiver.url))
    assert told(receiver.events()) == [("ann", "raised"), ("bea", "raised")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "bad",
    [
        Reply(500, body=b"oops"),
        Reply(400),
        Reply(302, {"location": "http://127.0.0.1:1/"}),
        Reply(raw=b"\x00\xffwhat is HTTP?\r\n\r\n"),
        Reply(raw=b""),
        Reply(is_late=True),
    ],
    ids=["500", "400", "redirect", "garbage", "nothing", "slow"],
)
def test_a_failed_event_holds_back_its_student_alone(
    bad: Reply, warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Ann's event fails: her later one waits behind it, Bea's arrives; when it is over all come, Ann's in order."""
    hook = webhook(receiver.url, timeout_seconds=0.3)
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2), signal_of("bea", 3))
    receiver.answering = lambda call: bad if call.event["subject"] == "ann" else Reply()
    (summary,) = delivered(warehouse, clock, hook)
    assert (summary.delivered, summary.failed, summary.dead) == (1, 1, 0)
    assert statuses(warehouse) == [(1, "waiting", 1), (2, "waiting", 0), (3, "delivered", 1)]
    receiver.answering = lambda _: Reply()
    delivered(warehouse, clock, hook)
    assert len(receiver.calls) == 2, "it waits for its time"
    clock.go_on(10)
    delivered(warehouse, clock, hook)
    signals = [call.event["data"]["signal_id"][-1] for call in receiver.calls]
    assert sorted(signals[:2]) == ["1", "3"]
    assert signals[2:] == ["1", "2"]
    assert {status for _, status, _ in statuses(warehouse)} == {"delivered"}


@pytest.mark.slow
def test_new_events_wait_behind_one_that_waits(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """What is told of a student after a failure does not overtake it."""
    hook = webhook(receiver.url)
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, hook)
    receiver.answering = lambda _: Reply()
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2))
    delivered(warehouse, clock, hook)
    assert len(receiver.calls) == 1
    clock.go_on(10)
    delivered(warehouse, clock, hook)
    assert [call.event["data"]["signal_id"][-1] for call in receiver.calls] == ["1", "1", "2"]


@pytest.mark.slow
def test_what_waits_and_is_not_for_the_receiver_any_more_is_passed_over(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Told meanwhile that nothing goes to Ann herself, it sends no more of that, and what is for teachers goes on."""
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2, audience=Audience.TEACHER))
    receiver.answering = lambda _: Reply(500)
    delivered(warehouse, clock, webhook(receiver.url))
    assert statuses(warehouse) == [(1, "waiting", 1), (2, "waiting", 0)]
    receiver.answering = lambda _: Reply()
    (summary,) = delivered(warehouse, clock, webhook(receiver.url, audiences=[Audience.TEACHER]))
    assert (summary.passed, summary.delivered) == (1, 1)
    assert [call.event["data"]["signal_id"][-1] for call in receiver.calls] == ["1", "2"]
    assert statuses(warehouse) == [(1, "passed", 1), (2, "delivered", 1)]


@pytest.mark.slow
def test_waits_grow_until_the_event_is_dead(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """The wait doubles up to its largest; after the last attempt the event is dead and the student's next goes on."""
    hook = webhook(receiver.url, max_attempts=4, first_wait_seconds=10, max_wait_seconds=30)
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2))
    receiver.answering = lambda call: Reply(500 if call.event["data"]["signal_id"][-1] == "1" else 204)
    waits = []
    for _ in range(3):
        delivered(warehouse, clock, hook)
        (at,) = warehouse.one("SELECT next_attempt_at FROM feedback.delivery WHERE sequence = 1")
        waits.append((at - clock.now).total_seconds())
        clock.now = at
    (summary,) = delivered(warehouse, clock, hook)
    assert waits == [10, 20, 30]
    assert (summary.dead, summary.delivered) == (1, 1)
    assert statuses(warehouse) == [(1, "dead", 4), (2, "delivered", 1)]
    (reason,) = warehouse.one("SELECT last_error FROM feedback.delivery WHERE sequence = 1")
    assert reason == "the receiver answered 500"


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_obeyed(
    status: int, is_date: bool, warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Asked to come back later, nothing is sent before, no attempt is counted, and nothing is lost."""
    hook = webhook(receiver.url)
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
    after = format_datetime(NOON + timedelta(seconds=120), usegmt=True) if is_date else "120"
    receiver.answering = lambda _: Reply(status, {"retry-after": after})
    (summary,) = delivered(warehouse, clock, hook)
    assert len(receiver.calls) == 1
    receiver.answering = lambda _: Reply()
    clock.go_on(119)
    (summary,) = delivered(warehouse, clock, hook)
    assert len(receiver.calls) == 1
    assert f"held until 2026-11-28 12:02:00 UTC: the receiver answered {status}" in str(summary.told)
    clock.go_on(1)
    (summary,) = delivered(warehouse, clock, hook)
    assert summary.told is None
    assert statuses(warehouse) == [(1, "delivered", 1), (2, "delivered", 1)]


@pytest.mark.slow
def test_a_receiver_that_is_down_costs_no_attempts(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Where nobody answers nothing is counted; the pauses grow, and when it is back everything arrives."""
    away = webhook("http://127.0.0.1:1/hook", max_attempts=1)
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
    waits = []
    for _ in range(3):
        (summary,) = delivered(warehouse, clock, away)
        assert "cannot be reached" in str(summary.told)
        position = position_of(warehouse, "hook")
        assert position is not None
        assert position.held_until is not None
        waits.append((position.held_until - clock.now).total_seconds())
        clock.now = position.held_until
    assert waits == [10, 20, 40]
    assert statuses(warehouse) == []
    delivered(warehouse, clock, webhook(receiver.url, max_attempts=1))
    assert statuses(warehouse) == [(1, "delivered", 1), (2, "delivered", 1)]


@pytest.mark.slow
def test_a_receiver_that_fails_everything_is_left_alone(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """After five failures in a row the others are not tried, and lose no attempt."""
    stand(warehouse, *(signal_of(f"student {number}", number) for number in range(9)))
    receiver.answering = lambda _: Reply(500)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert len(receiver.calls) == 5
    assert "5 events in a row failed, the last: the receiver answered 500" in str(summary.told)
    assert statuses(warehouse) == [(sequence, "waiting", 1) for sequence in range(1, 6)]
    receiver.answering = lambda _: Reply()
    clock.go_on(10)
    delivered(warehouse, clock, webhook(receiver.url))
    assert [row[1] for row in statuses(warehouse)] == ["delivered"] * 9


@pytest.mark.slow
def test_410_pauses_the_subscription_until_it_is_resumed(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """A receiver that is gone is not called again, and the message says how to go on."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(410)
    delivered(warehouse, clock, webhook(receiver.url))
    clock.go_on(9 * 86_400)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert len(receiver.calls) == 1
    assert "paused: the receiver answered 410" in str(summary.told)
    assert "learnloom deliver resume hook" in str(summary.told)


@pytest.mark.slow
def test_wrong_credentials_kill_nothing(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """A receiver that does not know us is a matter of the configuration: no event pays for it."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(401)
    (summary,) = delivered(warehouse, clock, webhook(receiver.url, max_attempts=1))
    assert "check the subscription's address and secret" in str(summary.told)
    assert statuses(warehouse) == []


@pytest.mark.slow
def test_the_receiver_is_not_called_too_often(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """With two calls a second, five events take two seconds."""
    stand(warehouse, *(signal_of("ann", number) for number in range(5)))
    delivered(warehouse, clock, webhook(receiver.url, max_per_second=2))
    assert clock.slept == [0.5] * 4


@pytest.mark.slow
def test_an_endless_answer_is_not_read(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """Of what is answered no more is kept than is shown."""
    stand(warehouse, signal_of("ann", 1))
    receiver.answering = lambda _: Reply(500, body=b"x" * 1_000_000)
    delivered(warehouse, clock, webhook(receiver.url))
    (reason,) = warehouse.one("SELECT last_error FROM feedback.delivery")
    assert reason == "the receiver answered 500: " + "x" * 200


@pytest.mark.slow
def test_a_limit_leaves_the_rest_for_the_next_time(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """`limit` sends the first so many; the next delivery goes on from there."""
    stand(warehouse, *(signal_of("ann", number) for number in range(5)))
    for expected in (2, 4, 5):
        delivered(warehouse, clock, webhook(receiver.url), limit=2)
        assert len(receiver.calls) == expected
    assert [call.event["data"]["signal_id"][-1] for call in receiver.calls] == ["0", "1", "2", "3", "4"]


@pytest.mark.slow
def test_an_ill_formed_answer_to_one_call_is_no_answer_to_the_next(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """The connection that broke off is not used again."""
    replies = iter([Reply(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"), Reply()])
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))

    def answering(_: Call) -> Reply:
        return next(replies)

    receiver.answering = answering
    (summary,) = delivered(warehouse, clock, webhook(receiver.url))
    assert (summary.delivered, summary.failed) == (1, 1)
