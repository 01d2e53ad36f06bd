"""Writing files anew without the rows that were deleted from them, while others write.

DuckLake does this in one transaction, which takes as long as the files are large. A catalogue in SQLite takes one
transaction at a time, and refuses one before whose end another was committed. There the files are written by a copy of
the catalogue, in which nobody is in the way; what the copy says of them is then carried over, which takes milliseconds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from learnloom.pipelines.lake.catalog_copy import copy_catalog
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.fence import LANDING, REFRESH
from learnloom.pipelines.lake.maintain import FILE_BYTES, in_turn
from learnloom.pipelines.lake.relation import CATALOGUE
from learnloom.pipelines.lake.small import one_thread

_ASIDE: Final = "aside"
_THERE: Final = f"__ducklake_metadata_{_ASIDE}"
_OF_FILES: Final = ("file_column_stats", "file_variant_stats", "file_partition_value")
"""What the catalogue holds of a file besides the row of the file itself."""
_DELETING: Final = f"""
    SELECT DISTINCT table_id, schema_name, table_name
    FROM {CATALOGUE}.ducklake_delete_file AS deletes
    INNER JOIN {CATALOGUE}.ducklake_table AS tables USING (table_id)
    INNER JOIN {CATALOGUE}.ducklake_schema AS schemas USING (schema_id)
    WHERE deletes.end_snapshot IS NULL AND tables.end_snapshot IS NULL AND schemas.end_snapshot IS NULL
    ORDER BY ALL
"""


class _Table(NamedTuple):
    table_id: int
    schema: str
    name: str

    def rewriting(self, lake: str) -> str:
        """SQL that writes its files anew, of which any row was deleted."""
        return (
            f"CALL ducklake_rewrite_data_files('{lake}', '{self.name}', schema => '{self.schema}', "
            "delete_threshold => 0)"
        )


def rewrite_deleted(warehouse: Warehouse, aside: Path, *, wait_seconds: float) -> list[str]:
    """Write every file anew that holds deleted rows; return the tables that had one, by full name.

    Args:
        warehouse: open for writing; what stands in its catalogue is flushed before.
        aside: a folder for a copy of the catalogue, for this process alone. It is removed at the end, and at the
            beginning one that was left by a process that was killed.
        wait_seconds: how long others may be in the way.

    Raises:
        WarehouseBusyError: others were in the way for too long; what was done until then stays.
    """
    tables = [_Table._make(row) for row in warehouse.rows(_DELETING)]
    with one_thread(warehouse):
        if warehouse.place.postgres is not None:
            # Its own retries let DuckLake commit beside others who do not take rows out of the same table.
            for table in tables:
                lock = LANDING if table.schema == LANDING else REFRESH
                call = partial(warehouse.rows, table.rewriting(LAKE))
                in_turn(warehouse, call, wait_seconds=wait_seconds, lock=lock)
        else:
            waiting = list(tables)
            _remove(aside)
            warehouse.retrying(lambda: _rewrite_aside(warehouse, waiting, aside), wait_seconds=wait_seconds)
    return [f"{table.schema}.{table.name}" for table in tables]


def _rewrite_aside(warehouse: Warehouse, waiting: list[_Table], aside: Path) -> None:
    """Rewrite tables by one copy of the catalogue; those that are done leave the list.

    Raises:
        OvertakenError: somebody has taken rows out of a table meanwhile, or changed its columns.
    """
    if not waiting:
        return
    with _attached_copy(warehouse, aside):
        while waiting:
            table = waiting[0]
            before = _last(warehouse, _THERE)
            _rewrite_in_parts(warehouse, table)
            change = _Change.read(warehouse, table, before)
            if change is not None:
                _carry_over(warehouse, change)
            waiting.pop(0)


def _rewrite_in_parts(warehouse: Warehouse, table: _Table) -> None:
    """Write a table's files anew, so many at once as make one: together, all would become a single file.

    DuckLake writes all files of a table that have deletions. So the copy names the deletions of some after the others'.
    """
    deletes = f"{_THERE}.ducklake_delete_file"
    are_its = f"table_id = {table.table_id} AND end_snapshot IS NULL"
    parts = _parts(
        warehouse.rows(
            f"SELECT data_file_id, file_size_bytes FROM {_THERE}.ducklake_data_file "
            f"WHERE data_file_id IN (SELECT data_file_id FROM {deletes} WHERE {are_its}) ORDER BY data_file_id"
        )
    )
    if len(parts) == 1:
        warehouse.rows(table.rewriting(_ASIDE))
        return
    with warehouse.holding(waiting=warehouse.arrow(f"FROM {deletes} WHERE {are_its}")):
        warehouse.run(f"DELETE FROM {deletes} WHERE {are_its}")
        for part in parts:
            warehouse.run(f"INSERT INTO {deletes} FROM waiting WHERE data_file_id IN ({_listed(part)})")
            warehouse.rows(table.rewriting(_ASIDE))


def _parts(files: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Files, id and bytes each, after one another: so many in each part as make one of FILE_BYTES."""
    parts: list[list[tuple[int, int]]] = []
    for file in files:
        if not parts or sum(n_bytes for _, n_bytes in parts[-1]) + file[1] > FILE_BYTES:
            parts.append([])
        parts[-1].append(file)
    return parts


