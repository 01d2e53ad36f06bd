"""Events to a Kafka topic, keyed by student: each student's in order."""

from collections.abc import Mapping
from typing import Final

from learnloom.pipelines.config.subscriptions import KafkaSubscription
from learnloom.pipelines.deliver.queue import Due
from learnloom.pipelines.deliver.sender import DELIVERED, DeliveryOutcome
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import (
    BrokerUnavailableError,
    DeliveryError,
    KafkaSettingsError,
    TopicMissingError,
)
from learnloom.pipelines.ingest.sources.kafka.messages import CONTENT_TYPE
from learnloom.pipelines.ingest.sources.kafka.sending import Messages
from learnloom.pipelines.ingest.sources.kafka.topics import limit_of_existing
from learnloom.schemas.event import MEDIA_TYPE

_AT_ONCE: Final = 2_000
_DELIVERY_SECONDS: Final = 30.0
_HEADERS: Final = [(CONTENT_TYPE, MEDIA_TYPE.encode())]


class TopicSender:
    """Sends events to one topic; delivered is what all replicas in sync have."""

    def __init__(self, subscription: KafkaSubscription, connection: KafkaConnection) -> None:
        """Nothing is asked of the broker before there is an event."""
        self._topic = subscription.topic
        self._connection = connection
        self._messages: Messages | None = None
        self._sequences: dict[bytes, int] = {}
        self._not_taken: dict[int, DeliveryOutcome] = {}

    @property
    def at_once(self) -> int:
        """Events to send before the broker's word is waited for."""
        return _AT_ONCE

    def send(self, event: Due) -> DeliveryOutcome:
        """Send an event on its way."""
        value = event.event.encode()
        try:
            messages = self._connected()
        except (BrokerUnavailableError, KafkaSettingsError, TopicMissingError) as error:
            return DeliveryOutcome("away", f"{error}")
        self._sequences[value] = event.sequence
        try:
            messages.send(self._topic, value, event.student_key.encode(), _HEADERS)
        except DeliveryError as error:
            self._note(error)
        return DELIVERED

    def flush(self) -> Mapping[int, DeliveryOutcome]:
        """Wait until the broker has everything."""
        is_settled = self._messages is None
        while self._messages is not None and not is_settled:
            try:
                self._messages.flush()
                is_settled = True
            except DeliveryError as error:
                self._note(error)
        not_taken, self._not_taken = self._not_taken, {}
        self._sequences.clear()
        return not_taken

    def close(self) -> None:
        """Let go of the broker; everything was waited for."""
        if self._messages is not None:
            self._messages.close(waits=False)
            self._messages = None

    def _note(self, error: DeliveryError) -> None:
        kind = DeliveryOutcome("impossible" if error.is_too_large else "away", f"{error}")
        self._not_taken[self._sequences[error.statement]] = kind

    def _connected(self) -> Messages:
        if self._messages is None:
            max_bytes = limit_of_existing(self._connection, self._topic)
            self._messages = Messages(
                self._connection, max_message_bytes=max_bytes, delivery_seconds=_DELIVERY_SECONDS
            )
        return self._messages
