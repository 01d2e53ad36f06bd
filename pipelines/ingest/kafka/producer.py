"""Sending statements to Kafka: what a vendor who uses Python needs, and nothing about Kafka to know.

    from pipelines.ingest.kafka.connection import KafkaConnection
    from pipelines.ingest.kafka.producer import StatementProducer

    with StatementProducer(KafkaConnection("kafka.school.example:9092"), "xapi", source="our-lms") as producer:
        producer.send({"actor": …, "verb": …, "object": …})

Leaving the block waits until the broker has everything, and raises `DeliveryError` where it does not take something.
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import orjson
from kafka import KafkaProducer
from kafka import errors as kafka_errors

from pipelines.ingest.kafka.connection import KafkaConnection, describe_topics
from pipelines.ingest.kafka.errors import DeliveryError, StatementRefusedError, TopicMissingError
from pipelines.ingest.kafka.headers import CONTENT_TYPE, JSON_TYPE, SOURCE, XAPI_VERSION
from schemas.record import Verdict
from schemas.xapi.identity import student_key

MAX_WAITING_BYTES: Final = 32 << 20
MAX_MESSAGE_BYTES: Final = 8 << 20
_EACH_COSTS: Final = 512
"""Bytes that a waiting message takes besides its own."""
_LINGER_MS: Final = 20
_BATCH_BYTES: Final = 128 << 10


_TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)


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
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        delivery_seconds: float = 120.0,
    ) -> None:
        """Reach the broker.

        Args:
            connection: the brokers.
            max_waiting_bytes: bytes that may wait for the broker's word, about at the most.
            delivery_seconds: how long the broker may take to have a message, attempts to reach it included.

        Raises:
            BrokerUnavailableError: no broker answers.
            KafkaSettingsError: the broker refuses, or a setting cannot be used.
        """
        self.sent = Sent()
        self._connection = connection
        self._max_waiting_bytes = max_waiting_bytes
        self._delivery_seconds = delivery_seconds
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        delivery_ms = int(delivery_seconds * 1000)
        with connection.asking():
            self._producer = KafkaProducer(
                **connection.options(),
                acks="all",
                enable_idempotence=True,
                linger_ms=_LINGER_MS,
                batch_size=_BATCH_BYTES,
                compression_type="lz4",
                max_request_size=MAX_MESSAGE_BYTES,
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
            DeliveryError: the broker did not take an earlier message, or cannot take this one.
        """
        size = len(value or b"") + _EACH_COSTS
        while self._waiting and (
            self._waiting_bytes + size > self._max_waiting_bytes or self._waiting[0].future.is_done
        ):
            self._settle_oldest()
        try:
            future = self._producer.send(topic, value=value, key=key, headers=headers)
        except (kafka_errors.KafkaError, AssertionError, ValueError) as error:
            self.sent.failed += 1
            raise self._failure(topic, value, error) from None
        self._waiting.append(_Waiting(future, value, size))
        self._waiting_bytes += size

    def flush(self) -> None:
        """Wait until the broker has everything.

        Raises:
            DeliveryError: there is something that it did not take; what comes after it goes on waiting.
        """
        if self._waiting:
            with suppress(kafka_errors.KafkaTimeoutError):  # each says for itself what became of it
                self._producer.flush(timeout=self._delivery_seconds)
        while self._waiting:
            self._settle_oldest()

    def close(self, *, waits: bool = True) -> None:
        """Let go of the broker, after it has everything (`waits`) or at once."""
        self._producer.close(timeout=self._delivery_seconds if waits else 0)

    def _settle_oldest(self) -> None:
        waiting = self._waiting.popleft()
        self._waiting_bytes -= waiting.size
        try:
            waiting.future.get(timeout=self._delivery_seconds)
        except kafka_errors.KafkaError as error:
            self.sent.failed += 1
            raise self._failure("", waiting.value, error) from None
        self.sent.delivered += 1

    def _failure(self, topic: str, value: bytes | None, error: Exception) -> DeliveryError:
        shown = (value or b"")[:120].decode(errors="replace")
        where = f"topic {topic} at " if topic else ""
        return DeliveryError(
            f"{where}{self._connection.servers} did not take the statement {shown}…: {error}. It may be sent "
            "again: the same statement twice lands once",
            value or b"",
            is_too_large=isinstance(error, _TOO_LARGE),
        )


class StatementProducer:
    """Sends statements to one topic, each student's in order: a context manager, and for one thread."""

    def __init__(
        self,
        connection: KafkaConnection,
        topic: str,
        *,
        source: str | None = None,
        xapi_version: str | None = None,
        check: Callable[[bytes], Verdict] | None = None,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        delivery_seconds: float = 120.0,
    ) -> None:
        """Reach the broker.

        Args:
            connection: the brokers, and who we are to them.
            topic: where statements go.
            source: what the sending system is called; by it faults are told apart at the other end.
            xapi_version: "1.0.3" or "2.0.0": by which a statement is judged that names none itself.
            check: judges each statement before it is sent (`pipelines.ingest.validate.judge`); None sends everything.
            max_waiting_bytes: bytes that may wait for the broker's word; `send` waits where there are more.
            delivery_seconds: how long the broker may take to have a statement.

        Raises:
            TopicMissingError: there is no such topic.
            BrokerUnavailableError: no broker answers.
            KafkaSettingsError: the broker refuses, or a setting cannot be used.
        """
        with connection.admin() as client:
            if topic not in describe_topics(client, [topic]):
                raise TopicMissingError(
                    f"no topic {topic} at {connection.servers}: check the name, or make it first"
                )
        self._topic = topic
        self._check = check
        self._headers = [(CONTENT_TYPE, JSON_TYPE.encode())]
        if xapi_version is not None:
            self._headers.append((XAPI_VERSION, xapi_version.encode()))
        if source is not None:
            self._headers.append((SOURCE, source.encode()))
        self._messages = Messages(
            connection, max_waiting_bytes=max_waiting_bytes, delivery_seconds=delivery_seconds
        )

    @property
    def sent(self) -> Sent:
        """What became of the statements so far."""
        return self._messages.sent

    def send(self, statement: bytes | Mapping[str, Any]) -> None:
        """Send one statement; it is on its way when this returns, and there after `flush`.

        Args:
            statement: its bytes, which travel as they are, or the statement as Python values.

        Raises:
            StatementRefusedError: it was checked and is not valid; it is not sent.
            DeliveryError: the broker did not take an earlier one, which the error holds, or cannot take this one.
        """
        raw = statement if isinstance(statement, bytes) else orjson.dumps(statement)
        if self._check is not None:
            verdict = self._check(raw)
            if verdict.faults:
                raise StatementRefusedError(verdict.faults[0].message, raw, verdict.faults)
        self._messages.send(self._topic, raw, key_of(raw), self._headers)

    def flush(self) -> None:
        """Wait until the broker has everything that was sent.

        Raises:
            DeliveryError: there is a statement that it did not take.
        """
        self._messages.flush()

    def __enter__(self) -> Self:
        """Give the producer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Wait until the broker has everything; after an error, only for what is on its way."""
        try:
            if kind is None:
                self._messages.flush()
        finally:
            self._messages.close(waits=kind is None)


def key_of(raw: bytes) -> bytes | None:
    """Give the key of a statement's message, by which one student's statements stay in order.

    It is the student's key of the warehouse, so it names nobody. None where the actor cannot be read: the order of
    such statements means nothing.
    """
    try:
        statement = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    key = student_key(statement.get("actor")) if isinstance(statement, dict) else None
    return key.encode() if key is not None else None
