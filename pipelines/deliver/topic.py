"""Delivery to a Kafka topic, each student's events in order."""

from typing import Final, Self

from pipelines.deliver.errors import UndeliveredError
from pipelines.deliver.subscription import ToKafka
from pipelines.ingest.kafka.connection import KafkaConnection
from pipelines.ingest.kafka.errors import BrokerUnavailableError, DeliveryError
from pipelines.ingest.kafka.sending import Messages
from pipelines.ingest.kafka.topics import make_missing, max_message_bytes
from pipelines.warehouse.events import OutboxRow

_DELIVERY_SECONDS: Final = 30.0
_PARTITIONS: Final = 4
_RETENTION_MS: Final = 90 * 86_400_000


class Topic:
    """A `Sink`: events as CloudEvents in structured mode, the student's key as the message's key."""

    def __init__(self, subscription: ToKafka, *, connection: KafkaConnection) -> None:
        self._topic = subscription.topic
        self._connection = connection
        self._messages: Messages | None = None

    def __enter__(self) -> Self:
        """Give the sink; the broker is reached when there is something to send."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the broker."""
        if self._messages is not None:
            self._messages.close(waits=False)
            self._messages = None

    def send(self, event: OutboxRow) -> None:
        """Hand one event to the producer; raises UndeliveredError where no broker answers."""
        body = event.event.encode()
        headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
        try:
            self._reached().send(self._topic, body, event.student_key.encode(), headers)
        except (BrokerUnavailableError, DeliveryError) as error:
            raise UndeliveredError(
                str(error), is_unreachable=isinstance(error, BrokerUnavailableError)
            ) from error

    def flush(self) -> None:
        """Wait for the broker's word on all; raises UndeliveredError where it does not have them all."""
        if self._messages is None:
            return
        try:
            self._messages.flush()
        except (BrokerUnavailableError, DeliveryError) as error:
            raise UndeliveredError(str(error), is_unreachable=True) from error

    def _reached(self) -> Messages:
        if self._messages is None:
            with self._connection.admin() as client:
                make_missing(client, self._topic, partitions=_PARTITIONS, retention_ms=_RETENTION_MS)
                max_bytes = max_message_bytes(client, self._topic)
            self._messages = Messages(
                self._connection, max_message_bytes=max_bytes, delivery_seconds=_DELIVERY_SECONDS
            )
        return self._messages
