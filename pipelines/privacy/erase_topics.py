"""By which day topics no longer hold a student: Kafka deletes nothing in the midst of one, retention decides."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.subscriptions import KafkaSubscription
from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables

if TYPE_CHECKING:  # who lands no topic may have no client of Kafka
    from learnloom.pipelines.ingest.sources.kafka.topics import TopicRetention

_WAIT_SECONDS: Final = 5.0
_UNKNOWN: Final = "the topic's retention (retention.ms), counted from that day"


def topics_out_of_reach(
    warehouse: Warehouse, settings: Settings, asked_at: dt.datetime
) -> list[tuple[str, str]]:
    """Say of each topic that may hold the student what it holds, and until when.

    Args:
        warehouse: what has landed.
        settings: names the topics that are landed, and those to which signals go.
        asked_at: when the student was hidden: what was sent later is not theirs.
    """
    landed = settings.landed_topics
    dead = [f"{topic}.dead" for topic in landed]
    sent = [each.topic for each in settings.subscriptions if isinstance(each, KafkaSubscription)]
    kept = _asked(settings, [*_read(warehouse, landed), *_read(warehouse, landed, ".dead"), *sent])
    day = f"{asked_at:%Y-%m-%d}"
    told = [(f"messages of the topic {topic} sent until {day}", topic) for topic in landed]
    told += [
        (f"refused records in the topic {topic} sent until {day}", topic) for topic in dead if topic in kept
    ]
    told += [(f"signals in the topic {topic} sent until {day}", topic) for topic in sent]
    return [(what, _until(kept.get(topic), asked_at)) for what, topic in told]


def _read(warehouse: Warehouse, topics: Sequence[str], suffix: str = "") -> list[str]:
    """Those of some topics of which anything has landed."""
    if "landing.position" not in filled_tables(warehouse):
        return []
    known = {topic for topic, _ in tables.positions(warehouse, topics)}
    return [f"{topic}{suffix}" for topic in topics if topic in known]


def _asked(settings: Settings, topics: Sequence[str]) -> "Mapping[str, TopicRetention]":
    if not topics:
        return {}
    from learnloom.pipelines.ingest.opening import connection_of  # noqa: PLC0415 - as above
    from learnloom.pipelines.ingest.sources.kafka.topics import retention_of  # noqa: PLC0415

    try:
        return retention_of(connection_of(settings), topics, wait_seconds=_WAIT_SECONDS)
    except IngestError:  # the receipt is written all the same, and says less
        return {}


def _until(kept: "TopicRetention | None", asked_at: dt.datetime) -> str:
    if kept is None:
        return _UNKNOWN
    if kept.longest is None:
        return "somebody deletes them: by its settings the topic keeps messages for good"
    last = asked_at + kept.longest
    return (
        f"{last:%Y-%m-%d} at the latest, by the topic's settings of today (retention.ms, and segment.ms until a file "
        "of it is closed)"
    )