@contextmanager
def _attached_copy(warehouse: Warehouse, folder: Path) -> Iterator[None]:
    """Attach a copy of the catalogue, whose files are the warehouse's own, for as long as the block takes."""
    folder.mkdir(mode=0o700, parents=True)
    copy = copy_catalog(warehouse.place, folder)
    try:
        warehouse.run(
            f"ATTACH {quoted(f'ducklake:sqlite:{copy.resolve()}')} AS {_ASIDE} "
            f"(DATA_PATH {quoted(warehouse.place.data)}, OVERRIDE_DATA_PATH true, CREATE_IF_NOT_EXISTS false)"
        )
        try:
            # Each file is sorted as it was written: to sort them all together takes more than to write them.
            warehouse.run(f"DELETE FROM {_THERE}.ducklake_sort_info")
            yield
        finally:
            warehouse.run(f"DETACH {_ASIDE}")
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink()
    if folder.exists():
        folder.rmdir()


class _Snapshot(NamedTuple):
    snapshot_id: int
    schema_version: int
    next_catalog_id: int
    next_file_id: int


def _last(warehouse: Warehouse, catalogue: str) -> _Snapshot:
    columns = ", ".join(_Snapshot._fields)
    sql = f"SELECT {columns} FROM {catalogue}.ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1"
    return _Snapshot._make(warehouse.one(sql))


class _Change(NamedTuple):
    """What writing a table's files anew has changed in the copy of the catalogue."""

    table: _Table
    schema_version: int
    new: list[tuple[int, int, int]]
    """Id, rows and bytes of each file that was written."""
    old: list[tuple[int, int, int]]
    """The same of the files that these take the place of."""
    deletes: list[tuple[int]]
    """Ids of the files that say which rows of the old ones were deleted."""
    inlined: list[tuple[Any, ...]]
    """File and row of deletions of the old ones that stand in the catalogue itself."""

    @classmethod
    def read(cls, warehouse: Warehouse, table: _Table, before: _Snapshot) -> Self | None:
        """Read it; None where nothing was written."""
        after = _last(warehouse, _THERE)
        if after.snapshot_id == before.snapshot_id:
            return None

        def files(kind: str, columns: str, edge: str) -> list[Any]:
            return warehouse.rows(
                f"SELECT {columns} FROM {_THERE}.ducklake_{kind} "
                f"WHERE table_id = {table.table_id} AND {edge} > {before.snapshot_id} ORDER BY ALL"
            )

        sizes = "data_file_id, record_count, file_size_bytes"
        old = files("data_file", sizes, "end_snapshot")
        return cls(
            table,
            before.schema_version,
            files("data_file", sizes, "begin_snapshot"),
            old,
            files("delete_file", "delete_file_id", "end_snapshot"),
            _inlined(warehouse, _THERE, table, old),
        )

    def still_fits(self, warehouse: Warehouse) -> bool:
        """Whether the old files stand in the catalogue as they did in its copy, with the same rows deleted."""
        found = [
            warehouse.rows(
                f"SELECT {kind}_id FROM {CATALOGUE}.ducklake_{kind} "
                f"WHERE data_file_id IN ({_listed(self.old)}) AND end_snapshot IS NULL ORDER BY ALL"
            )
            for kind in ("data_file", "delete_file")
        ]
        return (
            _last(warehouse, CATALOGUE).schema_version == self.schema_version
            and found == [[(row[0],) for row in self.old], self.deletes]
            and _inlined(warehouse, CATALOGUE, self.table, self.old) == self.inlined
        )


