"""Sending statements to Kafka: what a vendor who uses Python needs, and nothing about Kafka to know.

    from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
    from learnloom.pipelines.producer import StatementProducer

    with StatementProducer(KafkaConnection("kafka.school.example:9092"), "xapi", source="our-lms") as producer:
        producer.send({"actor": …, "verb": …, "object": …})

Leaving the block waits until the broker has everything, and raises `DeliveryError` where it does not take something.
"""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import orjson

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import DeliveryError, StatementRefusedError
from learnloom.pipelines.ingest.sources.kafka.messages import CONTENT_TYPE, JSON_TYPE, SOURCE, XAPI_VERSION
from learnloom.pipelines.ingest.sources.kafka.sending import MAX_WAITING_BYTES, Messages, Sent
from learnloom.pipelines.ingest.sources.kafka.topics import limit_of_existing
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.record import Verdict
from learnloom.schemas.xapi.identity import student_key


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
        pseudonyms: Pseudonyms | None = None,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        delivery_seconds: float = 120.0,
    ) -> None:
        """Reach the broker.

        Args:
            connection: the brokers, and who we are to them.
            topic: where statements go.
            source: what the sending system is called; by it faults are told apart at the other end.
            xapi_version: "1.0.3" or "2.0.0": by which a statement is judged that names none itself.
            check: judges each statement before it is sent, as `validate` in
                `learnloom.pipelines.ingest.validate.validator`; None sends all.
            pseudonyms: in the place of identifiers and names in what is sent; None: statements are sent as they are.
            max_waiting_bytes: bytes that may wait for the broker's word; `send` waits where there are more.
            delivery_seconds: how long the broker may take to have a statement.

        Raises:
            TopicMissingError: there is no such topic.
            BrokerUnavailableError: no broker answers.
            KafkaSettingsError: the broker refuses, or a setting cannot be used.
        """
        max_bytes = limit_of_existing(connection, topic)
        self._topic = topic
        self._check = check
        self._pseudonyms = pseudonyms
        self._headers = [(CONTENT_TYPE, JSON_TYPE.encode())]
        if xapi_version is not None:
            self._headers.append((XAPI_VERSION, xapi_version.encode()))
        if source is not None:
            self._headers.append((SOURCE, source.encode()))
        self._messages = Messages(
            connection,
            max_message_bytes=max_bytes,
            max_waiting_bytes=max_waiting_bytes,
            delivery_seconds=delivery_seconds,
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
            StatementRefusedError: it was checked and is not valid, or is no JSON object and was to be sent under a
                pseudonym; it is not sent.
            DeliveryError: the broker did not take an earlier one, and this one is on its way; or cannot take this
                one. The error holds the one that was not taken.
        """
        raw = statement if isinstance(statement, bytes) else orjson.dumps(statement)
        if self._check is not None:
            verdict = self._check(raw)
            if verdict.faults:
                raise StatementRefusedError(verdict.faults[0].message, raw, verdict.faults)
        if self._pseudonyms is not None:
            raw = self._hidden(raw, self._pseudonyms)
        self._messages.send(self._topic, raw, key_of(raw), self._headers)

    def _hidden(self, raw: bytes, pseudonyms: Pseudonyms) -> bytes:
        try:
            statement = orjson.loads(raw)
        except orjson.JSONDecodeError:
            statement = None
        if not isinstance(statement, dict):
            raise StatementRefusedError("it is no JSON object, so names in it cannot be found", raw, ())
        return orjson.dumps(pseudonyms.statement(statement))

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
        """Wait until the broker has everything; after an error, for what was sent before it, but raise no other.

        Raises:
            DeliveryError: there is a statement that the broker did not take; a note tells of more.
        """
        is_hurried = kind is not None and not issubclass(kind, Exception)  # such as Ctrl-C
        try:
            if kind is None:
                self._flush_all()
        finally:
            self._messages.close(waits=not is_hurried)

    def _flush_all(self) -> None:
        """Flush to the end, whatever is not taken, and raise the first failure."""
        first, more = None, 0
        while True:
            try:
                self.flush()
                break
            except DeliveryError as error:
                more += first is not None
                first = first or error
        if first is not None:
            if more:
                first.add_note(f"{more:,} more were not taken; call flush() before the end to be given each")
            raise first


def key_of(raw: bytes) -> bytes | None:
    """Give the key of a statement's message, by which one student's statements stay in order.

    It is a hash of the identifier, which the message holds anyway: a producer has no secret of the warehouse. None
    where the actor cannot be read: the order of such statements means nothing.
    """
    try:
        statement = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    key = student_key(statement.get("actor")) if isinstance(statement, dict) else None
    return key.encode() if key is not None else None
