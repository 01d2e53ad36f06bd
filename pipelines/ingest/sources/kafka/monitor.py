"""Keeping an eye on broker and topics while records are read: what kafka-python endures in silence is said here."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection, Topic, describe_topics
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError

_log = logging.getLogger(__name__)
_QUIET_SECONDS = 2.0
_BUSY_SECONDS = 15.0
_REPEAT_SECONDS = 30.0
_ANSWER_MS = 5_000


class BrokerMonitor:
    """Asks about the topics every few seconds; says when the broker goes and when it is back."""

    def __init__(self, connection: KafkaConnection, topics: Sequence[str], wait_seconds: float) -> None:
        """Nothing is asked yet.

        Args:
            connection: the brokers.
            topics: what is read.
            wait_seconds: how long no broker may answer.
        """
        self._connection = connection
        self._topics = topics
        self._wait_seconds = wait_seconds
        self._client: KafkaAdminClient | None = None
        self._asked_at = self._heard_at = time.monotonic()
        self._told_at: float | None = None
        self.is_away = False
        """Whether no broker answered when asked last."""

    def is_due(self, *, is_quiet: bool) -> bool:
        """Whether it is time to ask again: sooner where no records come."""
        return time.monotonic() - self._asked_at >= (_QUIET_SECONDS if is_quiet else _BUSY_SECONDS)

    def look(self) -> dict[str, Topic] | None:
        """Ask which of the topics exist, and how; None where no broker answers at the moment.

        Raises:
            BrokerUnavailableError: none has answered for too long.
            KafkaSettingsError: the broker refuses.
        """
        self._asked_at = time.monotonic()
        try:
            with self._connection.asking():
                found = describe_topics(self._connected(), self._topics)
        except BrokerUnavailableError as error:
            self._drop()
            self._say_away(error)
            return None
        if self.is_away:
            _log.info("the broker is available again after %.0f s", time.monotonic() - self._heard_at)
        self._heard_at, self._told_at, self.is_away = time.monotonic(), None, False
        for topic in self._topics:
            if topic not in found:
                self._repeat(f"topic {topic} does not exist at {self._connection.servers}: waiting for it")
        return found

    def close(self) -> None:
        """Let go of the broker."""
        self._drop()

    def _connected(self) -> KafkaAdminClient:
        if self._client is None:
            options: dict[str, Any] = self._connection.reached() | {"bootstrap_timeout_ms": _ANSWER_MS}
            self._client = KafkaAdminClient(**options, request_timeout_ms=_ANSWER_MS)
        return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _say_away(self, error: BrokerUnavailableError) -> None:
        self.is_away = True
        seconds = time.monotonic() - self._heard_at
        if seconds >= self._wait_seconds:
            raise BrokerUnavailableError(f"{error}; no broker has answered for {seconds:.0f} s")
        self._repeat(f"{error}; waiting for {seconds:.0f} s, up to {self._wait_seconds:.0f} s")

    def _repeat(self, message: str) -> None:
        """Warn, but not again and again."""
        if self._told_at is None or time.monotonic() - self._told_at >= _REPEAT_SECONDS:
            self._told_at = time.monotonic()
            _log.warning("%s", message)
