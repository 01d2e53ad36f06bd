"""What a topic holds, seen from its other end."""

from typing import Any

from kafka import KafkaConsumer, TopicPartition

from servers.kafka.broker import Broker


def messages_of(broker: Broker, topic: str) -> list[Any]:
    """All messages of a topic as kafka-python gives them, partition after partition."""
    ends = {TopicPartition(topic, number): end for number, end in broker.end_offsets(topic).items()}
    consumer = KafkaConsumer(bootstrap_servers=broker.address, auto_offset_reset="earliest")
    found: dict[TopicPartition, list[Any]] = {place: [] for place in ends}
    try:
        consumer.assign(list(ends))
        while any(consumer.position(place) < end for place, end in ends.items()):
            for place, messages in consumer.poll(timeout_ms=200).items():
                found[place] += messages
    finally:
        consumer.close()
    return [message for messages in found.values() for message in messages]
