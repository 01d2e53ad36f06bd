"""Records that were erased: whatever brings them again, they do not land (landing.erased)."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from learnloom.pipelines.ingest.land.hash_runs import Hashes
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import CATALOGUED_TABLES

HOME_PAGE: Final = "https://learnloom.example/erased"
"""Home page of the account that stands in the place of a student who was erased."""
_PSEUDONYM: Final = re.compile(rb"erased-[0-9a-f]{32}")


def pseudonym_of(number: str) -> str:
    """What stands in the place of a student who was erased, by 32 random hex digits."""
    return f"erased-{number}"


def is_redacted(raw: bytes) -> bool:
    """Whether the bytes of a statement stand without a student who was in them when they came."""
    return _PSEUDONYM.search(raw) is not None


class Erased(NamedTuple):
    """A row of landing.erased."""

    id_hash: int
    """0 of a record that was refused."""
    content_hash: int
    topic: str
    partition: int
    is_gone: bool


class ErasedRecords:
    """Answers which records were erased; belongs to the thread that lands.

    As long as none was, that costs a question to the catalogue after each transaction of somebody else.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        """Nothing is known yet."""
        self._warehouse = warehouse
        self._snapshot: int | None = None
        self._are_any = False

    def look(self, snapshot: int) -> None:
        """Learn whether any stand, as of the snapshot that the open transaction reads."""
        if not self._are_any and snapshot != self._snapshot:
            filled = f"SELECT is_filled FROM ({CATALOGUED_TABLES}) WHERE relation = 'landing.erased'"
            self._are_any = (True,) in self._warehouse.rows(filled)
        self._snapshot = snapshot

    def landed(self, snapshot: int) -> None:
        """Take note of a transaction of our own: whoever erases at the same time as one lands is done again."""
        self._snapshot = snapshot

    def by_id(self, ids: Hashes) -> npt.NDArray[np.bool_]:
        """Which of these hashes of ids are those of erased statements."""
        return self._among("id_hash", ids)

    def by_content(self, contents: Hashes) -> npt.NDArray[np.bool_]:
        """Which of these hashes of bytes are those of erased records."""
        return self._among("content_hash", contents)

    def _among(self, column: str, hashes: Hashes) -> npt.NDArray[np.bool_]:
        if not self._are_any or not len(hashes):
            return np.zeros(len(hashes), dtype=np.bool_)
        with self._warehouse.holding(asked=pa.table({"hash": pa.array(hashes, pa.uint64())})):
            found = self._warehouse.rows(
                f"SELECT DISTINCT {column} FROM landing.erased WHERE {column} IN (SELECT hash FROM asked)"
            )
        return np.isin(hashes, np.array([row[0] for row in found], np.uint64))


def erased_ids(warehouse: Warehouse, id_hashes: Sequence[int]) -> set[int]:
    """Which of these hashes of ids are those of statements that are gone."""
    with warehouse.holding(asked=pa.table({"hash": pa.array(id_hashes, pa.uint64())})):
        rows = warehouse.rows(
            f"SELECT DISTINCT id_hash FROM {LAKE}.landing.erased WHERE is_gone AND id_hash IN (SELECT hash FROM asked)"
        )
    return {int(row[0]) for row in rows}


def write_erased(warehouse: Warehouse, records: Sequence[Erased]) -> None:
    """Add records to landing.erased, in the transaction that takes them out."""
    if not records:
        return
    columns = list(zip(*records, strict=True))
    types = (pa.uint64(), pa.uint64(), pa.string(), pa.int32(), pa.bool_())
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types, strict=True)]
    with warehouse.holding(new_erased=pa.Table.from_arrays(arrays, names=list(Erased._fields))):
        warehouse.run(
            f"INSERT INTO {LAKE}.landing.erased BY NAME SELECT DISTINCT * FROM new_erased "
            f'ANTI JOIN {LAKE}.landing.erased USING (id_hash, content_hash, topic, "partition")'
        )
