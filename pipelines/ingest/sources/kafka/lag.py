"""How far what has landed is behind what the topics hold, in offsets and in time."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection, Topic, describe_topics
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, TopicMissingError
from learnloom.pipelines.ingest.sources.kafka.offsets import Partition, PartitionLog, find_starts
from learnloom.schemas.record import Position

_POLL_MS: Final = 100
_FETCH_BYTES: Final = 65_536
"""Of a partition: only its first record is looked at, which comes whole whatever its size."""


class TopicLag(NamedTuple):
    """What of one topic has not landed."""

    topic: str
    records: int
    """Offsets from the positions to the ends; what is no record (a transaction's mark) counts too."""
    oldest_at: datetime | None
    """Time of the oldest record among them, as its producer or the broker set it; None: there is none, or it has no
    time."""

    def seconds(self, now: datetime) -> float:
        """Age of the oldest; 0 where none waits, or where clocks differ."""
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at).total_seconds())


def topics_lag(
    connection: KafkaConnection,
    topics: Sequence[str],
    positions: Mapping[Partition, Position],
    *,
    wait_seconds: float,
) -> list[TopicLag]:
    """Hold topics against positions; nothing is committed, and no group is joined.

    Args:
        connection: the brokers.
        topics: which; each has to exist.
        positions: what has landed; a partition without one is unread from its first record.
        wait_seconds: how long the brokers may take for each answer.

    Raises:
        TopicMissingError: one of them does not exist.
        BrokerUnavailableError: no broker answers, or not in time.
        KafkaSettingsError: the broker refuses, or a setting cannot be used.
    """
    with connection.admin(seconds=wait_seconds) as client:
        found = describe_topics(client, topics)
    if missing := [topic for topic in topics if topic not in found]:
        raise TopicMissingError(
            f"no topic {', '.join(missing)} at {connection.servers}: it was read before. Was it deleted or renamed?"
        )
    options: dict[str, Any] = connection.options() | {
        "group_id": None,
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "max_partition_fetch_bytes": _FETCH_BYTES,
        "request_timeout_ms": max(1, int(wait_seconds * 1_000)),
        "metrics_enabled": False,
    }
    with connection.asking(), closing(KafkaConsumer(**options)) as consumer:
        unread = _unread(consumer, found, positions)
        times = _oldest(consumer, unread, time.monotonic() + wait_seconds)
    return [_of_topic(topic, unread, times) for topic in topics]


def _unread(
    consumer: KafkaConsumer, topics: Mapping[str, Topic], positions: Mapping[Partition, Position]
) -> dict[TopicPartition, tuple[int, int]]:
    """Per partition with something unread its next offset and its end."""
    places = [TopicPartition(topic.name, number) for topic in topics.values() for number in topic.partitions]
    firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    logs = {
        (place.topic, place.partition): PartitionLog(firsts[place], ends[place], topics[place.topic].topic_id)
        for place in places
    }
    starts = find_starts(logs, positions, "skip")
    return {
        TopicPartition(*where): (start.seek_offset, logs[where].end_offset)
        for where, start in starts.items()
        if start.seek_offset < logs[where].end_offset
    }


def _oldest(
    consumer: KafkaConsumer, unread: Mapping[TopicPartition, tuple[int, int]], until: float
) -> dict[TopicPartition, datetime | None]:
    """Read the time of the first record of each; a partition that has only marks left has none."""
    consumer.assign(list(unread))
    for place, (next_offset, _) in unread.items():
        consumer.seek(place, next_offset)
    times: dict[TopicPartition, datetime | None] = {}
    while waiting := set(unread) - set(times):
        if time.monotonic() > until:
            told = ", ".join(f"{place.topic}-{place.partition}" for place in sorted(waiting))
            raise BrokerUnavailableError(
                f"the broker returned no record of {told} in time, although there are some"
            )
        for place, records in consumer.poll(timeout_ms=_POLL_MS).items():
            if place in waiting and records:
                stamp = records[0].timestamp
                times[place] = datetime.fromtimestamp(stamp / 1_000, UTC) if stamp and stamp > 0 else None
                consumer.pause(place)
        for place in waiting - set(times):
            if (consumer.position(place) or 0) >= unread[place][1]:
                times[place] = None
    return times


def _of_topic(
    topic: str,
    unread: Mapping[TopicPartition, tuple[int, int]],
    times: Mapping[TopicPartition, datetime | None],
) -> TopicLag:
    ours = [place for place in unread if place.topic == topic]
    return TopicLag(
        topic,
        sum(unread[place][1] - unread[place][0] for place in ours),
        min((at for place in ours if (at := times[place]) is not None), default=None),
    )
