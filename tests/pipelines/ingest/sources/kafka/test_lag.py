"""How far what has landed is behind the topics, as `check` and Prometheus tell it. On a real broker."""

import datetime as dt
from pathlib import Path

import pytest
from kafka import KafkaProducer

from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.landing_schema import prepare
from learnloom.pipelines.ingest.land.tables import write_positions
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, TopicMissingError
from learnloom.pipelines.ingest.sources.kafka.lag import topics_lag
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.operate.finding import HealthFinding
from learnloom.pipelines.operate.health import examine
from learnloom.pipelines.operate.metrics import metrics_text, registry
from learnloom.schemas.record import Position
from servers.kafka.broker import Broker
from tests.pipelines.ingest.sources.kafka.samples import new_topic

_WAIT_SECONDS = 20.0
_NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def _send(broker: Broker, topic: str, *placed: tuple[int, float]) -> None:
    """Send messages, each to a partition and so many seconds before noon."""
    producer = KafkaProducer(bootstrap_servers=broker.address, acks="all")
    try:
        for partition, seconds in placed:
            at = _NOON - dt.timedelta(seconds=seconds)
            producer.send(topic, b"{}", partition=partition, timestamp_ms=int(at.timestamp() * 1_000))
        producer.flush()
    finally:
        producer.close()


def _ended_transactions(broker: Broker, topic: str, count: int) -> None:
    """End transactions that hold a record each: one offset more in the log than there are records."""
    producer = KafkaProducer(bootstrap_servers=broker.address, transactional_id=f"of-{topic}")
    try:
        producer.init_transactions()
        for _ in range(count):
            producer.begin_transaction()
            producer.send(topic, b"{}", partition=0)
            producer.commit_transaction()
    finally:
        producer.close()


def _position(topic: str, partition: int, next_offset: int) -> dict[tuple[str, int], Position]:
    return {(topic, partition): Position(topic, partition, next_offset)}


def test_lag_is_what_lies_between_position_and_end(broker: Broker) -> None:
    """Records after the positions of all partitions are counted, and the oldest of them gives the time."""
    topic, other = new_topic(broker, partitions=3), new_topic(broker)
    _send(broker, topic, (0, 900), (0, 500), (0, 100), (1, 700), (2, 2_000))
    positions = _position(topic, 0, 1) | _position(topic, 2, 1)
    lag, none = topics_lag(
        KafkaConnection(broker.address), [topic, other], positions, wait_seconds=_WAIT_SECONDS
    )
    assert (lag.topic, lag.records, lag.seconds(_NOON)) == (topic, 3, 700)
    assert (none.topic, none.records, none.oldest_at, none.seconds(_NOON)) == (other, 0, None, 0)


def test_what_is_no_record_does_not_wait(broker: Broker) -> None:
    """Where only the mark of a transaction is left, nothing is old, and nobody waits for a record."""
    topic = new_topic(broker)
    _ended_transactions(broker, topic, 1)
    (lag,) = topics_lag(
        KafkaConnection(broker.address), [topic], _position(topic, 0, 1), wait_seconds=_WAIT_SECONDS
    )
    assert lag.oldest_at is None


def test_a_topic_that_is_gone_is_told(broker: Broker) -> None:
    """A topic that was read and does not exist any more is named."""
    with pytest.raises(TopicMissingError, match="no topic gone-for-good"):
        topics_lag(KafkaConnection(broker.address), ["gone-for-good"], {}, wait_seconds=_WAIT_SECONDS)


def test_a_broker_that_is_away_is_told() -> None:
    """Where nobody answers, the message says so."""
    with pytest.raises(BrokerUnavailableError, match="no Kafka broker answers"):
        topics_lag(KafkaConnection("127.0.0.1:1"), ["xapi"], {}, wait_seconds=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A warehouse in which the first record of the topic `read` has landed."""
    place = tmp_path / "warehouse"
    with Warehouse(place) as warehouse:
        prepare(warehouse, wait_seconds=10)
    return place


def _read(folder: Path, topic: str) -> None:
    with Warehouse(folder) as warehouse, warehouse.transaction():
        write_positions(warehouse, [Position(topic, 0, 1)], _NOON)


def _found(settings: Settings) -> HealthFinding:
    (finding,) = [each for each in examine(settings, now=_NOON) if each.name == "topics_kept_up"]
    return finding


def _settings(folder: Path, servers: str, *topics: str) -> Settings:
    return Settings(warehouse=folder, kafka_bootstrap_servers=servers, flows=Schedules(topics=topics))


def _figures(settings: Settings) -> list[str]:
    text = metrics_text(registry(settings, clock=lambda: _NOON))
    return [line for line in text.splitlines() if line.startswith(("learnloom_topic", "learnloom_brokers"))]


@pytest.mark.parametrize(("seconds", "is_passed"), [(899, True), (901, False)])
def test_check_fails_where_a_record_waits_for_too_long(
    broker: Broker, folder: Path, seconds: float, is_passed: bool
) -> None:
    """A record that is older than the limit fails the check; figures tell the same to Prometheus."""
    topic = new_topic(broker)
    _send(broker, topic, (0, 5_000), (0, seconds), (0, 10))
    _read(folder, topic)
    settings = _settings(folder, broker.address, topic, "never-read")
    found = _found(settings)
    assert found.is_passed is is_passed
    assert f"{topic}: 2 records wait, the oldest for {seconds} s" in found.message
    assert _figures(settings) == [
        "learnloom_brokers_up 1.0",
        f'learnloom_topic_behind_records{{topic="{topic}"}} 2.0',
        f'learnloom_topic_behind_seconds{{topic="{topic}"}} {seconds:.1f}',
    ]


@pytest.mark.slow
def test_a_broker_that_is_away_fails_the_check(folder: Path) -> None:
    """It is a finding with the reason, and a figure: the other findings and figures are still told."""
    _read(folder, "read")
    settings = _settings(folder, "127.0.0.1:1", "read")
    found = _found(settings)
    assert (found.is_passed, "no Kafka broker answers" in found.message) == (False, True)
    assert _figures(settings) == ["learnloom_brokers_up 0.0"]


@pytest.mark.slow
@pytest.mark.parametrize("topics", [(), ("never-read",)])
def test_where_nothing_was_read_nothing_is_asked(folder: Path, topics: tuple[str, ...]) -> None:
    """Without topics, or before the first record, the lag is unknown and no broker is needed."""
    _read(folder, "another")
    settings = _settings(folder, "127.0.0.1:1", *topics)
    assert _found(settings).is_passed is None
    assert _figures(settings) == []
