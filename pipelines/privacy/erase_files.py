"""Taking what is hidden out of files and catalogue: new files, old snapshots dropped, bounds and free pages emptied."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import stamina

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.fence import FileWriteLock
from learnloom.pipelines.lake.maintain import flush_inlined, in_turn
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.lake.relation import CATALOGUE, CATALOGUED_TABLES
from learnloom.pipelines.lake.rewrite import rewrite_deleted
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.privacy.erase_state import FOLDER
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.refresh.state import STATE

_STAGED: Final = "staging.stg_statement"
_ASIDE: Final = "aside"
"""A copy of the catalogue lies here while files are written anew: who runs next removes one that was left."""
_VACUUM: Final = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=float(sys.argv[2]), isolation_level=None)
connection.execute("PRAGMA secure_delete=ON")
connection.execute("VACUUM")
busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
connection.close()
sys.exit(3 if busy else 0)
"""
_BUSY: Final = 3
_POSTGRES: Final = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace "
    "AND relname LIKE 'ducklake_%' ORDER BY relname"
)


class Written(NamedTuple):
    """What writing anew has done."""

    tables: list[str]
    """Tables with files that were written anew."""
    snapshot: int
    """From this snapshot on, no file holds what is hidden."""


def write_anew(warehouse: Warehouse, *, wait_seconds: float) -> Written:
    """Write every file anew that holds deleted rows; others may read, land and refresh meanwhile.

    Raises:
        WarehouseBusyError: others were in the way for too long; what was done until then stays.
    """
    flush_inlined(warehouse, wait_seconds=wait_seconds)
    tables = rewrite_deleted(warehouse, warehouse.folder / FOLDER / _ASIDE, wait_seconds=wait_seconds)
    written = Written(tables, warehouse.snapshot())
    _note_taken_in(warehouse, wait_seconds)
    return written


def _note_taken_in(warehouse: Warehouse, wait_seconds: float) -> None:
    """Let the next refresh not take what was written anew for new, where nothing was staged since the last one.

    Where something was, it computes everybody once: that is slow, and as right.
    """

    def note() -> None:
        with warehouse.transaction():
            now = warehouse.snapshot()
            rows = warehouse.rows(f"SELECT staged_snapshot FROM {LAKE}.{STATE}")
            if not rows or not warehouse.rows(
                f"SELECT 1 FROM {LAKE}.snapshots() WHERE snapshot_id = ?", [rows[0][0]]
            ):
                return
            layer, name = _STAGED.split(".")
            new = warehouse.one(
                f"SELECT count(*) FROM ducklake_table_insertions('{LAKE}', '{layer}', '{name}', "
                f"{rows[0][0] + 1}, {now}) "
                f"WHERE snapshot_id NOT IN ({_rewrites(_STAGED)})"
            )
            if new == (0,):
                warehouse.run(f"UPDATE {LAKE}.{STATE} SET staged_snapshot = {now}")

    if warehouse.rows(f"SELECT 1 FROM ({CATALOGUED_TABLES}) WHERE relation = ? AND is_filled", [STATE]):
        warehouse.retrying(note, wait_seconds=wait_seconds)


def _rewrites(table: str) -> str:
    """SQL for the snapshots that have written files of a table anew."""
    return (
        f"SELECT snapshot_id FROM {LAKE}.snapshots() CROSS JOIN "
        f"(SELECT table_id::VARCHAR AS table_id FROM ({CATALOGUED_TABLES}) WHERE relation = '{table}') "
        "WHERE list_contains(coalesce(changes['rewrite_delete'], []), table_id)"
    )


class Expired(NamedTuple):
    """What dropping snapshots has done."""

    snapshots: int
    newest: int | None
    """The newest of them."""
    files: list[str]
    """Files that were removed, by their names below the data's place."""


def oldest_snapshot(warehouse: Warehouse) -> int:
    """Id of the oldest snapshot that stands."""
    return int(warehouse.one(f"SELECT min(snapshot_id) FROM {LAKE}.snapshots()")[0])


