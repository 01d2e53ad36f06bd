"""Topics, messages and sources for the tests of Kafka."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaProducer

from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource, TopicOptions
from learnloom.schemas.record import Batch, Position, Verdict
from servers.kafka.broker import Broker
from tests.pipelines.ingest import samples


def new_topic(broker: Broker, partitions: int = 1, **config: object) -> str:
    """Make a topic with a name of its own."""
    name = f"topic-{uuid.uuid4().hex[:12]}"
    broker.create_topic(name, partitions, **config)
    return name


def send(broker: Broker, topic: str, values: Iterable[bytes | None], partition: int = 0) -> None:
    """Send messages to one partition, and wait until the broker has them."""
    send_placed(broker, topic, ((partition, value) for value in values))


def send_placed(broker: Broker, topic: str, placed: Iterable[tuple[int, bytes | None]]) -> None:
    """Send messages, each to its own partition, and wait until the broker has them."""
    producer = KafkaProducer(bootstrap_servers=broker.address, linger_ms=5, acks="all")
    try:
        for partition, value in placed:
            producer.send(topic, value, key=b"none" if value is None else None, partition=partition)
        producer.flush()
    finally:
        producer.close()


def reading(*topics: str, **more: Any) -> TopicOptions:
    """How topics are read: to their end, with small limits, in a group of its own."""
    options: dict[str, Any] = {
        "group": f"group-{uuid.uuid4().hex[:8]}",
        "max_records": 100,
        "max_bytes": 1 << 20,
        "max_record_bytes": 4_096,
        "until_caught_up": True,
        "session_seconds": 6.0,
    }
    return TopicOptions(topics, **(options | more))


@contextmanager
def source(broker: Broker, *topics: str, **more: Any) -> Iterator[KafkaSource]:
    """A source of these topics."""
    with KafkaSource(KafkaConnection(broker.address), reading(*topics, **more)) as made:
        yield made


def read_all(made: KafkaSource, positions: Sequence[Position] = ()) -> list[Batch]:
    """Read to the end, settling on partitions as often as the source asks for it before it gives anything."""
    known = {(position.topic, position.partition): position for position in positions}
    while True:
        try:
            return [batch for batch in made.batches(known) if batch is not None]
        except ReassignedError:
            continue


def judge(raw: bytes | None, default_version: str = "") -> Verdict:
    """Judge as the other tests of landing do, whatever the version."""
    return samples.judge(raw)
