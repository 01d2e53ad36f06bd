"""How far the topics of the settings are behind, as `check` and Prometheus ask for it."""

from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.tables import positions
from learnloom.pipelines.ingest.opening import connection_of
from learnloom.pipelines.ingest.sources.kafka.lag import TopicLag, topics_lag
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables

ANSWER_SECONDS: Final = 3.0
"""How long the brokers may take for each answer: Prometheus waits ten seconds for all figures."""


def lag_of(warehouse: Warehouse, settings: Settings) -> list[TopicLag]:
    """Tell it of those topics of which something has landed or was refused; of others nothing can be said.

    Raises:
        TopicMissingError: one of them does not exist any more.
        BrokerUnavailableError: no broker answers.
        KafkaSettingsError: the broker refuses, or a setting cannot be used.
    """
    if not settings.landed_topics or "landing.position" not in existing_tables(warehouse):
        return []
    warehouse.use(LAKE)
    stored = positions(warehouse, settings.landed_topics)
    read = {topic for topic, _ in stored}
    topics = [topic for topic in settings.landed_topics if topic in read]
    if not topics:
        return []
    return topics_lag(connection_of(settings), topics, stored, wait_seconds=ANSWER_SECONDS)
