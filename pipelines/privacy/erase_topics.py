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


class Topics:
    """Topics that may hold students, asked once for all."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        """Ask the broker.

        Args:
            warehouse: what has landed.
            settings: names the topics that are landed, and those to which signals go.
        """
        self._landed = settings.landed_topics
        self._sent = [each.topic for each in settings.subscriptions if isinstance(each, KafkaSubscription)]
        read = (*_read(warehouse, self._landed), *_read(warehouse, self._landed, ".dead"))
        self._kept = _asked(settings, [*read, *self._sent])

    def out_of_reach(self, asked_at: dt.datetime) -> list[tuple[str, str]]:
        """Say of each topic what it holds of a student who was hidden then, and until when.

        What was sent later is not theirs.
        """
        day = f"{asked_at:%Y-%m-%d}"
        told = [(f"messages of the topic {topic} sent until {day}", topic) for topic in self._landed]
        told += [
            (f"refused records in the topic {topic} sent until {day}", topic)
            for topic in (f"{each}.dead" for each in self._landed)
            if topic in self._kept
        ]
        told += [(f"signals in the topic {topic} sent until {day}", topic) for topic in self._sent]
        return [(what, _until(self._kept.get(topic), asked_at)) for what, topic in told]


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