def expire(warehouse: Warehouse, before: int, *, wait_seconds: float) -> Expired:
    """Drop the snapshots before one, and remove at once whatever file only they need.

    A query of another process that began before may fail once, and succeeds when it is asked again.

    Args:
        warehouse: open for writing.
        before: the first snapshot that stays.
        wait_seconds: how long others may be in the way.
    """

    def do(sql: str) -> list[tuple[Any, ...]]:
        return in_turn(warehouse, lambda: warehouse.rows(sql), wait_seconds=wait_seconds, is_short=True)

    old = [row[0] for row in do(f"SELECT snapshot_id FROM {LAKE}.snapshots() WHERE snapshot_id < {before}")]
    if old:
        do(f"CALL ducklake_expire_snapshots('{LAKE}', versions => [{', '.join(map(str, old))}])")
    removed = do(f"CALL ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")
    root = warehouse.place.data
    return Expired(
        len(old), max(old, default=None), sorted(str(row[0]).removeprefix(root) for row in removed)
    )


def empty_catalogue(warehouse: Warehouse, *, wait_seconds: float) -> None:
    """Take bounds of whole tables, which never shrink, and free pages out of the catalogue.

    Without bounds a table is read as before: those of its files decide which of them are opened.

    Raises:
        WarehouseBusyError: somebody kept reading the catalogue.
    """

    def empty() -> None:
        warehouse.run(
            f"UPDATE {CATALOGUE}.ducklake_table_column_stats SET min_value = NULL, max_value = NULL "
            "WHERE min_value IS NOT NULL OR max_value IS NOT NULL"
        )

    place = warehouse.place
    if place.postgres is not None:
        warehouse.retrying(empty, wait_seconds=wait_seconds)
        _vacuum_postgres(place.postgres, wait_seconds)
        return
    lock = FileWriteLock(place.folder, wait_seconds)
    with lock.held("erasing"):
        empty()
        vacuum_sqlite(place.sqlite, wait_seconds)


def empty_database(settings: Settings, file: Path, schema: str, tables: Iterable[str]) -> None:
    """Empty the free pages of a database that is a file, or a schema beside the catalogue in PostgreSQL.

    Args:
        settings: they say which of the two.
        file: the file.
        schema: the schema.
        tables: those of its tables that hold persons.

    Raises:
        WarehouseBusyError: somebody kept reading it.
    """
    catalog = catalog_of(settings)
    if catalog is None:
        vacuum_sqlite(file, settings.lock_wait_seconds)
        return
    with closing(PostgresConnection(parameters(catalog))) as connection:
        for table in tables:
            _rewrite(connection, f"{schema}.{table}", settings.lock_wait_seconds)


def vacuum_sqlite(path: Path, wait_seconds: float) -> None:
    """Write a file of SQLite anew, without what its free pages hold, and empty its write-ahead log.

    In a process of its own: POSIX locks belong to a process (lake/catalog.py).

    Raises:
        WarehouseBusyError: somebody kept reading it.
        ErasureError: SQLite cannot.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _VACUUM, str(path), str(wait_seconds)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == _BUSY or "locked" in done.stderr:
        raise WarehouseBusyError(f"others kept reading {path} for {wait_seconds:g} s: try again later")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it was ended"])[-1]
        raise ErasureError(f"the free pages of {path} cannot be emptied: {reason}")


def _vacuum_postgres(catalog: str, wait_seconds: float) -> None:
    with closing(PostgresConnection(parameters(catalog))) as connection:
        names: Sequence[Any] = connection.execute(_POSTGRES).fetchall()
        for (name,) in names:
            _rewrite(connection, f'"{name}"', wait_seconds)


def _rewrite(connection: PostgresConnection, table: str, wait_seconds: float) -> None:
    """Write a table anew, again as long as a transaction is open that began before: deleted rows are kept for it.

    One that writes counts in whichever database of the server it does: snapshots reach back to the oldest.
    """
    for attempt in stamina.retry_context(
        on=WarehouseBusyError, attempts=None, timeout=wait_seconds, wait_initial=0.1, wait_max=5.0
    ):
        with attempt:
            if connection.rewrite(table):
                raise WarehouseBusyError(
                    f"PostgreSQL keeps rows of {table} that were deleted, for a transaction that has been open for "
                    f"{wait_seconds:g} s: try again later"
                )
