"""Topics as a source of records, read as a member of a consumer group.

Where to go on is told by the caller, who keeps the positions; what is committed to Kafka is a hint for lag tools.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Self

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import MemberState

from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.kafka.committed import CommittedOffsets
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection, Topic
from learnloom.pipelines.ingest.sources.kafka.errors import TopicMissingError
from learnloom.pipelines.ingest.sources.kafka.membership import Membership
from learnloom.pipelines.ingest.sources.kafka.messages import Spans, records_of
from learnloom.pipelines.ingest.sources.kafka.monitor import BrokerMonitor
from learnloom.pipelines.ingest.sources.kafka.offsets import PartitionLog, Start, WhenLost, find_starts
from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.tracing.span import is_on
from learnloom.schemas.record import Batch, Position, Record

_log = logging.getLogger(__name__)
_GATHERED_BYTES: Final = 1 << 20
_POLL_MS: Final = 100
"""So often the reader is told that nothing came, and may notice that time passes or that it is to stop."""
_LEAVE_MS: Final = 5_000
_SESSIONS: Final = 3  # no member that the group knows waits so long until its offsets are taken
_LOST_OFFSETS = (
    kafka_errors.NoOffsetForPartitionError,
    kafka_errors.OffsetOutOfRangeError,
    kafka_errors.LogTruncationError,
)


class TopicOptions(NamedTuple):
    """How topics are read."""

    topics: tuple[str, ...]
    group: str
    """Consumer group: its members share the partitions."""
    max_records: int
    """Records in a batch, at the most."""
    max_bytes: int
    """Bytes of records in a batch, unless a single message is larger."""
    max_record_bytes: int
    """A larger statement is refused, and only its beginning kept."""
    wait_seconds: float = 60.0
    """How long no broker may answer."""
    until_caught_up: bool = False
    """End at what stood in the topics when their partitions became ours, instead of following them."""
    is_over: Callable[[], bool] = lambda: False
    """Where it says so while nothing comes, following ends."""
    when_lost: WhenLost = "stop"
    session_seconds: float = 45.0
    """Whoever is not heard of for so long is out of the group (session.timeout.ms)."""
    gather_ms: int = 0
    """So long the broker waits for more before it answers (fetch.max.wait.ms); 0: it answers with what is there."""


class KafkaSource:
    """Reads topics; a context manager, and for one thread."""

    streams: frozenset[str] = frozenset()

    def __init__(self, connection: KafkaConnection, options: TopicOptions) -> None:
        """Nothing is asked of the broker yet."""
        self._connection = connection
        self._options = options
        self._membership = Membership()
        self._monitor = BrokerMonitor(connection, options.topics, options.wait_seconds)
        self._consumer: KafkaConsumer | None = None
        self._topics: dict[str, Topic] = {}
        self._committed = CommittedOffsets()
        self._next: dict[TopicPartition, int] = {}
        """Per partition of ours the offset at which its next batch starts."""
        self.problems: list[Problem] = []

    def __enter__(self) -> Self:
        """Give the source."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the group."""
        self.close()

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=_LEAVE_MS)
            self._consumer = None
        self._monitor.close()

    def lag(self) -> int:
        """Count the offsets of our partitions that have not been read, as far as the broker has told of them."""
        if self._consumer is None:
            return 0
        ours = self._consumer.assignment()
        return sum(
            max(0, int(self._consumer.highwater(place) or 0) - next_offset)
            for place, next_offset in self._next.items()
            if place in ours
        )

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Commit to Kafka what stands in the warehouse, for tools that watch lag; nobody waits for it."""
        self._committed.note(
            {TopicPartition(each.topic, each.partition): each.next_offset for each in positions}
        )
        if self._consumer is not None:
            self._committed.send(self._consumer)

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions` in the partitions that are ours; see `Source.batches`.

        Raises:
            ReassignedError: partitions came or went, or a log has to be looked at anew.
            TopicMissingError: a topic does not exist, and what is there now was asked for.
            OffsetsLostError: what comes after a position is gone.
            BrokerUnavailableError: no broker has answered for too long.
            KafkaSettingsError: the broker refuses.
        """
        with self._connection.asking():
            consumer = self._joined()
            while consumer.group_metadata().state is not MemberState.STABLE:
                self._look(is_quiet=True)
                self._poll(consumer)
                yield None
            if self._membership.has_changed:
                # The positions were read before the partitions were ours: others may have moved them since.
                self._membership.settle()
                raise ReassignedError("the consumer group was rebalanced")
            ends = self._seek(consumer, positions)
        while True:
            with self._connection.asking():
                found = self._poll(consumer)
                if self._membership.has_changed:
                    self._membership.settle()
                    raise ReassignedError("the consumer group was rebalanced")
                self._look(is_quiet=not found)
                self._committed.send_if_due(consumer)
                self._join_anew_if_forgotten()
            for partition, messages in found.items():
                yield from self._batches(partition, messages)
            if not found:
                yield None
                if self._options.is_over():
                    return
            if self._options.until_caught_up and self._is_caught_up(consumer, ends):
                return

    def _joined(self) -> KafkaConsumer:
        if self._consumer is not None:
            return self._consumer
        self._topics = self._monitor.look() or {}
        missing = [topic for topic in self._options.topics if topic not in self._topics]
        if missing and self._options.until_caught_up:
            raise TopicMissingError(
                f"no topic {', '.join(missing)} at {self._connection.servers}: check the name, or create it first"
            )
        consumer = KafkaConsumer(**self._connection.reached(), **self._consumer_options())
        consumer.subscribe(list(self._options.topics), listener=self._membership)
        for topic in self._topics:
            consumer.partitions_for_topic(topic)  # whoever joins without knowing them shares out nothing
        self._consumer = consumer
        return consumer

    def _join_anew_if_forgotten(self) -> None:
        """Leave a group that takes no offsets any more, although brokers answer, and join it anew.

        Where no answer ever comes to kafka-python's question for the coordinator, it sends no heartbeats and reads on.
        """
        seconds = self._committed.waits_for()
        if self._monitor.is_away or seconds < _SESSIONS * self._options.session_seconds:
            return
        _log.warning(
            "the group has taken no offsets for %.0f s: this consumer leaves it, to join anew", seconds
        )
        self.close()
        self._committed = CommittedOffsets()
        raise ReassignedError("the consumer has left its group")

    def _consumer_options(self) -> dict[str, Any]:
        session_ms = int(self._options.session_seconds * 1000)
        gather_ms = self._options.gather_ms
        gathers = {"fetch_max_wait_ms": gather_ms, "fetch_min_bytes": _GATHERED_BYTES} if gather_ms else {}
        return {
            "group_id": self._options.group,
            "enable_auto_commit": False,
            "auto_offset_reset": "none",  # what is gone is never skipped in silence
            "allow_auto_create_topics": False,
            "isolation_level": "read_committed",
            "partition_assignment_strategy": [CooperativeStickyAssignor],
            "session_timeout_ms": session_ms,
            "heartbeat_interval_ms": min(3_000, session_ms // 3),
            "metadata_max_age_ms": 30_000,  # new partitions are found so soon
            "max_poll_records": self._options.max_records,
            "max_partition_fetch_bytes": 8 << 20,
            "fetch_max_bytes": 32 << 20,
            "metrics_enabled": False,
            **gathers,
        }

    def _poll(self, consumer: KafkaConsumer) -> dict[TopicPartition, list[Any]]:
        try:
            found: dict[TopicPartition, list[Any]] = consumer.poll(timeout_ms=_POLL_MS)
        except _LOST_OFFSETS as error:
            if not self._next:
                return {}  # not ours yet: reading begins where the positions say
            raise ReassignedError(f"the offsets must be read again: {error}") from error
        return found

    def _look(self, *, is_quiet: bool) -> None:
        """See every few seconds whether broker and topics are still there, and the same."""
        if not self._monitor.is_due(is_quiet=is_quiet):
            return
        found = self._monitor.look()
        if found is None:
            return
        before, self._topics = self._topics, found
        for name, topic in found.items():
            if self._next and name in before and before[name].topic_id != topic.topic_id:
                raise ReassignedError(f"topic {name} was created again")

    def _seek(self, consumer: KafkaConsumer, positions: Positions) -> dict[TopicPartition, int]:
        """Put every partition of ours where its position says; give the ends of the logs."""
        ours = sorted(consumer.assignment())
        self._next = {}
        firsts = consumer.beginning_offsets(ours) if ours else {}
        ends: dict[TopicPartition, int] = consumer.end_offsets(ours) if ours else {}
        self._topics = self._monitor.look() or self._topics
        logs = {
            (each.topic, each.partition): PartitionLog(firsts[each], ends[each], self._topic_id(each.topic))
            for each in ours
        }
        for where, start in find_starts(logs, positions, self._options.when_lost).items():
            self._go_on(consumer, TopicPartition(*where), start)
        return ends

    def _go_on(self, consumer: KafkaConsumer, place: TopicPartition, start: Start) -> None:
        if start.loss is not None:
            _log.warning("skipping lost offsets: %s", start.loss)
        consumer.seek(place, start.seek_offset)
        self._next[place] = start.start_offset
        # What landed before a crash, or at another member, was perhaps never committed.
        self._committed.note({place: start.start_offset})

    def _topic_id(self, topic: str) -> str | None:
        found = self._topics.get(topic)
        return found.topic_id if found is not None else None

    def _is_caught_up(self, consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
        """Whether everything has been read that stood in the logs, records that are not for readers included."""
        return all((consumer.position(place) or 0) >= end for place, end in ends.items())

    def _batches(self, place: TopicPartition, messages: list[Any]) -> Iterator[Batch]:
        """Cut the messages of one partition into batches."""
        limits, topic_id = self._options, self._topic_id(place.topic)
        records: list[Record] = []
        size = 0
        next_offset = self._next[place]
        spans = Spans(is_wanted=is_on())
        for message in messages:
            read = records_of(
                message.offset,
                message.value,
                message.headers,
                limits.max_record_bytes,
                message.serialized_header_size,
            )
            length = len(message.value or b"")
            if records and (
                len(records) + len(read) > limits.max_records or size + length > limits.max_bytes
            ):
                yield self._batch(place, next_offset, records, topic_id, spans.taken())
                records, size = [], 0
            spans.add(message.headers)
            records += read
            size += length
            next_offset = message.offset + 1
        yield self._batch(place, next_offset, records, topic_id, spans.taken())

    def _batch(
        self,
        place: TopicPartition,
        next_offset: int,
        records: list[Record],
        topic_id: str | None,
        traceparents: tuple[str, ...],
    ) -> Batch:
        start, self._next[place] = self._next[place], next_offset
        return Batch(place.topic, place.partition, start, next_offset, records, topic_id, traceparents)
