"""A topic delivers its records as every source does, and never passes over in silence what it has lost."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewPartitions

from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.kafka import committed
from learnloom.pipelines.ingest.sources.kafka.errors import OffsetsLostError, TopicMissingError
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.schemas.record import Batch, Position
from servers.kafka.broker import Broker
from tests.pipelines.ingest.samples import statement, statements
from tests.pipelines.ingest.source_contract import GrowingSourceContract
from tests.pipelines.ingest.sources.kafka.samples import new_topic, read_all, send, source


class TestTopic(GrowingSourceContract):
    """The contract of every source, kept by a topic of a real broker."""

    broker: Broker
    stack: ExitStack

    @pytest.fixture(autouse=True)
    def _at(self, broker: Broker) -> Iterator[None]:
        """Remember the broker, and leave the groups in the end."""
        self.broker = broker
        self._topics: dict[Path, tuple[str, int]] = {}
        with ExitStack() as self.stack:
            yield

    def make(self, folder: Path, records: list[bytes], *, max_records: int, max_bytes: int) -> Source:
        """Make a topic per folder that grows by what is new among the records."""
        topic, sent = self._topics.get(folder, ("", 0))
        topic = topic or new_topic(self.broker)
        send(self.broker, topic, records[sent:])
        self._topics[folder] = (topic, len(records))
        return self.stack.enter_context(
            source(self.broker, topic, max_records=max_records, max_bytes=max_bytes, max_record_bytes=10_000)
        )


def _values(batches: list[Batch]) -> list[bytes | None]:
    return [record.value for batch in batches for record in batch.records]


def test_an_array_is_a_record_for_each_element(broker: Broker) -> None:
    """The elements of one message have its offset and numbers of their own, and stay in one batch."""
    topic = new_topic(broker)
    array = b"[" + b" , ".join(statements(range(5))) + b"]"
    send(broker, topic, [statement(9), array, statement(10)])
    with source(broker, topic, max_records=3) as made:
        batches = read_all(made)
    assert [(record.offset, record.element) for batch in batches for record in batch.records] == [
        (0, 0),
        *((1, element) for element in range(5)),
        (2, 0),
    ]
    assert _values(batches)[1:6] == statements(range(5))
    assert [len(batch.records) for batch in batches] == [1, 5, 1]


def test_every_partition_is_read_and_positions_stand_for_their_own(broker: Broker) -> None:
    """Partitions go on from their own positions; those without one are read from their beginning."""
    topic = new_topic(broker, 3)
    for partition in range(3):
        send(broker, topic, statements(range(partition * 10, partition * 10 + 10)), partition)
    with source(broker, topic) as made:
        first = read_all(made)
        known = [Position(topic, 1, 4, first[0].head_digest), Position(topic, 2, 10, first[0].head_digest)]
        rest = read_all(made, known)
    assert sorted(_values(first), key=str) == sorted(statements(range(30)), key=str)
    assert sorted(_values(rest), key=str) == sorted(statements([*range(10), *range(14, 20)]), key=str)


def test_it_ends_behind_records_that_are_not_for_readers(broker: Broker) -> None:
    """Markers of transactions at the end of a log do not keep a reader waiting; aborted records are not read."""
    topic = new_topic(broker)
    producer = KafkaProducer(bootstrap_servers=broker.address, transactional_id=topic)
    producer.init_transactions()
    for number, end in ((1, producer.commit_transaction), (2, producer.abort_transaction)):
        producer.begin_transaction()
        producer.send(topic, statement(number), partition=0)
        producer.flush()
        end()
    producer.close()
    with source(broker, topic) as made:
        assert _values(read_all(made)) == [statement(1)]
    assert broker.end_offsets(topic) == {0: 4}


def test_new_partitions_are_found(broker: Broker) -> None:
    """A topic that grows partitions is read from them too, from their first record."""
    topic = new_topic(broker)
    send(broker, topic, statements(range(5)))
    with source(broker, topic) as made:
        done = read_all(made)[-1]
        with broker.admin() as admin:
            admin.create_partitions({topic: NewPartitions(2)})
        send(broker, topic, statements(range(5, 8)), 1)
        found: list[Batch] = []
        while len(found) < 1:  # the group hears of the new partition within seconds
            made._consumer._cluster.request_update()  # type: ignore[union-attr] # noqa: SLF001 - sooner than by itself
            found = read_all(made, [Position(topic, 0, done.next_offset, done.head_digest)])
    assert _values(found) == statements(range(5, 8))
    assert {batch.partition for batch in found} == {1}


def _expire(broker: Broker, topic: str, before: int) -> None:
    """Delete what comes before an offset, as retention does."""
    with broker.admin() as admin:
        admin.delete_records({TopicPartition(topic, 0): before})


def test_what_retention_deleted_is_told_and_waits_for_a_decision(broker: Broker) -> None:
    """A position before the log's beginning stops the reader; told to skip, it says what is gone and goes on."""
    topic = new_topic(broker)
    send(broker, topic, statements(range(10)))
    with source(broker, topic) as made:
        digest = read_all(made)[-1].head_digest
    _expire(broker, topic, 7)
    known = [Position(topic, 0, 4, digest)]
    with source(broker, topic) as made, pytest.raises(OffsetsLostError, match="offsets 4 to 6 were deleted"):
        read_all(made, known)
    with source(broker, topic, when_lost="skip") as made:
        batches = read_all(made, known)
    assert _values(batches) == statements(range(7, 10))
    assert (batches[0].start_offset, batches[0].next_offset) == (4, 10)


