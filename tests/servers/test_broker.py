"""The broker that other tests stand on."""

import uuid
from collections.abc import Callable

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource
from kafka.errors import UnknownTopicOrPartitionError

from servers.kafka.broker import Broker, OwnBroker
from tests.servers.fixtures import BrokerMaker


def _send(broker: Broker, topic: str, values: int) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.address)
    for number in range(values):
        producer.send(topic, str(number).encode(), partition=number % 2)
    producer.flush()
    producer.close()


def test_topics_come_and_go(broker: Broker) -> None:
    """A topic has the partitions and settings asked for, counts what is sent, and is gone when deleted."""
    topic = f"topic-{uuid.uuid4()}"
    broker.create_topic(topic, 2, retention_ms=77_000)
    _send(broker, topic, 5)
    assert broker.end_offsets(topic) == {0: 3, 1: 2}
    with broker.admin() as admin:
        assert "77000" in str(admin.describe_configs([ConfigResource("TOPIC", topic)]))
    broker.delete_topic(topic)
    with broker.admin() as admin:
        assert topic not in admin.list_topics()


def test_unknown_topic_is_not_made_up(broker: Broker) -> None:
    """A misspelt topic is an error and not an empty topic."""
    with pytest.raises(UnknownTopicOrPartitionError):
        broker.end_offsets(f"absent-{uuid.uuid4()}")


@pytest.mark.long
@pytest.mark.parametrize("end", [OwnBroker.kill, OwnBroker.stop], ids=["kill", "stop"])
def test_ended_broker_comes_back_with_its_data(
    end: Callable[[OwnBroker], None], make_broker: BrokerMaker
) -> None:
    """What a broker has acknowledged is there, at the same address, after `kill -9` as after a good end."""
    broker = make_broker()
    broker.create_topic("kept", 2)
    _send(broker, "kept", 5)
    end(broker)
    assert not broker.is_ready()
    broker.start()
    assert broker.end_offsets("kept") == {0: 3, 1: 2}
