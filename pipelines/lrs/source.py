"""The journal as a source of records, read in order and followed."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.record import Batch, Position, Record

_log = logging.getLogger(__name__)
TOPIC: Final = "lrs"
_PARTITION: Final = 0
_PAUSE_SECONDS: Final = 0.1
_KEPT: Final = 100_000
"""The newest entries, whose bytes stay in the journal, too: most reading is of what came lately."""
_PRUNED_AT_ONCE: Final = 20_000
_READ: Final = (
    "SELECT entry.seq, entry.raw, entry.version, entry.id, key.label FROM entry LEFT JOIN key USING (key_id) "
    "WHERE entry.seq > ? AND entry.is_journaled ORDER BY entry.seq LIMIT ?"
)


class JournalSource:
    """Reads the journal from the stored position on; an entry's offset is its number less one."""

    def __init__(
        self,
        store: Store,
        *,
        max_records: int,
        max_bytes: int,
        is_over: Callable[[], bool],
        kept: int = _KEPT,
    ) -> None:
        """Read from `store`.

        Args:
            store: holds the journal.
            max_records: records in a batch, at the most.
            max_bytes: bytes in a batch, unless a single record is larger.
            is_over: where it says so and nothing more is there, following ends.
            kept: so many of the newest entries keep their bytes once they have landed.
        """
        self.streams: frozenset[str] = frozenset()
        self.problems: list[Problem] = []
        self._store = store
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._is_over = is_over
        self._kept = kept
        self._pruned = 0
        self._read = 0

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions`; None where nothing is there yet."""
        self._read = self._store.landed = self._start(positions.get((TOPIC, _PARTITION)))
        while True:
            is_over = self._is_over()
            self._store.appended.clear()
            batch = self._next()
            if batch is not None:
                self._read = batch.next_offset
                yield batch
            elif is_over:
                return
            else:
                yield None
                self._store.appended.wait(_PAUSE_SECONDS)

    def _start(self, position: Position | None) -> int:
        if position is None:
            return 0
        if position.head_digest != self._store.journal_id:
            # Another journal stood here before: all of this one is read, and what has landed is a duplicate.
            return 0

        def go_on_above(connection: sqlite3.Connection, _: int) -> int:
            # A journal restored from a backup may end below what has landed: what comes next must not stand there.
            return connection.execute(
                "UPDATE sqlite_sequence SET seq = ? WHERE name = 'entry' AND seq < ?",
                (position.next_offset, position.next_offset),
            ).rowcount

        if self._store.write(go_on_above):
            _log.warning(
                "the journal ended below what has landed of it: new entries come after %d",
                position.next_offset,
            )
        return position.next_offset

    def _next(self) -> Batch | None:
        records: list[Record] = []
        size, last = 0, self._read
        with self._store.reading() as connection:
            for seq, raw, version, statement_id, label in connection.execute(
                _READ, (self._read, self._max_records)
            ):
                if records and size + len(raw or b"") > self._max_bytes:
                    break
                last = seq
                if raw is None:
                    _log.error(
                        "the bytes of journal entry %d are gone, and it has not landed: %s", seq, statement_id
                    )
                    continue
                size += len(raw)
                records.append(
                    Record(seq - 1, 0, raw, source=label, xapi_version=version, statement_id=statement_id)
                )
        if not records:
            return None
        return Batch(TOPIC, _PARTITION, self._read, last, records, self._store.journal_id)

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Let go of the bytes of what has landed, but for the newest entries."""
        landed = max((position.next_offset for position in positions if position.topic == TOPIC), default=0)
        self._store.landed = max(landed, self._store.landed or 0)
        until = min(landed - self._kept, self._pruned + _PRUNED_AT_ONCE)
        if until <= self._pruned:
            return
        since, self._pruned = self._pruned, until

        def prune(connection: sqlite3.Connection, _: int) -> None:
            span = (since, until)
            connection.execute("DELETE FROM entry WHERE seq > ? AND seq <= ? AND id IS NULL", span)
            connection.execute("UPDATE entry SET raw = NULL WHERE seq > ? AND seq <= ?", span)

        self._store.write(prune)

    def lag(self) -> int | None:
        """Count the entries that have not been read."""
        with self._store.reading() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(seq), 0) FROM entry WHERE is_journaled"
            ).fetchone()
        return max(int(last) - self._read, 0)
