"""A Kafka topic gets every event, keyed by student, at least once and in order."""

import uuid
from pathlib import Path

import pytest

from learnloom.pipelines.config.subscriptions import KafkaSubscription
from learnloom.pipelines.deliver.deliver import Delivering, DeliverySummary
from learnloom.pipelines.deliver.topic import TopicSender
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.event import MEDIA_TYPE, SignalEvent
from servers.kafka.broker import Broker
from tests.pipelines.deliver.make import Clock, signal_of, stand, statuses
from tests.pipelines.ingest.sources.kafka.topic_end import messages_of
from tests.servers.fixtures import BrokerMaker


def _deliver(warehouse: Warehouse, clock: Clock, address: str, topic: str) -> DeliverySummary:
    subscription = KafkaSubscription.model_validate({"name": "topic", "to": "kafka", "topic": topic})
    sender = TopicSender(subscription, KafkaConnection(address))
    try:
        return Delivering(warehouse, subscription, sender, clock, lambda: 1.0, 20).run()
    finally:
        sender.close()


def _topic(broker: Broker, **settings: object) -> str:
    topic = f"signals-{uuid.uuid4().hex[:8]}"
    broker.create_topic(topic, 3, **settings)
    return topic


def test_events_are_keyed_by_student_and_in_order(warehouse: Warehouse, clock: Clock, broker: Broker) -> None:
    """Each student's events lie in one partition in the order of the outbox, as CloudEvents in structured mode."""
    topic = _topic(broker)
    names = ["ann", "bea", "cem", "dov"]
    stand(warehouse, *(signal_of(names[number % 4], number) for number in range(40)))
    stand(warehouse, *(signal_of(names[number % 4], number) for number in range(20)))
    summary = _deliver(warehouse, clock, broker.address, topic)
    # What had ended before this subscription began is not told.
    assert (summary.delivered, summary.told) == (20, None)
    stand(warehouse)
    assert _deliver(warehouse, clock, broker.address, topic).delivered == 20
    messages = messages_of(broker, topic)
    order = dict(warehouse.rows("SELECT event_id, sequence FROM feedback.outbox"))
    for name in names:
        own = [message for message in messages if message.key == name.encode()]
        events = [SignalEvent.model_validate_json(message.value) for message in own]
        assert len({message.partition for message in own}) == 1
        assert {event.subject for event in events} == {name}
        sequences = [order[event.id] for event in events]
        assert (len(sequences), sequences) == (10, sorted(sequences))
    assert {tuple(message.headers) for message in messages} == {(("content-type", MEDIA_TYPE.encode()),)}


def test_a_crash_before_recording_repeats_the_same_ids(
    warehouse: Warehouse, clock: Clock, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the broker has and is not recorded comes a second time, byte for byte."""
    topic = _topic(broker)
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2))

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr("learnloom.pipelines.deliver.deliver.record", broken)
        with pytest.raises(ConnectionError):
            _deliver(warehouse, clock, broker.address, topic)
    _deliver(warehouse, clock, broker.address, topic)
    values = [message.value for message in messages_of(broker, topic)]
    assert (len(values), values[:2]) == (4, values[2:])


def test_an_event_that_is_too_large_is_dead_alone(warehouse: Warehouse, clock: Clock, broker: Broker) -> None:
    """What the topic can never take is given up with the reason; the others arrive."""
    topic = _topic(broker, max_message_bytes=4_000)
    stand(warehouse, signal_of("ann", 1), signal_of("ann", 2, sentence="x" * 9_000), signal_of("ann", 3))
    summary = _deliver(warehouse, clock, broker.address, topic)
    assert (summary.delivered, summary.dead) == (2, 1)
    assert statuses(warehouse, "topic") == [(1, "delivered", 1), (2, "dead", 1), (3, "delivered", 1)]
    assert len(messages_of(broker, topic)) == 2


@pytest.mark.parametrize("topic", ["missing"])
def test_a_missing_topic_is_told(topic: str, warehouse: Warehouse, clock: Clock, broker: Broker) -> None:
    """A topic that does not exist is named, no attempt is counted, and nothing is lost."""
    stand(warehouse, signal_of("ann", 1))
    summary = _deliver(warehouse, clock, broker.address, topic)
    assert "no topic missing at" in str(summary.told)
    assert statuses(warehouse, "topic") == []


@pytest.mark.long
def test_a_broker_that_is_away_loses_nothing(
    warehouse: Warehouse, clock: Clock, make_broker: BrokerMaker, tmp_path: Path
) -> None:
    """While the broker is down nothing is recorded; when it is back everything arrives."""
    broker = make_broker()
    broker.start()
    topic = _topic(broker)
    broker.stop()
    stand(warehouse, signal_of("ann", 1))
    summary = _deliver(warehouse, clock, broker.address, topic)
    assert "no Kafka broker answers" in str(summary.told)
    assert statuses(warehouse, "topic") == []
    broker.start()
    clock.go_on(10)
    assert _deliver(warehouse, clock, broker.address, topic).delivered == 1
    assert len(messages_of(broker, topic)) == 1
