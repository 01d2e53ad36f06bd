"""The topics that we read and write: names, and how they are made where they are missing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

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

_RETENTION: Final = "retention.ms"
_SEGMENT: Final = "segment.ms"
_POLICY: Final = "cleanup.policy"
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
    configs = {_RETENTION: str(retention_ms)}
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


class TopicRetention(NamedTuple):
    """How long a topic holds a message."""

    longest: timedelta | None
    """At the latest after this time it is gone: a message goes with its file, which is closed first. None: never."""


def retention_of(
    connection: KafkaConnection, topics: Sequence[str], *, wait_seconds: float
) -> dict[str, TopicRetention]:
    """Ask for how long topics hold messages; of one that does not exist, or of which we may not ask, nothing is given.

    Args:
        connection: the brokers.
        topics: which.
        wait_seconds: how long the brokers may take for each answer.

    Raises:
        BrokerUnavailableError: no broker answers.
        KafkaSettingsError: the broker refuses, or a setting cannot be used.
    """
    names = (_RETENTION, _SEGMENT, _POLICY)
    with connection.admin(seconds=wait_seconds) as client:
        there = sorted(set(topics) & describe_topics(client, topics).keys())
        asked = [ConfigResource("TOPIC", topic, dict.fromkeys(names)) for topic in there]
        try:
            found = client.describe_configs(asked, config_filter="all").get("topic", {}) if asked else {}
        except kafka_errors.AuthorizationError:
            found = {}
    return {topic: _retention(told) for topic, told in found.items() if told.keys() >= set(names)}


def _retention(told: Mapping[str, Mapping[str, Any]]) -> TopicRetention:
    kept_ms, segment_ms = int(told[_RETENTION]["value"]), int(told[_SEGMENT]["value"])
    if kept_ms < 0 or "delete" not in str(told[_POLICY]["value"]):
        return TopicRetention(None)
    return TopicRetention(timedelta(milliseconds=kept_ms + segment_ms))
