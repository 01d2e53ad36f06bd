"""A write batch: judged records on their way into one transaction, column by column."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import compress
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from learnloom.pipelines.ingest.land.dedupe import as_hashes, hash_of
from learnloom.pipelines.ingest.land.hash_runs import Hashes, MemoryRun
from learnloom.pipelines.ingest.land.tables import DEAD_LETTER_ROWS, STATEMENT_ROWS
from learnloom.pipelines.tracing.span import MAX_LINKS
from learnloom.schemas.record import Batch, Fault, Judge, Record, Verdict

Sameness = Callable[[dict[str, Any], dict[str, Any]], bool]
"""Says whether two statements with one id are equal by the specification's rule."""

_NAMELESS = uuid.UUID("5f0c1f0e-3a52-5a0e-9d5b-6d2f0b6f6c11")
"""Namespace for the ids of statements that came without one."""
_DEAD_LETTER_ID_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class PartitionSlice(NamedTuple):
    """The consecutive records of one partition that one batch of a source brought."""

    topic: str
    partition: int
    start_offset: int
    next_offset: int
    head_digest: str | None


class Refusal(NamedTuple):
    """A record that becomes a dead letter."""

    slice_index: int
    """Which of the slices of its batch it belongs to."""
    offset: int
    element: int
    raw: bytes | None
    faults: tuple[Fault, ...]
    source: str | None = None
    xapi_version: str | None = None
    record_id: str | None = None


class Withdrawal(NamedTuple):
    """A statement that its source does not make any more."""

    first_id: str
    record: Record
    slice_index: int
    at: int
    """So many statements of the batch came before it."""


