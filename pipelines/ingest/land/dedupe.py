"""Which ids have landed? Answered in a time that hardly grows with the table, and in memory that does not.

An index holds a 64-bit hash of each id and of the bytes that came with it, and when they landed (id_index.py). Both
hashes equal means the same bytes (128 bits: that any two of a hundred million statements agree by chance has
probability 1e-23). An equal id hash alone is only a suspicion, settled by looking at the bytes that landed then.
"""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.erased import ErasedRecords
from learnloom.pipelines.ingest.land.hash_runs import Hashes, KnownHashes, MemoryRun
from learnloom.pipelines.ingest.land.id_index import RECENT, IdIndex, Moment
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import OvertakenError, SnapshotExpiredError, WarehouseError
from learnloom.pipelines.lake.fence import OwnFolder

_log = logging.getLogger(__name__)
SQL_ASKS: Final = 4
"""So many batches are asked by SQL before the index is opened: a small import need not read every id."""
FOLDER: Final = "known-ids"
"""In the warehouse's folder: the index, a folder for each process that lands at once. May be deleted at any time."""
_ASKS_AFTER_TROUBLE: Final = 100
"""So many batches are asked by SQL where the index could not be written, before that is tried again."""
_AT_ONCE: Final = 1 << 18
"""Entries that are read from the warehouse at a time."""


