"""The journal as a source of records, read in order and followed; and letting go of what has landed."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.lrs.keeping import Keeper
from learnloom.pipelines.lrs.reader import JournalReader
from learnloom.schemas.record import Batch, Position, Record

_log = logging.getLogger(__name__)
TOPIC: Final = "lrs"
_PARTITION: Final = 0
_PAUSE_SECONDS: Final = 0.1


class JournalSource:
    """Reads the journal from the stored position on; an entry's offset is its number less one."""

    def __init__(
        self,
        reader: JournalReader,
        keeper: Keeper,
        *,
        max_records: int,
        max_bytes: int,
        is_over: Callable[[], bool],
    ) -> None:
        """Read nothing yet.

        Args:
            reader: reads the journal.
            keeper: is told how far it was read, and what has landed.
            max_records: records in a batch, at the most.
            max_bytes: bytes in a batch, unless a single record is larger.
            is_over: where it says so and nothing more is there, following ends.
        """
        self.streams: frozenset[str] = frozenset()
        self.problems: list[Problem] = []
        self._reader = reader
        self._keeper = keeper
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._is_over = is_over
        self._read = 0

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions`; None where nothing is there yet."""
        self._read = self._start(positions.get((TOPIC, _PARTITION)))
        while True:
            is_over = self._is_over()
            self._reader.appended.clear()
            batch = self._next()
            if batch is not None:
                self._read = batch.next_offset
                yield batch
            elif is_over:
                return
            else:
                yield None
                self._reader.appended.wait(_PAUSE_SECONDS)

    def _start(self, position: Position | None) -> int:
        if position is None or position.head_digest != self._reader.journal_id:
            # Another journal stood here before: all of this one is read, and what has landed is a duplicate.
            position = Position(TOPIC, _PARTITION)

        before = self._keeper.go_on(position.next_offset)
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
        for entry in self._reader.entries_after(self._read, self._max_records):
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
                    record_id=self._reader.record_id_of(entry.seq),
                    is_judged=entry.statement_id is not None,
                )
            )
        if not records:
            return None
        return Batch(TOPIC, _PARTITION, self._read, last, records, self._reader.journal_id)

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Let go of the bytes of what has landed, but for the newest entries."""
        landed = max((position.next_offset for position in positions if position.topic == TOPIC), default=0)
        self._keeper.let_go(landed)

    def lag(self) -> int | None:
        """Count the entries that have not been read."""
        return max(self._reader.progress().last_journaled - self._read, 0)
