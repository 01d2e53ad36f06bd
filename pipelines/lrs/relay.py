"""Kafka as the log: what the journal has kept is sent to a topic, in order, and answered once the brokers have it.

An entry may be sent twice, after a crash or where two processes overlap. It bears its name (`record-id`), so it lands
once, as a statement or as a dead letter.
"""

import logging
import threading
import time
from contextlib import closing
from typing import Final, Self

from learnloom.pipelines.ingest.sources.kafka import messages as header
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import KafkaSettingsError
from learnloom.pipelines.ingest.sources.kafka.sending import Messages
from learnloom.pipelines.ingest.sources.kafka.topics import (
    STATEMENT_RETENTION_MS,
    make_missing,
    max_message_bytes,
)
from learnloom.pipelines.lrs.database import Lease
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.reader import JournalEntry
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.producer import key_of
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_HEADER_BYTES: Final = 4_096
"""Room that headers of a message take, at the most."""
_AT_ONCE: Final = 1_000
_AT_ONCE_BYTES: Final = 8 << 20
_DELIVERY_SECONDS: Final = 15.0
_SETTLE_SECONDS: Final = 20.0
"""How long whoever has sent waits for the brokers' word."""
_IDLE_SECONDS: Final = 0.1
_SHARED_SECONDS: Final = 0.01
"""So soon others' entries and progress are looked for, where there are other processes; ever less often if in vain."""
_TROUBLE_SECONDS: Final = 1.0
_NOTE_SECONDS: Final = 1.0
_TOLD_SECONDS: Final = 30.0


