"""Our place in the consumer group: which partitions are ours, and that this has changed."""

import logging
from collections.abc import Iterable
from threading import Event

from kafka import ConsumerRebalanceListener, TopicPartition

_log = logging.getLogger(__name__)


class Membership(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """Takes note of changes; called by kafka-python's own thread, so it does nothing else."""

    def __init__(self) -> None:
        self._has_changed = Event()

    @property
    def has_changed(self) -> bool:
        """Whether partitions came or went since `settle`."""
        return self._has_changed.is_set()

    def settle(self) -> None:
        """Count changes from here on."""
        self._has_changed.clear()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Take note."""
        self._note("assigned", assigned)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Take note."""
        self._note("revoked", revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """Take note: the group went on without us."""
        self._note("lost, because the consumer did not respond for too long", lost)

    def _note(self, what: str, partitions: Iterable[TopicPartition]) -> None:
        self._has_changed.set()
        told = ", ".join(sorted(f"{part.topic}:{part.partition}" for part in partitions))
        if told:
            _log.info("partitions %s: %s", what, told)
