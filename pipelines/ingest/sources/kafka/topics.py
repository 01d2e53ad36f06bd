"""The topics that we read and write: names, and how they are made where they are missing."""

from typing import Any, Final

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection, describe_topics
from learnloom.pipelines.ingest.sources.kafka.errors import TopicMissingError

DEAD_SUFFIX: Final = ".dead"
DEAD_PARTITIONS: Final = 1
DEAD_RETENTION_MS: Final = 90 * 24 * 3_600 * 1_000
"""Ninety days: dead letters stay in the warehouse, the topic is for whoever wants to hear of them."""
STATEMENT_RETENTION_MS: Final = 7 * 24 * 3_600 * 1_000
"""Kafka's own default: within it a consumer has to be running again."""

_MAX_MESSAGE_BYTES: Final = "max.message.bytes"
_DEFAULT_MAX_MESSAGE_BYTES: Final = 1_048_588
"""Kafka's own, for where we may not ask."""


def dead_topic(topic: str) -> str:
    """Name of the topic to which the dead letters of `topic` go."""
    return f"{topic}{DEAD_SUFFIX}"


def make_missing(
    client: KafkaAdminClient,
    topic: str,
    *,
    partitions: int,
    retention_ms: int,
    message_bytes: int = _DEFAULT_MAX_MESSAGE_BYTES,
) -> bool:
    """Make a topic where it does not exist; tell whether it was made. Replication is the broker's default.

    Args:
        client: asks the broker.
        topic: its name.
        partitions: their number.
        retention_ms: how long it keeps a message.
        message_bytes: what a message of it may have, if that is more than Kafka's default.
    """
    if topic in describe_topics(client, [topic]):
        return False
    configs = {"retention.ms": str(retention_ms)}
    if message_bytes > _DEFAULT_MAX_MESSAGE_BYTES:
        configs[_MAX_MESSAGE_BYTES] = str(message_bytes)
    new: dict[str, Any] = {"num_partitions": partitions, "configs": configs}
    try:
        client.create_topics({topic: new}, wait_for_metadata=True)
    except kafka_errors.TopicAlreadyExistsError:
        return False
    return True


def limit_of_existing(connection: KafkaConnection, topic: str) -> int:
    """See that a topic exists, and give how many bytes a message of it may have.

    Raises:
        TopicMissingError: there is no such topic.
        BrokerUnavailableError: no broker answers.
        KafkaSettingsError: the broker refuses, or a setting cannot be used.
    """
    with connection.admin() as client:
        if topic not in describe_topics(client, [topic]):
            raise TopicMissingError(
                f"no topic {topic} at {connection.servers}: check the name, or create it first"
            )
        return max_message_bytes(client, topic)


def max_message_bytes(client: KafkaAdminClient, topic: str) -> int:
    """Ask how many bytes a message of the topic may have; Kafka's default where the broker does not tell us."""
    asked = ConfigResource("TOPIC", topic, {_MAX_MESSAGE_BYTES: None})
    try:
        found = client.describe_configs([asked], config_filter="all")["topic"][topic]
    except (kafka_errors.AuthorizationError, KeyError):
        found = {}
    return int(found.get(_MAX_MESSAGE_BYTES, {}).get("value") or _DEFAULT_MAX_MESSAGE_BYTES)
