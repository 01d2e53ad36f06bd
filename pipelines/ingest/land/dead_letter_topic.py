"""Dead letters on a topic of their own, for whoever wants to hear of them; kept in the warehouse all the same.

What has been delivered is written down after the broker has it: each reaches the topic at least once.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from learnloom.pipelines.ingest.land import dead_letters, landing_schema
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import (
    BrokerUnavailableError,
    DeliveryError,
    KafkaSettingsError,
)
from learnloom.pipelines.ingest.sources.kafka.sending import Messages
from learnloom.pipelines.ingest.sources.kafka.topics import (
    DEAD_PARTITIONS,
    DEAD_RETENTION_MS,
    dead_topic,
    make_missing,
    max_message_bytes,
)
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.fence import LANDING
from learnloom.schemas.record import DeadLetter

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 500
_DELIVERY_SECONDS: Final = 10.0
_SHOWN_CHARS: Final = 500

DEAD_HEADERS: Final = {
    "dead-letter-id": "id of the dead letter in landing.dead_letter; also the message's key",
    "rule": "the first rule that it breaks",
    "path": "JSON Pointer to the offending value; empty for the whole record",
    "value": "the offending value as JSON, cut",
    "message": "what is wrong and what to do",
    "source-topic": "the topic from which it came",
    "source-partition": "its partition there",
    "source-offset": "its offset there",
    "source-element": "its place in an array that came as one message; else 0",
    "refused-at": "when it was refused, ISO 8601",
    "source": "the sending system, as it calls itself; absent where it does not",
    "value-omitted": "why the message has no value though the record had one; absent where it has",
}
"""Headers of a message on a topic of dead letters, and what each means."""


class DeadLetterPublisher:
    """Delivers the dead letters of some topics; an `Outlet`, called by the thread that lands."""

    def __init__(
        self,
        connection: KafkaConnection,
        topics: Sequence[str],
        *,
        now: Callable[[], datetime],
        wait_seconds: float,
    ) -> None:
        """Nothing is asked of the broker before there is something to deliver."""
        self._connection = connection
        self._topics = topics
        self._now = now
        self._wait_seconds = wait_seconds
        self._messages: Messages | None = None

    def deliver(self, warehouse: Warehouse) -> None:
        """Deliver what waits; where the broker does not take it, say so: it waits on."""
        landing_schema.prepare(warehouse, wait_seconds=self._wait_seconds)
        try:
            while waiting := dead_letters.undelivered(warehouse, self._topics, limit=_AT_ONCE):
                self._send(waiting)
                self._note(warehouse, [letter.dead_letter_id for letter in waiting])
        except (BrokerUnavailableError, KafkaSettingsError, DeliveryError) as error:
            self.close()
            _log.warning("dead letters are not sent to the topic yet: %s", error)
        except WarehouseBusyError as error:
            _log.warning("dead letters will be sent again: %s", error)

    def close(self) -> None:
        """Let go of the broker."""
        if self._messages is not None:
            self._messages.close(waits=False)
            self._messages = None

    def _send(self, letters: Sequence[DeadLetter]) -> None:
        """Send all, without their values those that are more than the topic takes."""
        messages = self._connected()
        for letter in letters:
            try:
                self._send_one(messages, letter, [])
            except DeliveryError as error:
                if not error.is_too_large:
                    raise
                told = f"{len(letter.raw or b'')} bytes are more than the topic takes"
                self._send_one(messages, letter._replace(raw=None), [("value-omitted", told.encode())])
        messages.flush()

    def _send_one(self, messages: Messages, letter: DeadLetter, more: list[tuple[str, bytes]]) -> None:
        key = letter.dead_letter_id.encode()
        messages.send(dead_topic(letter.topic), letter.raw, key, [*headers_of(letter), *more])

    def _connected(self) -> Messages:
        if self._messages is None:
            names = [dead_topic(topic) for topic in self._topics]
            with self._connection.admin() as client:
                for name in names:
                    if make_missing(client, name, partitions=DEAD_PARTITIONS, retention_ms=DEAD_RETENTION_MS):
                        _log.info("created topic %s for dead letters", name)
                max_bytes = min(max_message_bytes(client, name) for name in names)
            self._messages = Messages(
                self._connection, max_message_bytes=max_bytes, delivery_seconds=_DELIVERY_SECONDS
            )
        return self._messages

    def _note(self, warehouse: Warehouse, ids: Sequence[str]) -> None:
        def write() -> None:
            with warehouse.transaction(LANDING):
                dead_letters.mark_delivered(warehouse, ids, self._now())

        warehouse.retrying(write, wait_seconds=self._wait_seconds)


def headers_of(letter: DeadLetter) -> list[tuple[str, bytes]]:
    """Give the headers of a dead letter's message (DEAD_HEADERS)."""
    fault = letter.faults[0]
    headers = {
        "dead-letter-id": letter.dead_letter_id,
        "rule": fault.rule,
        "path": fault.path,
        "value": fault.value[:_SHOWN_CHARS],
        "message": fault.message,
        "source-topic": letter.topic,
        "source-partition": str(letter.partition),
        "source-offset": str(letter.offset),
        "source-element": str(letter.element),
        "refused-at": letter.landed_at.isoformat(),
    }
    if letter.source is not None:
        headers["source"] = letter.source
    return [(name, text.encode(errors="replace")) for name, text in headers.items()]
