"""The offsets that Kafka's own tools see: what has landed, committed until the brokers have taken it."""

import time
from collections.abc import Mapping
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

_AGAIN_SECONDS: Final = 5.0
"""So long after a commit what was not taken is sent again; Kafka's own consumers commit as seldom."""


class CommittedOffsets:
    """Follows the positions of the warehouse; for one thread. Nobody waits for an answer, and none is ever needed.

    What a broker that is away, or a group that is being rebalanced, has not taken is sent again, also where nothing new
    comes: else tools would show a lag for good where all has landed.
    """

    def __init__(self) -> None:
        """Nothing is to be committed yet."""
        self._wanted: dict[TopicPartition, int] = {}
        self._taken: dict[TopicPartition, int] = {}
        self._sent_at = 0.0
        self._waits_since: float | None = None
        """When something was sent first of which nothing has been taken yet."""

    def waits_for(self) -> float:
        """Seconds for which the group has taken nothing of what was sent; 0 where nothing is to be taken."""
        return 0.0 if self._waits_since is None else time.monotonic() - self._waits_since

    def note(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Take note of the next offset of each of these partitions; it may be below an earlier one."""
        self._wanted.update(offsets)

    def send_if_due(self, consumer: KafkaConsumer) -> None:
        """Send what was not taken, unless something was sent a moment ago."""
        if time.monotonic() - self._sent_at >= _AGAIN_SECONDS:
            self.send(consumer)

    def send(self, consumer: KafkaConsumer) -> None:
        """Send what was not taken of the consumer's partitions; those of others are theirs to commit."""
        ours = consumer.assignment()
        for gone in self._wanted.keys() - ours:
            del self._wanted[gone]
            self._taken.pop(gone, None)
        self._sent_at = time.monotonic()
        offsets = {
            place: OffsetAndMetadata(offset, "", -1)
            for place, offset in self._wanted.items()
            if self._taken.get(place) != offset
        }
        if not offsets:
            self._waits_since = None
            return
        if self._waits_since is None:
            self._waits_since = self._sent_at
        consumer.commit_async(offsets, callback=self._answered)

    def _answered(self, offsets: Mapping[TopicPartition, OffsetAndMetadata], answer: object) -> None:
        if not isinstance(answer, Exception):
            self._waits_since = None
            self._taken.update(
                {place: sent.offset for place, sent in offsets.items() if place in self._wanted}
            )
