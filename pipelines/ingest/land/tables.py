"""The landing tables: all SQL that writes them, and look-ups for whoever lands.

Rows, dead letters and positions are written in one transaction of the caller's, which has to begin with
`advance_fence` (landing_schema.py). Nothing here works row by row.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

import duckdb
import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import SnapshotExpiredError
from learnloom.schemas.record import Position

STATEMENT_ROWS: Final = pa.schema(
    [
        ("statement_id", pa.string()),
        ("id_hash", pa.uint64()),
        ("content_hash", pa.uint64()),
        ("raw", pa.large_string()),
        ("topic", pa.dictionary(pa.int32(), pa.string())),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("element", pa.int32()),
        ("source", pa.dictionary(pa.int32(), pa.string())),
    ]
)
"""Arrow form of rows for landing.statement; the time of landing is added when they are written."""
_FAULT_ROW: Final = pa.struct([(name, pa.string()) for name in ("rule", "path", "value", "message")])
DEAD_LETTER_ROWS: Final = pa.schema(
    [
        ("dead_letter_id", pa.string()),
        ("faults", pa.list_(_FAULT_ROW)),
        ("raw", pa.binary()),
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("element", pa.int32()),
        ("source", pa.string()),
        ("xapi_version", pa.string()),
    ]
)
"""Arrow form of rows for landing.dead_letter."""

_POSITION_ROWS = pa.schema(
    [
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("next_offset", pa.int64()),
        ("head_digest", pa.string()),
        ("accepted", pa.int64()),
        ("duplicates", pa.int64()),
        ("dead", pa.int64()),
    ]
)

_HASH_COLUMNS = "id_hash, content_hash"
_INDEX_COLUMNS = f"{_HASH_COLUMNS}, epoch_us(landed_at)::UBIGINT AS landed_us"
_MAX_TIMES: Final = 200
"""Transactions that are named to find statements in; of more, the whole table is looked through as quickly."""
_POSITION_COLUMNS = 'topic, "partition", next_offset, head_digest, accepted, duplicates, dead'


def positions(warehouse: Warehouse, topics: Collection[str] | None = None) -> dict[tuple[str, int], Position]:
    """Read the stored positions, of some topics or of all, by topic and partition."""
    sql = f"SELECT {_POSITION_COLUMNS} FROM landing.position"
    if topics is None:
        rows = warehouse.rows(f"{sql} ORDER BY ALL")
    else:
        rows = warehouse.rows(f"{sql} WHERE list_contains(?::VARCHAR[], topic)", [sorted(topics)])
    return {(row[0], row[1]): Position(*row) for row in rows}


def write_positions(warehouse: Warehouse, new: Collection[Position], now: datetime) -> None:
    """Put `new` in the place of the stored positions of the same partitions."""
    columns = zip(*new, strict=True)
    table = pa.table(dict(zip(Position._fields, map(list, columns), strict=True)), schema=_POSITION_ROWS)
    with warehouse.holding(new_position=table):
        # By a list, not by a join with what is new, which takes twice the processor time.
        warehouse.run(
            """DELETE FROM landing.position WHERE list_contains(?::VARCHAR[], "partition" || ' ' || topic)""",
            [[f"{position.partition} {position.topic}" for position in new]],
        )
        warehouse.run(
            f"INSERT INTO landing.position ({_POSITION_COLUMNS}, updated_at) "
            f"SELECT {_POSITION_COLUMNS}, ? FROM new_position",
            [now],
        )


def write_statements(warehouse: Warehouse, rows: pa.Table, now: datetime) -> None:
    """Add `rows` (STATEMENT_ROWS) to landing.statement."""
    if not rows.num_rows:
        return
    with warehouse.holding(new_statement=rows):
        warehouse.run(
            f"INSERT INTO landing.statement (statement_id, {_HASH_COLUMNS}, raw, topic, "
            f'"partition", "offset", element, source, landed_at) '
            f"SELECT statement_id::UUID, {_HASH_COLUMNS}, raw, topic::VARCHAR, "
            '"partition", "offset", element, source::VARCHAR, ? FROM new_statement',
            [now],
        )


def statement_count(warehouse: Warehouse) -> int:
    """Count the statements that have landed."""
    return int(warehouse.one("SELECT count(*) FROM landing.statement")[0])


def hashes_of(warehouse: Warehouse, id_hashes: pa.Array) -> pa.Table:
    """Find the statements with one of these id hashes: id_hash, content_hash and landed_us."""
    with warehouse.holding(asked=pa.table({"id_hash": id_hashes})):
        return warehouse.arrow(
            f"SELECT {_INDEX_COLUMNS} FROM landing.statement WHERE id_hash IN (SELECT id_hash FROM asked)"
        )


def sorted_hashes(warehouse: Warehouse, snapshot: int, *, at_once: int) -> Iterator[pa.RecordBatch]:
    """Read the same of every statement of a snapshot, by id_hash, about `at_once` rows at a time."""
    return warehouse.arrow_batches(
        f"SELECT {_INDEX_COLUMNS} FROM landing.statement AT (VERSION => {snapshot:d}) ORDER BY id_hash",
        at_once=at_once,
    )


def hashes_since(warehouse: Warehouse, first: int, last: int, *, at_once: int) -> Iterator[pa.RecordBatch]:
    """Read the same of what was added by the snapshots `first` to `last`, some rows at a time.

    Raises:
        SnapshotExpiredError: one of the snapshots has expired; an open transaction has failed.
    """
    try:
        yield from warehouse.arrow_batches(
            f"SELECT {_INDEX_COLUMNS} FROM ducklake_table_insertions(?, 'landing', 'statement', ?, ?)",
            [LAKE, first, last],
            at_once=at_once,
        )
    except duckdb.InvalidInputException as error:
        raise SnapshotExpiredError(
            f"what landed in snapshots {first} to {last} cannot be told: {error}"
        ) from error


def snapshot_time(warehouse: Warehouse, snapshot: int) -> str | None:
    """When a snapshot was committed, to the microsecond; None where it has expired, or never was."""
    rows = warehouse.rows(
        f"SELECT snapshot_time::TIMESTAMPTZ::VARCHAR FROM {LAKE}.snapshots() WHERE snapshot_id = ?",
        [snapshot],
    )
    return str(rows[0][0]) if rows else None


def statements_at(warehouse: Warehouse, snapshot: int) -> int:
    """Count the statements of a snapshot, which must not have expired."""
    return int(warehouse.one(f"SELECT count(*) FROM landing.statement AT (VERSION => {snapshot:d})")[0])


def last_commit(warehouse: Warehouse) -> int:
    """Id of the snapshot that this connection committed last."""
    return int(warehouse.one(f"SELECT id FROM {LAKE}.last_committed_snapshot()")[0])


def standing_versions(
    warehouse: Warehouse, first_ids: Collection[str]
) -> dict[str, tuple[int, str, int | None]]:
    """Find what stands of the records that were corrected: version, id and content hash by the first id."""
    rows = warehouse.rows(
        "SELECT first_id::VARCHAR, version, statement_id::VARCHAR, content_hash FROM landing.statement_version "
        "WHERE first_id IN (SELECT unnest(?::UUID[])) "
        "QUALIFY row_number() OVER (PARTITION BY first_id ORDER BY version DESC) = 1",
        [sorted(first_ids)],
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def write_versions(
    warehouse: Warehouse, rows: Sequence[tuple[str, int, str, int | None]], now: datetime
) -> None:
    """Add first id, version, id and content hash of statements that take the place of others."""
    if not rows:
        return
    names = ("first_id", "version", "statement_id", "content_hash")
    types = (pa.string(), pa.int32(), pa.string(), pa.uint64())
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    with warehouse.holding(new_version=pa.Table.from_arrays(columns, names=list(names))):
        warehouse.run(
            "INSERT INTO landing.statement_version (first_id, version, statement_id, content_hash, landed_at) "
            "SELECT first_id::UUID, version, statement_id::UUID, content_hash, ? FROM new_version",
            [now],
        )


def landed_content(
    warehouse: Warehouse,
    statement_ids: Sequence[str],
    id_hashes: pa.Array,
    landed_us: Collection[int] = (),
) -> dict[str, bytes]:
    """Read the bytes of those of `statement_ids` that have landed.

    Args:
        warehouse: where.
        statement_ids: the ids.
        id_hashes: theirs, in that order.
        landed_us: when they landed, in microseconds since 1970, each time once: what landed at other times is not
            looked at. None given: they may have landed at any time.
    """
    asked = pa.table({"statement_id": pa.array(statement_ids, pa.string()), "id_hash": id_hashes})
    joined = "landed.id_hash = asked.id_hash AND landed.statement_id = asked.statement_id::UUID"
    if 0 < len(landed_us) <= _MAX_TIMES:
        # As constants, for by these DuckLake knows which files to open.
        times = ", ".join(f"make_timestamptz({time:d})" for time in landed_us)
        with warehouse.holding(asked=asked):
            rows = warehouse.rows(
                f"SELECT asked.statement_id, landed.raw FROM landing.statement AS landed JOIN asked ON {joined} "
                f"WHERE landed.landed_at IN ({times})"
            )
        return {statement_id: raw.encode() for statement_id, raw in rows}
    place = 'topic, "partition", "offset", element'
    with warehouse.holding(asked=asked):
        # Two steps: only narrow columns are read of the whole table, and the wide one only where the places are,
        # for rows lie in the order in which they came.
        places = warehouse.arrow(
            f"SELECT asked.statement_id AS asked_id, landed.statement_id, {place} "
            f"FROM landing.statement AS landed JOIN asked ON {joined}"
        )
    with warehouse.holding(places=places):
        rows = warehouse.rows(
            "SELECT places.asked_id, landed.raw FROM landing.statement AS landed "
            f"JOIN places USING (statement_id, {place})"
        )
    return {statement_id: raw.encode() for statement_id, raw in rows}
