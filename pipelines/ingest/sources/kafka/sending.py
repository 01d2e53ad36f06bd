"""Sending messages to Kafka: idempotently, with bounded memory, each failure told with what it was about."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import DeliveryError

MAX_WAITING_BYTES: Final = 32 << 20
_EACH_COSTS: Final = 512
"""Bytes that a waiting message takes besides its own."""
LINGER_MS: Final = 20
_BATCH_BYTES: Final = 128 << 10
_SHOWN_BYTES: Final = 120


class _Waiting(NamedTuple):
    """A message of which the broker has not said yet that it has it."""

    future: Any
    value: bytes | None
    size: int


@dataclass
class Sent:
    """What became of the messages so far."""

    delivered: int = 0
    failed: int = 0


class Messages:
    """Sends messages idempotently with bounded memory: who sends faster than the broker takes has to wait."""

    def __init__(
        self,
        connection: KafkaConnection,
        *,
        max_message_bytes: int,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        delivery_seconds: float = 120.0,
        linger_ms: int = LINGER_MS,
        batch_bytes: int = _BATCH_BYTES,
    ) -> None:
        """Reach the broker.

        Args:
            connection: the brokers.
            max_message_bytes: what the topic takes (`topics.max_message_bytes`), counted before compression. A larger
                one must not reach the broker: by its refusal an idempotent producer of kafka-python is lost, and all
                that waits with it.
            max_waiting_bytes: bytes that may wait for the broker's word, about at the most.
            delivery_seconds: how long the broker may take to have a message, attempts to reach it included.
            linger_ms: how long a message waits for others to go with it.
            batch_bytes: of messages that go together, at the most; the broker's limit on a message is one on them, too.

        Raises:
            BrokerUnavailableError: no broker answers.
            KafkaSettingsError: the broker refuses, or a setting cannot be used.
        """
        self.sent = Sent()
        self._connection = connection
        self._max_message_bytes = max_message_bytes
        self._max_waiting_bytes = max_waiting_bytes
        self._delivery_seconds = delivery_seconds
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._failures: deque[DeliveryError] = deque()
        """What has failed and was not raised yet."""
        delivery_ms = int(delivery_seconds * 1000)
        with connection.asking():
            self._producer = KafkaProducer(
                **connection.reached(),
                acks="all",
                enable_idempotence=True,
                linger_ms=linger_ms,
                batch_size=min(batch_bytes, max_message_bytes),
                compression_type="lz4",
                max_request_size=max_message_bytes,
                delivery_timeout_ms=delivery_ms,
                request_timeout_ms=min(30_000, max(1_000, delivery_ms // 2)),
                max_block_ms=delivery_ms,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )

    def send(
        self, topic: str, value: bytes | None, key: bytes | None, headers: list[tuple[str, bytes]]
    ) -> None:
        """Take a message; wait where too many wait already.

        Raises:
            DeliveryError: the broker did not take an earlier message, and this one waits; or, where it is the one
                that the error holds, this one cannot be taken.
        """
        size = len(value or b"") + _EACH_COSTS
        while self._is_to_settle(size):
            self._settle_oldest()
        try:
            future = self._producer.send(topic, value=value, key=key, headers=headers)
        except kafka_errors.MessageSizeTooLargeError:
            told = f"it is more than the {self._max_message_bytes:,} bytes that the topic takes (max.message.bytes)"
            self._fail(value, told, is_too_large=True)
        except (kafka_errors.KafkaError, AssertionError, ValueError) as error:
            self._fail(value, f"{error}", is_too_large=False)
        else:
            self._waiting.append(_Waiting(future, value, size))
            self._waiting_bytes += size
        self._tell_failure()

    def flush(self) -> None:
        """Wait until the broker has everything.

        Raises:
            DeliveryError: there is something that it did not take; what comes after it goes on waiting.
        """
        if self._waiting:
            with suppress(kafka_errors.KafkaTimeoutError):  # each says for itself what became of it
                self._producer.flush(timeout=self._delivery_seconds)
        while self._waiting and not self._failures:
            self._settle_oldest()
        self._tell_failure()

    def close(self, *, waits: bool = True) -> None:
        """Let go of the broker, after it has everything (`waits`) or at once."""
        self._producer.close(timeout=self._delivery_seconds if waits else 0)

    def _is_to_settle(self, size: int) -> bool:
        """Whether the oldest message is to be settled before one of this size is taken."""
        if not self._waiting or self._failures:
            return False
        is_full = self._waiting_bytes + size > self._max_waiting_bytes
        return is_full or bool(self._waiting[0].future.is_done)

    def _settle_oldest(self) -> None:
        waiting = self._waiting.popleft()
        self._waiting_bytes -= waiting.size
        try:
            waiting.future.get(timeout=self._delivery_seconds)
        except kafka_errors.KafkaError as error:
            self._fail(waiting.value, f"{error}", is_too_large=False)
        else:
            self.sent.delivered += 1

    def _fail(self, value: bytes | None, reason: str, *, is_too_large: bool) -> None:
        self.sent.failed += 1
        shown = (value or b"")[:_SHOWN_BYTES].decode(errors="replace")
        again = "" if is_too_large else ". It may be sent again: the same statement twice lands once"
        message = f"{self._connection.servers} did not take the statement {shown}…: {reason}{again}"
        self._failures.append(DeliveryError(message, value or b"", is_too_large=is_too_large))

    def _tell_failure(self) -> None:
        if self._failures:
            raise self._failures.popleft()
