"""The journal as a source of records, read in order and followed; and letting go of what has landed."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.store import Progress, Store, progress
from learnloom.schemas.record import Batch, Position, Record

_log = logging.getLogger(__name__)
TOPIC: Final = "lrs"
_PARTITION: Final = 0
_PAUSE_SECONDS: Final = 0.1
KEPT: Final = 100_000
"""The newest entries, whose bytes stay in the journal, too: most reading is of what came lately."""
_PRUNED_AT_ONCE: Final = 500
"""In one transaction: whoever sends waits for it."""
_PRUNINGS: Final = 40
_READ: Final = (
    "SELECT entry.seq, entry.raw, entry.version, entry.id, entry.stored, entry.key_id, key.label "
    "FROM entry LEFT JOIN key ON key.key_id = entry.key_id "
    "WHERE entry.seq > ? AND entry.is_journaled AND entry.raw IS NOT NULL ORDER BY entry.seq LIMIT ?"
)


class Entry(NamedTuple):
    """An entry of the journal on its way to landing."""

    seq: int
    raw: bytes
    version: str
    statement_id: str | None
    """None: it was refused."""
    stored: int
    key_id: str
    label: str | None
    """What its key calls the sender."""


def entries_after(store: Store, seq: int, limit: int) -> list[Entry]:
    """Read the entries after a number that have come this way and keep their bytes, in order."""
    with store.reading() as connection:
        return [Entry(*row) for row in connection.execute(_READ, (seq, limit))]


def record_id_of(store: Store, seq: int) -> str:
    """Name an entry for all time: whichever way it lands, and however often, it is the same record."""
    return f"{store.journal_id}/{seq}"


class JournalSource:
    """Reads the journal from the stored position on; an entry's offset is its number less one."""

    def __init__(
        self,
        store: Store,
        *,
        max_records: int,
        max_bytes: int,
        is_over: Callable[[], bool],
        kept: int = KEPT,
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
        self._read = 0

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions`; None where nothing is there yet."""
        self._read = self._start(positions.get((TOPIC, _PARTITION)))
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
        if position is None or position.head_digest != self._store.journal_id:
            # Another journal stood here before: all of this one is read, and what has landed is a duplicate.
            position = Position(TOPIC, _PARTITION)

        def go_on(connection: Connection, _: int) -> Progress:
            before = progress(connection)
            # A journal restored from a backup may end below what has landed: what comes next must not stand there.
            connection.execute(
                "UPDATE progress SET landed = ?, last_seq = ?",
                (position.next_offset, max(position.next_offset, before.last_seq)),
            )
            return before

        before = self._store.write(go_on)
        if before.last_seq < position.next_offset:
            _log.warning(
                "the journal ended below what has landed of it: new entries come after %d",
                position.next_offset,
            )
        if position.next_offset < before.pruned:
            _log.warning(
                "entries %d to %d of the journal are passed over: they landed before, by Kafka or in another "
                "warehouse, and have let go of their bytes",
                position.next_offset + 1,
                before.pruned,
            )
        return position.next_offset

    def _next(self) -> Batch | None:
        records: list[Record] = []
        size, last = 0, self._read
        for entry in entries_after(self._store, self._read, self._max_records):
            if records and size + len(entry.raw) > self._max_bytes:
                break
            last = entry.seq
            size += len(entry.raw)
            records.append(
                Record(
                    entry.seq - 1,
                    0,
                    entry.raw,
                    source=entry.label,
                    xapi_version=entry.version,
                    statement_id=entry.statement_id,
                    record_id=record_id_of(self._store, entry.seq),
                    is_judged=entry.statement_id is not None,
                )
            )
        if not records:
            return None
        return Batch(TOPIC, _PARTITION, self._read, last, records, self._store.journal_id)

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Let go of the bytes of what has landed, but for the newest entries."""
        landed = max((position.next_offset for position in positions if position.topic == TOPIC), default=0)
        let_go(self._store, landed, kept=self._kept)

    def lag(self) -> int | None:
        """Count the entries that have not been read."""
        return max(self._store.progress().last_journaled - self._read, 0)


def let_go(store: Store, landed: int, *, kept: int = KEPT) -> None:
    """Let go of the bytes of entries that have landed, up to the number `landed`, but for the `kept` newest."""

    def work(connection: Connection, _: int) -> bool:
        pruned = progress(connection).pruned
        until = max(min(landed - kept, pruned + _PRUNED_AT_ONCE), pruned)
        connection.execute(
            "UPDATE progress SET pruned = ?, landed = CASE WHEN landed < ? THEN ? ELSE landed END",
            (until, landed, landed),
        )
        if until > pruned:
            span = (pruned, until)
            connection.execute("DELETE FROM entry WHERE seq > ? AND seq <= ? AND id IS NULL", span)
            connection.execute("UPDATE entry SET raw = NULL WHERE seq > ? AND seq <= ?", span)
        return until < landed - kept

    for _ in range(_PRUNINGS):
        if not store.write(work):
            return
