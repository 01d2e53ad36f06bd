"""Which ids have landed? Answered from memory, so that the cost does not grow with the table.

DedupResult arrays hold a 64-bit hash of each id and of the bytes that came with it: 16 bytes a statement. Both
hashes equal means the same bytes (128 bits: that any two of a hundred million statements agree by chance has
probability 1e-23). An equal id hash alone is only a suspicion, settled by looking at the landed bytes.
"""

import hashlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.warehouse import landing
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.errors import OvertakenError, SnapshotExpiredError

Hashes = npt.NDArray[np.uint64]
SQL_ASKS = 4
"""So many batches are asked by SQL before the arrays are built: a small import need not read every id."""


def hash_of(data: bytes) -> bytes:
    """Hash to 8 bytes: the same in every process and release (BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(data, digest_size=8).digest()


def as_hashes(digests: list[bytes]) -> Hashes:
    """Read 8-byte digests as numbers."""
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64, copy=False)


class StaleIdsError(OvertakenError):
    """What has landed since the last look is not known any more: the transaction is done again."""


class Found(NamedTuple):
    """Per record asked: what is known of its id."""

    is_known: npt.NDArray[np.bool_]
    """A statement with this id hash has landed."""
    is_same: npt.NDArray[np.bool_]
    """One with the very same bytes has landed."""


class _Run(NamedTuple):
    """Hashes sorted by id."""

    ids: Hashes
    contents: Hashes

    @classmethod
    def of(cls, ids: Hashes, contents: Hashes) -> "_Run":
        order = np.argsort(ids, kind="stable")  # merging two sorted halves is what it is quickest at
        return cls(ids[order], contents[order])


class KnownIds:
    """The ids in landing.statement, as of one snapshot. Belongs to the thread that lands."""

    def __init__(self, *, sql_asks: int = SQL_ASKS) -> None:
        """Know nothing yet; the first `sql_asks` questions are answered by SQL."""
        self._runs: list[_Run] = []
        self._asks_left = sql_asks
        self._snapshot: int | None = None

    def refresh(self, warehouse: Warehouse, snapshot: int) -> None:
        """Learn what others have landed up to `snapshot`, which the open transaction reads.

        Raises:
            StaleIdsError: what was added is not known any more: all ids are read when the transaction is done again.
        """
        if self._snapshot is None or snapshot <= self._snapshot:
            return
        try:
            added = landing.hashes_since(warehouse, self._snapshot + 1, snapshot)
        except SnapshotExpiredError as error:
            # A failed query ends the transaction, so the caller has to begin anew; all ids are read then.
            self._snapshot, self._asks_left = None, 0
            raise StaleIdsError(str(error)) from error
        self._learn(added)
        self._snapshot = snapshot

    def find(self, warehouse: Warehouse, snapshot: int, ids: Hashes, contents: Hashes) -> Found:
        """Look up the records of a batch; call `refresh` with the same snapshot before."""
        if self._snapshot is None and self._asks_left > 0:
            self._asks_left -= 1
            table = landing.hashes_of(warehouse, pa.array(ids))
            return _look_up(
                [_Run.of(_column(table, "id_hash"), _column(table, "content_hash"))], ids, contents
            )
        if self._snapshot is None:
            self._runs = []
            self._learn(landing.all_hashes(warehouse))
            self._snapshot = snapshot
        return _look_up(self._runs, ids, contents)

    def landed(self, ids: Hashes, contents: Hashes, snapshot: int) -> None:
        """Take note of a batch of our own that was committed as `snapshot`."""
        if self._snapshot is not None:
            self._add(_Run.of(ids, contents))
            self._snapshot = snapshot

    def _learn(self, table: pa.Table) -> None:
        self._add(_Run.of(_column(table, "id_hash"), _column(table, "content_hash")))

    def _add(self, run: _Run) -> None:
        """Add a run; merge such that few runs remain and each hash is moved a logarithmic number of times."""
        if not len(run.ids):
            return
        while self._runs and len(self._runs[-1].ids) <= 2 * len(run.ids):
            older = self._runs.pop()
            run = _Run.of(
                np.concatenate([older.ids, run.ids]), np.concatenate([older.contents, run.contents])
            )
        self._runs.append(run)


def _column(table: pa.Table, name: str) -> Hashes:
    hashes: Hashes = table.column(name).to_numpy()
    return hashes


def _look_up(runs: list[_Run], ids: Hashes, contents: Hashes) -> Found:
    is_known = np.zeros(len(ids), dtype=np.bool_)
    is_same = np.zeros(len(ids), dtype=np.bool_)
    order = np.argsort(
        ids
    )  # neighbours in the question are neighbours in memory: an order of magnitude faster
    for run in runs:
        place = np.minimum(np.searchsorted(run.ids, ids[order]), max(len(run.ids) - 1, 0))
        if not len(run.ids):
            continue
        hit = run.ids[place] == ids[order]
        is_known[order] |= hit
        is_same[order] |= hit & (run.contents[place] == contents[order])
    return Found(is_known, is_same)
