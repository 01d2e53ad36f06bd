"""Whatever is killed, at whatever instant: each statement stands in the warehouse once, each refused one as dead.

Every test is drawn from a seed, which is printed when it fails; put it into _SEED to draw the same again.
"""

import random
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.kafka.broker import Broker, OwnBroker
from tests.pipelines.ingest.sources.kafka.fleet import (
    Place,
    Traffic,
    consumer,
    everything_landed_once,
    rows_equal_positions,
    wait_until_landed,
)
from tests.pipelines.ingest.sources.kafka.samples import new_topic

pytestmark = pytest.mark.slow

_SEED: int | None = None
_KILLS = 50
_PARTITIONS = 3
_SECOND_TRANSACTION = """
from learnloom.pipelines.lake import landing
write = landing.write_positions
def separately(warehouse, *arguments):
    warehouse._connection.execute("COMMIT")
    warehouse._connection.execute("BEGIN")
    write(warehouse, *arguments)
landing.write_positions = separately
"""
"""A consumer that writes the positions in a transaction of their own."""
_KAFKA_FIRST = """
from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata
from learnloom.pipelines.ingest.sources.kafka import source
from learnloom.schemas.record import Position
class Trusting(source.KafkaSource):
    def _seek(self, consumer, positions):
        ours = {place: consumer.committed(place) for place in consumer.assignment()}
        known = {tuple(place): Position(*place, at) for place, at in ours.items() if at is not None}
        return super()._seek(consumer, known)
    def _batch(self, place, next_offset, records, topic_id):
        made = super()._batch(place, next_offset, records, topic_id)
        self._consumer.commit({place: OffsetAndMetadata(next_offset, "", -1)})
        return made
from learnloom.pipelines.operate import land
land.KafkaSource = Trusting
from learnloom.pipelines.ingest import lander
lander.LandingWriter._check_positions = lambda *_: None
"""
"""A consumer that goes by what is committed to Kafka, and commits before it lands."""


def _drawn() -> random.Random:
    seed = random.SystemRandom().randrange(1 << 32) if _SEED is None else _SEED
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    return random.Random(seed)


def _kill_often(
    place: Place, rng: random.Random, kills: int, *, before: str = "", group: str = ""
) -> Traffic:
    """Send under way, and kill the consumer a random moment after a random number of its transactions."""
    traffic = Traffic(rng, place, _PARTITIONS)
    for _ in range(kills):
        # A group of its own: nobody waits for the session of the one that was killed to run out.
        with consumer(place, group or uuid.uuid4().hex, before=before) as one:
            one.hear("assigned")
            for _ in range(rng.randrange(3)):
                traffic.send(rng.randrange(5, 40))
                one.hear("consumer lag")
            traffic.send(40)
            for _ in range(rng.randrange(1_000_000)):  # somewhere between two lines
                pass
            one.kill()
        rows_equal_positions(place)
    with consumer(place, group or uuid.uuid4().hex, "--until-caught-up", before=before) as last:
        assert last.end() in {0, 3}, "".join(last.said[-20:])
    return traffic


@pytest.mark.long
def test_killed_at_random_instants_nothing_is_lost_and_nothing_doubled(
    broker: Broker, tmp_path: Path
) -> None:
    """Kill -9 at fifty instants under load: rows equal positions after each, and in the end everything is there."""
    place = Place(broker, new_topic(broker, _PARTITIONS), tmp_path / "warehouse")
    everything_landed_once(place, _kill_often(place, _drawn(), _KILLS))


@pytest.mark.long
def test_a_broker_that_is_killed_and_comes_back_costs_nothing(
    make_broker: Callable[[], OwnBroker], tmp_path: Path
) -> None:
    """The consumer outlives a broker that is killed, and one that stops, and lands what comes after each."""
    broker = make_broker()
    place = Place(broker, new_topic(broker, _PARTITIONS), tmp_path / "warehouse")
    traffic = Traffic(_drawn(), place, _PARTITIONS)
    with consumer(place, "survivor") as one:
        one.hear("assigned")
        for end in (broker.kill, broker.stop):
            traffic.send(30)
            end()
            one.hear("no Kafka broker answers")
            broker.start()
            one.hear("the broker is available again", "assigned")
        traffic.send(30)
        wait_until_landed(place)
    everything_landed_once(place, traffic)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mutant", "kills", "group"),
    [(_SECOND_TRANSACTION, 40, ""), (_KAFKA_FIRST, 3, "mutant")],
    ids=["second-transaction", "kafka-first"],
)
def test_a_consumer_that_breaks_the_promise_is_found_out(
    mutant: str, kills: int, group: str, broker: Broker, tmp_path: Path
) -> None:
    """These tests are red where positions are written apart from the rows, or committed to Kafka first."""
    place = Place(broker, new_topic(broker, _PARTITIONS), tmp_path / "warehouse")
    with pytest.raises(AssertionError):
        everything_landed_once(place, _kill_often(place, _drawn(), kills, before=mutant, group=group))