def _carry_over(warehouse: Warehouse, change: _Change) -> None:
    """Let the catalogue name the new files in the place of the old ones, in a transaction as DuckLake writes it."""
    table_id = change.table.table_id
    with warehouse.transaction(LANDING):
        if not change.still_fits(warehouse):
            raise OvertakenError(
                f"rows of {change.table.name} were taken out while its files were written anew"
            )
        last = _last(warehouse, CATALOGUE)
        now = last.snapshot_id + 1
        # What DuckLake remembers of a table it remembers by the next file's id: it has to be another one.
        next_file_id = last.next_file_id + max(len(change.new), 1)
        warehouse.run(
            f"INSERT INTO {CATALOGUE}.ducklake_snapshot BY NAME SELECT {now} AS snapshot_id, "
            f"now()::VARCHAR AS snapshot_time, {last.schema_version} AS schema_version, "
            f"{last.next_catalog_id} AS next_catalog_id, {next_file_id} AS next_file_id"
        )
        author, message = warehouse.signed_by or (None, None)
        warehouse.run(
            f"INSERT INTO {CATALOGUE}.ducklake_snapshot_changes (snapshot_id, changes_made, author, commit_message) "
            f"VALUES ({now}, 'rewrite_delete:{table_id}', ?, ?)",
            [author, message],
        )
        for kind, ended in (("data_file", change.old), ("delete_file", change.deletes)):
            warehouse.run(
                f"UPDATE {CATALOGUE}.ducklake_{kind} SET end_snapshot = {now} WHERE {kind}_id IN ({_listed(ended)})"
            )
        if change.new:
            _write_files(warehouse, change.new, last.next_file_id, now)
        _count_anew(warehouse, table_id)


def _count_anew(warehouse: Warehouse, table_id: int) -> None:
    """Take the rows and bytes of a table from its files, as DuckLake does.

    To subtract those that have gone could give less than none, for it forgets rows that stood in the catalogue: such a
    table cannot be read.
    """
    rows, size = (
        f"(SELECT coalesce(sum({column}), 0) FROM {CATALOGUE}.ducklake_data_file "
        f"WHERE table_id = {table_id} AND end_snapshot IS NULL)"
        for column in ("record_count", "file_size_bytes")
    )
    warehouse.run(
        f"UPDATE {CATALOGUE}.ducklake_table_stats SET record_count = {rows}, file_size_bytes = {size} "
        f"WHERE table_id = {table_id}"
    )


def _write_files(warehouse: Warehouse, new: Sequence[tuple[int, int, int]], first_id: int, now: int) -> None:
    """Write the rows of new files and what is known of them, under ids of the catalogue's own."""
    cases = " ".join(f"WHEN {row[0]} THEN {first_id + number}" for number, row in enumerate(new))
    own_id = f"CASE data_file_id {cases} END AS data_file_id"
    for kind, own in (
        ("data_file", f"{own_id}, {now} AS begin_snapshot"),
        *((each, own_id) for each in _OF_FILES),
    ):
        warehouse.run(
            f"INSERT INTO {CATALOGUE}.ducklake_{kind} BY NAME "
            f"SELECT * REPLACE ({own}) FROM {_THERE}.ducklake_{kind} WHERE data_file_id IN ({_listed(new)})"
        )


def _inlined(
    warehouse: Warehouse, catalogue: str, table: _Table, files: Sequence[tuple[int, ...]]
) -> list[tuple[Any, ...]]:
    name = f"ducklake_inlined_delete_{table.table_id}"
    if (name,) not in warehouse.rows(warehouse.place.names_in_catalogue(catalogue)):
        return []
    return warehouse.rows(
        f"SELECT file_id, row_id FROM {catalogue}.{name} WHERE file_id IN ({_listed(files)}) ORDER BY ALL"
    )


def _listed(rows: Sequence[tuple[int, ...]]) -> str:
    """Ids as SQL, for IN; of none one that no file has."""
    return ", ".join(str(row[0]) for row in rows) or "-1"