class Relay:
    """Sends the journal's entries to a topic while the context is open, of all processes one at a time."""

    def __init__(
        self, store: Store, connection: KafkaConnection, topic: str, *, max_statement_bytes: int
    ) -> None:
        """Send nothing yet.

        Args:
            store: keeps the journal.
            connection: the brokers.
            topic: which topic; it is made where it is missing.
            max_statement_bytes: the longest statement that is taken.
        """
        self._store = store
        self._connection = connection
        self._topic = topic
        self._max_statement_bytes = max_statement_bytes
        self._over = threading.Event()
        self._news = threading.Condition()
        reached = store.progress()
        self._relayed = self._noted = max(reached.relayed, reached.landed)
        self._waiting = 0
        self._trouble: str | None = None
        self._told_at = self._noted_at = 0.0
        self._messages: Messages | None = None
        self._thread = threading.Thread(target=self._run, name="lrs-relay")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Send what is left, unless the brokers are away; the rest stays in the journal for the next time."""
        self._over.set()
        self._store.appended.set()
        self._thread.join()

    def check(self) -> None:
        """See that the brokers took what was sent last; raises as `Log.check` does."""
        if self._trouble is not None:
            raise RefusedError(
                503, f"Kafka does not take statements now ({self._trouble}): send this again", Retry_After="5"
            )

    def settle(self, seq: int) -> None:
        """Wait until the brokers have the entries up to `seq`; raises as `Log.settle` does."""
        with self._news:
            self._waiting += 1
            self._news.wait_for(lambda: self._relayed >= seq or self._trouble is not None, _SETTLE_SECONDS)
            self._waiting -= 1
            if self._relayed >= seq:
                return
        reason = self._trouble or f"no word of the brokers for {_SETTLE_SECONDS:.0f} s"
        raise RefusedError(
            503,
            f"the statements are kept, and Kafka has not confirmed them yet ({reason}): send the same again, under "
            "the same ids, to know when it has",
            Retry_After="5",
        )

    def _run(self) -> None:
        pause = _IDLE_SECONDS
        with closing(self._store.lease("relay")) as lease:
            while True:
                is_over, has_sent = self._over.is_set(), False
                self._store.appended.clear()
                try:
                    has_sent = self._step(lease)
                    pause = self._next_pause(pause, has_news=has_sent)
                except Exception as error:  # noqa: BLE001 - without this thread no statement is answered any more
                    self._begin_anew(error)
                    pause = _TROUBLE_SECONDS
                if is_over and not has_sent:
                    break
                if not has_sent:
                    self._store.appended.wait(pause)
        self._note(is_last=True)
        if self._messages is not None:
            self._messages.close(waits=False)

    def _step(self, lease: Lease) -> bool:
        """Send what there is, or learn how far another process has come; whether anything was sent."""
        if not lease.is_held():
            self._reach(self._store.progress().relayed)
            return False
        return self._pass_on()

    def _next_pause(self, pause: float, *, has_news: bool) -> float:
        if not self._store.is_shared:
            return _IDLE_SECONDS
        is_busy = has_news or self._waiting > 0
        return _SHARED_SECONDS if is_busy else min(2 * pause, _IDLE_SECONDS)

    def _pass_on(self) -> bool:
        """Send what comes next, and wait until the brokers have it; whether there was anything."""
        last = self._store.progress().last_seq
        entries = self._store.entries_after(self._relayed, _AT_ONCE)
        messages = self._connected()
        size = sent = 0
        for entry in entries:
            if size >= _AT_ONCE_BYTES:
                break
            key = key_of(entry.raw) if entry.statement_id is not None else None
            messages.send(self._topic, entry.raw, key, self._headers(entry))
            size += len(entry.raw)
            sent += 1
        messages.flush()
        self._trouble = None
        is_all = sent == len(entries) < _AT_ONCE
        # Numbers between are of what came by another way: nothing of it is to be sent.
        self._reach(max([last] * is_all + [entry.seq for entry in entries[:sent]]))
        self._note()
        return sent > 0

    def _headers(self, entry: JournalEntry) -> list[tuple[str, bytes]]:
        named = {
            header.CONTENT_TYPE: header.JSON_TYPE,
            header.XAPI_VERSION: entry.version,
            header.SOURCE: entry.label and entry.label[: header.MAX_SOURCE_CHARS],
            header.AUTHORITY: entry.key_id,
            header.RECORD_ID: self._store.record_id_of(entry.seq),
            header.STORED: iso(entry.stored),
            header.STATEMENT_ID: entry.statement_id,
        }
        return [(name, value.encode()) for name, value in named.items() if value]

    def _connected(self) -> Messages:
        if self._messages is None:
            needed = self._max_statement_bytes + _HEADER_BYTES
            with self._connection.admin() as client:
                if make_missing(
                    client,
                    self._topic,
                    partitions=1,
                    retention_ms=STATEMENT_RETENTION_MS,
                    message_bytes=needed,
                ):
                    _log.info("created topic %s for statements that come over HTTP", self._topic)
                limit = max_message_bytes(client, self._topic)
            if limit < needed:
                raise KafkaSettingsError(
                    f"topic {self._topic} takes messages of {limit:,} bytes, and a statement may have "
                    f"{self._max_statement_bytes:,}: set its max.message.bytes to {needed} or more, or lower "
                    "LEARNLOOM_MAX_STATEMENT_BYTES"
                )
            self._messages = Messages(
                self._connection,
                max_message_bytes=limit,
                delivery_seconds=_DELIVERY_SECONDS,
                # All that is sent is there before it waits: more of it goes in one request, and nothing later.
                linger_ms=0,
                batch_bytes=_AT_ONCE_BYTES,
            )
        return self._messages

    def _reach(self, seq: int) -> None:
        if seq > self._relayed:
            with self._news:
                self._relayed = seq
                self._news.notify_all()

    def _note(self, *, is_last: bool = False) -> None:
        """Keep how far it has come: at once where others wait for it, else now and then."""
        is_due = is_last or self._store.is_shared or time.monotonic() - self._noted_at > _NOTE_SECONDS
        if self._relayed > self._noted and is_due:
            try:
                self._store.note(relayed=self._relayed)
            except RefusedError as error:
                _log.warning("how far Kafka has the journal is noted later: %s", error)
            else:
                self._noted, self._noted_at = self._relayed, time.monotonic()

    def _begin_anew(self, error: Exception) -> None:
        """Let go of a producer that has failed: what it has not confirmed is sent again by another."""
        with self._news:
            self._trouble = str(error)
            self._news.notify_all()
        if self._messages is not None:
            self._messages.close(waits=False)
            self._messages = None
        if time.monotonic() - self._told_at > _TOLD_SECONDS:
            self._told_at = time.monotonic()
            is_told = isinstance(error, LearnloomError)
            _log.warning(
                "statements are not sent to Kafka now, it is tried again: %s", error, exc_info=not is_told
            )