class WriteBatch:
    """Judged records of one or more batches; statements as columns of equal length, refusals as a list."""

    def __init__(self) -> None:
        self.slices: list[PartitionSlice] = []
        self.refusals: list[Refusal] = []
        self.record_count = 0
        self.size = 0
        self.mended = 0
        """Statements that are valid because the judge has mended them: they land as it gave them."""
        self.traceparents: dict[str, None] = {}
        """Some of the spans that the records came from, each once."""
        self.statement_ids: list[str] = []
        self.raws: list[bytes] = []
        self.slice_of: list[int] = []
        self.withdrawals: list[Withdrawal] = []
        self._nameless: set[int] = set()
        self._records: list[Record] = []
        self._id_digests: list[bytes] = []
        self._content_digests: list[bytes] = []

    def add_batch(self, batch: Batch, judge: Judge) -> None:
        """Judge the records of `batch` and take them in."""
        self.add_slice(
            PartitionSlice(
                batch.topic, batch.partition, batch.start_offset, batch.next_offset, batch.head_digest
            )
        )
        if len(self.traceparents) < MAX_LINKS:
            self.traceparents |= dict.fromkeys(batch.traceparents)
        for record in batch.records:
            self.add(record, judge)

    def add_slice(self, part: PartitionSlice) -> None:
        """Begin a slice: the records added next belong to it."""
        self.slices.append(part)

    def add(self, record: Record, judge: Judge) -> None:
        """Judge one record of the newest slice and take it in."""
        raw = record.value
        slice_index = len(self.slices) - 1
        if record.withdraws is not None:
            self.withdrawals.append(
                Withdrawal(record.withdraws, record, slice_index, len(self.statement_ids))
            )
            return
        self.record_count += 1
        self.size += 0 if raw is None else len(raw)
        if record.fault is not None:
            self.refusals.append(_refusal(slice_index, record, (record.fault,)))
            return
        verdict = _judged(record, judge)
        if verdict.faults or raw is None:
            self.refusals.append(_refusal(slice_index, record._replace(value=verdict.raw), verdict.faults))
            return
        raw = verdict.raw if verdict.raw is not None else raw
        self.mended += verdict.is_mended
        own_id = verdict.statement_id or record.statement_id
        statement_id = statement_id_of(own_id, raw)
        if own_id is None:
            self._nameless.add(len(self.raws))
        self.statement_ids.append(statement_id)
        self.raws.append(raw)
        self.slice_of.append(slice_index)
        self._records.append(record)
        self._id_digests.append(hash_of(statement_id.encode()))
        self._content_digests.append(hash_of(raw))

    def count_timeless(self, marked: npt.NDArray[np.bool_]) -> int:
        """Count the statements that `marked` marks and that have neither id nor timestamp."""
        if not self._nameless:
            return 0
        return sum(
            "timestamp" not in orjson.loads(self.raws[index])
            for index in self._nameless.intersection(np.flatnonzero(marked).tolist())
        )

    def hashes(self) -> tuple[Hashes, Hashes]:
        """Give the hashes of all ids and of all contents."""
        return as_hashes(self._id_digests), as_hashes(self._content_digests)

    def index_entries(self, keep: npt.NDArray[np.bool_], now: datetime) -> MemoryRun:
        """Give what the index of ids is to hold of the statements that `keep` marks, landed at `now`."""
        ids, contents = self.hashes()
        landed_us = np.full(int(keep.sum()), (now - _EPOCH) // _MICROSECOND, np.uint64)
        return MemoryRun.of(ids[keep], contents[keep], landed_us)

    def refuse(self, index: int, fault: Fault) -> Refusal:
        """Make a refusal of the statement at `index`, which its caller then leaves out of the rows."""
        return _refusal(self.slice_of[index], self._records[index], (fault,))

    def changeable(self) -> list[int]:
        """Give the indices of the statements that their sources may correct."""
        return [index for index, record in enumerate(self._records) if record.can_change]

    def copied(self) -> Self:
        """Give a batch that can be changed while this one stays as it is."""
        copied = copy(self)
        for name in ("statement_ids", "raws", "slice_of", "_records", "_id_digests", "_content_digests"):
            setattr(copied, name, list(getattr(self, name)))
        return copied

    def set_statement(self, index: int, statement_id: str, raw: bytes) -> None:
        """Put another statement in the place of the one at `index`."""
        self.statement_ids[index], self.raws[index] = statement_id, raw
        self._id_digests[index], self._content_digests[index] = hash_of(statement_id.encode()), hash_of(raw)

    def add_beside(self, index: int, statement_id: str, raw: bytes) -> None:
        """Add a statement of our own, which came with the one at `index`."""
        self.add_own(self._records[index], self.slice_of[index], statement_id, raw)

    def add_own(self, record: Record, slice_index: int, statement_id: str, raw: bytes) -> None:
        """Add a statement of our own, which a record of a slice has caused."""
        self.statement_ids.append(statement_id)
        self.raws.append(raw)
        self.slice_of.append(slice_index)
        self._records.append(record._replace(element=-1 - record.element, value=raw))
        self._id_digests.append(hash_of(statement_id.encode()))
        self._content_digests.append(hash_of(raw))

    def statement_rows(self, keep: npt.NDArray[np.bool_]) -> pa.Table:
        """Give the statements that `keep` marks as rows of landing.statement."""
        ids, contents = self.hashes()
        records = list(compress(self._records, keep))
        slices = pa.array(np.array(self.slice_of, np.int32)[keep])
        topics = pa.DictionaryArray.from_arrays(slices, pa.array([p.topic for p in self.slices], pa.string()))
        partitions = pa.array([p.partition for p in self.slices], pa.int32()).take(slices)
        columns = [
            pa.array(list(compress(self.statement_ids, keep)), pa.string()),
            pa.array(ids[keep]),
            pa.array(contents[keep]),
            _texts(list(compress(self.raws, keep))),
            topics,
            partitions,
            pa.array([record.offset for record in records], pa.int64()),
            pa.array([record.element for record in records], pa.int32()),
            pa.array([record.source for record in records], pa.string()).dictionary_encode(),
        ]
        return pa.Table.from_arrays(columns, schema=STATEMENT_ROWS)

    def dead_letter_ids(self, refusals: Sequence[Refusal]) -> list[str]:
        """Give the id of each refusal's dead letter."""
        return [_dead_letter_id(self.slices[refusal.slice_index], refusal) for refusal in refusals]

    def dead_letter_rows(self, refusals: Sequence[Refusal], ids: Sequence[str]) -> pa.Table:
        """Give `refusals` as rows of landing.dead_letter under `ids`."""
        places = [self.slices[refusal.slice_index] for refusal in refusals]
        columns = [
            list(ids),
            [[fault._asdict() for fault in refusal.faults] for refusal in refusals],
            [refusal.raw for refusal in refusals],
            [place.topic for place in places],
            [place.partition for place in places],
            [refusal.offset for refusal in refusals],
            [refusal.element for refusal in refusals],
            [refusal.source for refusal in refusals],
            [refusal.xapi_version for refusal in refusals],
        ]
        return pa.Table.from_arrays(
            [pa.array(column, field.type) for column, field in zip(columns, DEAD_LETTER_ROWS, strict=True)],
            schema=DEAD_LETTER_ROWS,
        )


def _judged(record: Record, judge: Judge) -> Verdict:
    if record.is_judged:
        return Verdict(record.value, (), record.statement_id)
    version = record.xapi_version
    return judge(record.value) if version is None else judge(record.value, default_version=version)


def _texts(texts: Sequence[bytes]) -> pa.LargeStringArray:
    """Make an Arrow array of texts in UTF-8 whose bytes are copied once: `pa.array` moves them as they become more."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    offsets = np.concatenate([np.zeros(1, np.int64), ends])
    made = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(texts)))
    made.validate(full=True)
    return made


def _refusal(slice_index: int, record: Record, faults: tuple[Fault, ...]) -> Refusal:
    place = (slice_index, record.offset, record.element)
    raw = record.value if record.original is None else record.original
    return Refusal(*place, raw, faults, record.source, record.xapi_version, record.record_id)


def statement_id_of(own: str | None, raw: bytes) -> str:
    """Give the id to land under: its own in lower case; without one, a UUIDv5 (RFC 9562) of the bytes."""
    if own is not None:
        return own.lower()
    digest = hashlib.sha1(_NAMELESS.bytes + raw, usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def _dead_letter_id(place: PartitionSlice, refusal: Refusal) -> str:
    if refusal.record_id is not None:
        coordinates = f"{refusal.record_id}\0{refusal.element}\0"
    else:
        coordinates = f"{place.topic}\0{place.partition}\0{refusal.offset}\0{refusal.element}\0"
    kind = b"none" if refusal.raw is None else b"some" + refusal.raw
    digest = hashlib.blake2b(coordinates.encode() + kind, digest_size=_DEAD_LETTER_ID_BYTES)
    return digest.hexdigest()
