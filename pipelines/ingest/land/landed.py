"""What has landed, for whoever follows it: which snapshots added statements, those statements, their bytes by place."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa

from learnloom.pipelines.lake.connection import Warehouse


class Addition(NamedTuple):
    """A snapshot that added statements. A row knows it for good, also when the snapshot has long expired."""

    snapshot: int
    rows: int


class Spot(NamedTuple):
    """By what a statement is found without looking at all of them."""

    statement_id: str
    id_hash: int
    landed_at: int
    """In microseconds since 1970."""


def additions_since(warehouse: Warehouse, snapshot: int) -> list[Addition]:
    """The snapshots after `snapshot` that added statements, in order."""
    rows = warehouse.rows(
        "SELECT snapshot_id, count(*) FROM landing.statement WHERE snapshot_id > ? GROUP BY ALL ORDER BY ALL",
        [snapshot],
    )
    return [Addition(*row) for row in rows]


def places_added_by(warehouse: Warehouse, first: int, last: int, *, at_once: int) -> Iterator[pa.RecordBatch]:
    """Read which statements the snapshots `first` to `last` have added: id, time in microseconds; no bytes are read."""
    return warehouse.arrow_batches(
        "SELECT statement_id::VARCHAR AS statement_id, epoch_us(landed_at) AS landed_at "
        "FROM landing.statement WHERE snapshot_id BETWEEN ? AND ?",
        [first, last],
        at_once=at_once,
    )


def added_by(warehouse: Warehouse, first: int, last: int, *, at_once: int) -> Iterator[pa.RecordBatch]:
    """Read what the snapshots `first` to `last` have added, as it came: id, time in microseconds, bytes."""
    return warehouse.arrow_batches(
        "SELECT statement_id::VARCHAR AS statement_id, epoch_us(landed_at) AS landed_at, raw "
        "FROM landing.statement WHERE snapshot_id BETWEEN ? AND ?",
        [first, last],
        at_once=at_once,
    )


def content_at(warehouse: Warehouse, spots: Sequence[Spot]) -> dict[str, bytes]:
    """Read the bytes of statements by their places; files and row groups of other times are not looked at."""
    if not spots:
        return {}
    times = [spot.landed_at for spot in spots]
    rows = warehouse.rows(
        "SELECT statement_id::VARCHAR, raw FROM landing.statement "
        "WHERE landed_at BETWEEN make_timestamptz($first) AND make_timestamptz($last) "
        "AND id_hash IN (SELECT unnest($hashes::UBIGINT[])) AND statement_id IN (SELECT unnest($ids::UUID[]))",
        {
            "first": min(times),
            "last": max(times),
            "hashes": [spot.id_hash for spot in spots],
            "ids": [spot.statement_id for spot in spots],
        },
    )
    return {statement_id: raw.encode() for statement_id, raw in rows}