def test_a_topic_that_retention_has_cut_is_new_to_a_new_reader(broker: Broker) -> None:
    """Without a stored position nothing is missed: what is gone was never ours, and batches start at 0."""
    topic = new_topic(broker)
    send(broker, topic, statements(range(10)))
    _expire(broker, topic, 7)
    with source(broker, topic) as made:
        batches = read_all(made)
    assert _values(batches) == statements(range(7, 10))
    assert batches[0].start_offset == 0


def test_a_topic_made_anew_is_told_and_waits_for_a_decision(broker: Broker) -> None:
    """A topic of the same name with another id is another topic, even where its log is longer than the old one."""
    topic = new_topic(broker)
    send(broker, topic, statements(range(3)))
    with source(broker, topic) as made:
        done = read_all(made)[-1]
    broker.delete_topic(topic)
    broker.create_topic(topic)
    send(broker, topic, statements(range(10, 20)))
    known = [Position(topic, 0, done.next_offset, done.head_digest)]
    with source(broker, topic) as made, pytest.raises(OffsetsLostError, match="created again"):
        read_all(made, known)
    with source(broker, topic, when_lost="skip") as made:
        batches = read_all(made, known)
    assert _values(batches) == statements(range(10, 20))
    assert (batches[0].start_offset, batches[0].head_digest != done.head_digest) == (0, True)


def test_a_missing_topic_is_an_error_for_a_job(broker: Broker) -> None:
    """Whoever reads what is there now is told that the topic is not."""
    with source(broker, "no-such-topic") as made, pytest.raises(TopicMissingError, match="no-such-topic"):
        read_all(made)


def test_a_follower_waits_for_a_missing_topic(broker: Broker) -> None:
    """Whoever follows a topic begins when it is made."""
    topic = f"topic-that-comes-later-{uuid.uuid4().hex}"
    with source(broker, topic, until_caught_up=False) as made:
        assert next(_patiently(made)) is None
        broker.create_topic(topic)
        send(broker, topic, [statement(1)])
        made._consumer._cluster.request_update()  # type: ignore[union-attr] # noqa: SLF001 - sooner than by itself
        found = next(batch for batch in _patiently(made) if batch is not None)
    assert _values([found]) == [statement(1)]


def _patiently(made: KafkaSource) -> Iterator[Batch | None]:
    while True:
        try:
            yield from made.batches({})
        except ReassignedError:
            continue


def test_members_of_a_group_share_the_partitions(broker: Broker) -> None:
    """Two readers of a group have different partitions and together all; one that leaves hands its own over."""
    topic = new_topic(broker, 4)
    for partition in range(4):
        send(broker, topic, statements(range(partition * 3, partition * 3 + 3)), partition)
    with source(broker, topic, until_caught_up=False) as one:
        group = one._options.group  # noqa: SLF001
        with source(broker, topic, group=group, until_caught_up=False) as two:

            def shares() -> list[set[TopicPartition]]:
                return [set(each._next) for each in (one, two)]  # noqa: SLF001

            # Each polls in a thread of its own: who joins a group waits until all others have polled.
            with ThreadPoolExecutor(2) as threads:
                settled = partial(_poll, until=lambda: [len(share) for share in shares()] == [2, 2])
                list(threads.map(settled, (one, two)))
            assert len(set().union(*shares())) == 4
        _poll(one, until=lambda: len(shares()[0]) == 4)


def _poll(made: KafkaSource, *, until: Callable[[], bool]) -> None:
    for _ in _patiently(made):
        if until():
            return


def test_what_landed_before_is_committed_though_nothing_new_comes(broker: Broker) -> None:
    """A member that was killed between landing and committing leaves no lag behind that tools would show for good."""
    _commits_what_has_landed(broker)


def test_a_member_whose_offsets_the_group_does_not_take_joins_anew(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client whose coordinator never answers would read on for good in a group that has long forgotten it."""
    forgotten: list[KafkaConsumer] = []
    commit_async = KafkaConsumer.commit_async

    def commit(consumer: KafkaConsumer, offsets: object, callback: object) -> object:
        forgotten.extend([] if forgotten else [consumer])
        return None if consumer is forgotten[0] else commit_async(consumer, offsets, callback)

    monkeypatch.setattr(KafkaConsumer, "commit_async", commit)
    # Time goes ten times as fast where offsets are committed.
    monkeypatch.setattr(committed, "time", SimpleNamespace(monotonic=lambda: time.monotonic() * 10))
    _commits_what_has_landed(broker)
    assert forgotten


def _commits_what_has_landed(broker: Broker) -> None:
    topic, group = new_topic(broker), f"group-{uuid.uuid4().hex[:8]}"
    send(broker, topic, statements(range(5)))
    landed = {(topic, 0): Position(topic, 0, 5)}
    place = TopicPartition(topic, 0)
    looking = KafkaConsumer(bootstrap_servers=broker.address, group_id=group, enable_auto_commit=False)
    try:
        assert looking.committed(place) is None
        with source(broker, topic, group=group, until_caught_up=False) as made:
            for _ in range(8):  # the group settles on its partitions first
                with suppress(ReassignedError):
                    for came in made.batches(landed):
                        assert came is None
                        if looking.committed(place) == 5:
                            return
        pytest.fail("the partition was given and taken again, and nothing was committed")
    finally:
        looking.close()
