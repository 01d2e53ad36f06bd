"""Until when topics hold a student who was erased, as the broker says. On a real broker."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.subscriptions import KafkaSubscription
from learnloom.pipelines.ingest.land.landing_schema import prepare
from learnloom.pipelines.ingest.land.tables import write_positions
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.erase_topics import Topics
from learnloom.schemas.record import Position
from servers.kafka.broker import Broker
from tests.pipelines.ingest.sources.kafka.samples import new_topic

_NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
_DAY_MS = 86_400_000


def _told(folder: Path, servers: str, landed: str, *sent: str) -> dict[str, str]:
    with Warehouse(folder) as warehouse:
        prepare(warehouse, wait_seconds=20)
        with warehouse.transaction():
            write_positions(warehouse, [Position(landed, 0, 1)], _NOON)
        settings = Settings(
            warehouse=folder,
            kafka_bootstrap_servers=servers,
            flows=Schedules(topics=(landed, "never-read")),
            subscriptions=tuple(
                KafkaSubscription(name=f"s{number}", to="kafka", topic=topic)
                for number, topic in enumerate(sent)
            ),
        )
        return dict(Topics(warehouse, settings).out_of_reach(_NOON))


@pytest.mark.slow
def test_the_broker_says_by_which_day_a_topic_holds_nothing_any_more(tmp_path: Path, broker: Broker) -> None:
    """Retention and the time until a file is closed are added; a topic that deletes nothing is said to."""
    landed = new_topic(broker, retention_ms=7 * _DAY_MS, segment_ms=_DAY_MS)
    for_good = new_topic(broker, retention_ms=-1)
    compacted = new_topic(broker, cleanup_policy="compact")
    told = _told(tmp_path, broker.address, landed, for_good, compacted)
    assert told[f"messages of the topic {landed} sent until 2026-11-24"].startswith(
        "2026-12-02 at the latest"
    )
    assert "for good" in told[f"signals in the topic {for_good} sent until 2026-11-24"]
    assert "for good" in told[f"signals in the topic {compacted} sent until 2026-11-24"]
    assert "counted from that day" in told["messages of the topic never-read sent until 2026-11-24"]
    assert len(told) == 4


def test_a_receipt_is_written_where_no_broker_answers(tmp_path: Path) -> None:
    """It says what decides, and no day."""
    told = _told(tmp_path, "127.0.0.1:1", "xapi")
    assert set(told.values()) == {"the topic's retention (retention.ms), counted from that day"}