def hash_of(data: bytes) -> bytes:
    """Hash to 8 bytes: the same in every process and release (BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(data, digest_size=8).digest()


def hash_number(data: bytes) -> int:
    """The same as a number, as landing.statement and landing.erased hold it."""
    return int.from_bytes(hash_of(data), "little")


def as_hashes(digests: list[bytes]) -> Hashes:
    """Read 8-byte digests as numbers."""
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64, copy=False)


class StaleIdsError(OvertakenError):
    """What has landed since the last look is not known any more: the transaction is done again."""


class KnownIds:
    """The ids in landing.statement, as of one snapshot. Belongs to the thread that lands.

    Of each transaction: `catch_up` before it, `refresh` and `find` in it, `landed` after it.
    """

    def __init__(self, warehouse: Warehouse, *, sql_asks: int = SQL_ASKS, recent: int = RECENT) -> None:
        """Know nothing yet.

        Args:
            warehouse: where statements land.
            sql_asks: so many questions are answered by SQL first.
            recent: ids held in memory, at the most, but for one batch.
        """
        self._warehouse = warehouse
        self._asks_left = sql_asks
        self._recent = recent
        self._index = IdIndex(recent=recent)
        self._folder: OwnFolder | None = None
        self.erased = ErasedRecords(warehouse)
        """What has been erased, and so stays away."""
        self._snapshot: int | None = None
        """Up to where the index knows what has landed; None: it knows nothing."""

    def __enter__(self) -> Self:
        """Give what is known."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Keep what is known for the next process, unless something went wrong; let others have the folder."""
        has_files = self._folder is not None or self._index.is_full
        if kind is None and self._snapshot is not None and has_files:
            try:
                self._warehouse.retrying(self._save, wait_seconds=1.0)
            except (OSError, WarehouseError) as error:
                _log.warning("the index of ids cannot be kept: %s", error)
        if self._folder is not None:
            self._folder.close()
        self._folder = self._snapshot = None

    def catch_up(self) -> None:
        """Outside of a transaction, which it would keep open for long: open the index, or bring it to files."""
        try:
            if self._snapshot is None and self._asks_left <= 0:
                self._open(self._warehouse.snapshot())
            if self._snapshot is not None and self._index.is_full:
                self._save()
        except OSError as error:
            self._do_without(error)

    def refresh(self, snapshot: int) -> None:
        """Learn what others have landed up to `snapshot`, which the open transaction reads.

        Raises:
            StaleIdsError: what was added is not known: the transaction is to be done again, and `catch_up` before.
        """
        self.erased.look(snapshot)
        try:
            self._learn(snapshot)
        except SnapshotExpiredError as error:
            # A failed query ends the transaction, so the caller has to begin anew. All ids are read then.
            self._snapshot, self._asks_left = None, 0
            raise StaleIdsError(str(error)) from error
        except OSError as error:
            self._do_without(error)
            raise StaleIdsError(str(error)) from error

    def _do_without(self, error: OSError) -> None:
        """Ask the warehouse for some time: that is slower, and as right, and memory stays bounded."""
        _log.warning("the index of ids cannot be written, so the warehouse is asked itself: %s", error)
        self._snapshot, self._asks_left = None, _ASKS_AFTER_TROUBLE
        self._index = IdIndex(recent=self._recent)

    def find(self, ids: Hashes, contents: Hashes) -> KnownHashes:
        """Look up the records of a batch; call `refresh` with the transaction's snapshot before."""
        if self._snapshot is not None:
            return self._index.find(ids, contents)
        self._asks_left -= 1
        table = tables.hashes_of(self._warehouse, pa.array(ids))
        index = IdIndex()
        index.add(MemoryRun.of(*(column.to_numpy() for column in table.columns)))
        return index.find(ids, contents)

    def landed(self, run: MemoryRun, snapshot: int) -> None:
        """Take note of a batch of our own that was committed as `snapshot`."""
        self.erased.landed(snapshot)
        if self._snapshot is None:
            return
        self._index.add(run)
        self._snapshot = snapshot

    def _open(self, snapshot: int) -> None:
        """Know what has landed up to `snapshot`: by the files of before if they are this warehouse's, or anew."""
        self._snapshot, self._index = None, IdIndex(recent=self._recent)
        rows = tables.statements_at(self._warehouse, snapshot)
        if rows <= self._recent:
            for part in self._sorted(snapshot):
                self._index.add(part)
        elif not self._loaded(snapshot):
            self._index.fill(rows, self._sorted(snapshot))
            self._snapshot = snapshot
            self._save()
        self._snapshot = snapshot

    def _loaded(self, snapshot: int) -> bool:
        """Open the files of before, and learn what has landed since; False where they cannot be trusted."""
        self._index.use(self._own_folder())
        moment = self._index.load()
        if moment is None or moment.snapshot > snapshot:
            return False
        # A restored warehouse has other snapshots under the same numbers, and of one that expired nothing is known.
        if tables.snapshot_time(self._warehouse, moment.snapshot) != moment.time:
            return False
        if tables.statements_at(self._warehouse, moment.snapshot) != len(self._index):
            return False
        self._snapshot = moment.snapshot
        try:
            self._learn(snapshot)
        except SnapshotExpiredError:
            return False
        return True

    def _learn(self, snapshot: int) -> None:
        """Take in what was added after the snapshot that is known, up to `snapshot`."""
        if self._snapshot is None or snapshot <= self._snapshot:
            return
        added = tables.hashes_since(self._warehouse, self._snapshot + 1, snapshot, at_once=_AT_ONCE)
        for part in map(_entries, added):
            self._index.add(MemoryRun.of(*part.columns))
            if self._index.is_full:
                self._index.use(self._own_folder())
                self._index.spill()
        self._snapshot = snapshot

    def _sorted(self, snapshot: int) -> Iterator[MemoryRun]:
        return map(_entries, tables.sorted_hashes(self._warehouse, snapshot, at_once=_AT_ONCE))

    def _save(self) -> None:
        """Bring what is in memory to files."""
        assert self._snapshot is not None  # noqa: S101 - what is known is known up to a snapshot
        time = tables.snapshot_time(self._warehouse, self._snapshot)
        self._index.use(self._own_folder())
        self._index.save(Moment(self._snapshot, time or ""))

    def _own_folder(self) -> Path:
        if self._folder is None:
            self._folder = OwnFolder(self._warehouse.folder / FOLDER)
        return self._folder.path


def _entries(batch: pa.RecordBatch) -> MemoryRun:
    """Read rows of id_hash, content_hash and landed_us."""
    return MemoryRun(*(column.to_numpy() for column in batch.columns))
