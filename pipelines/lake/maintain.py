"""Keeping the warehouse small and quick: merging small files, dropping what no snapshot needs any more."""

import logging
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import duckdb

from learnloom.pipelines.lake.connection import LAKE, Result, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.probe import PROBES
from learnloom.pipelines.lake.relation import CATALOGUE
from learnloom.pipelines.lake.small import one_thread

_log = logging.getLogger(__name__)
# Files grow to about this size and are left as they are from it on: so a growing table is not written again and again,
# and whoever takes one student's rows out of a table that lies by student writes little of it anew.
FILE_BYTES: Final = 16 * 1_048_576
# What is sorted when it is merged is read the sooner the more is sorted together, and has all students in each file.
SORTED_FILE_BYTES: Final = 512 * 1_048_576
_SORTED: Final = "staging"
# So many files of one table beyond what its bytes need make `tidy` worth while.
MANY_SMALL_FILES: Final = 40
# A file of which more is deleted is written anew.
DELETED_SHARE: Final = 0.2
# So far back the warehouse can be seen as it was.
KEPT_DAYS: Final = 30
# A file that no catalogue names may be that of a transaction under way, or of a refresh that is gone on with.
ORPHAN_AGE: Final = timedelta(days=7)
_TABLES: Final = f"""
    SELECT table_id, schema_name, table_name
    FROM {CATALOGUE}.ducklake_table AS tables
    INNER JOIN {CATALOGUE}.ducklake_schema AS schemas USING (schema_id)
    WHERE tables.end_snapshot IS NULL AND schemas.end_snapshot IS NULL
    ORDER BY ALL
"""
_INLINED: Final = re.compile(r"ducklake_inlined_(?:data|delete)_(\d+)(?:_\d+)?")
"""Name of a table of the catalogue that holds rows, by version of the schema, or deletions of one of ours."""
_RUNS: Final = "refresh/"
"""Below this lies what the buckets of one refresh have in common."""


class Tidied(NamedTuple):
    """What maintenance did."""

    merged_files: int
    """Small files that went into larger ones."""
    expired_snapshots: int
    removed_files: int


def spare_files(warehouse: Warehouse) -> int:
    """Count the files beyond what its size calls for of the table that has most: what merging could save, about."""
    rows = warehouse.rows(
        f"SELECT file_count, delete_file_count, file_size_bytes FROM ducklake_table_info('{LAKE}')"
    )
    return max(
        (files + deletes - 1 - int((size or 0) // FILE_BYTES) for files, deletes, size in rows),
        default=0,
    )


def tidy_if_needed(
    warehouse: Warehouse, *, now: datetime, wait_seconds: float, kept_days: int = KEPT_DAYS
) -> Tidied | None:
    """Call `tidy` if many small files have piled up; else do nothing and give None."""
    with one_thread(warehouse):
        if spare_files(warehouse) < MANY_SMALL_FILES:
            return None
    return tidy(warehouse, now=now, wait_seconds=wait_seconds, kept_days=kept_days)


def tidy(warehouse: Warehouse, *, now: datetime, wait_seconds: float, kept_days: int = KEPT_DAYS) -> Tidied:
    """Merge small files, and drop snapshots older than `kept_days` with the files that only they need.

    Others may read and write meanwhile. Time travel and the change feed reach back `kept_days`.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; what was done until then stays.
    """

    def do(sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        return in_turn(warehouse, lambda: warehouse.rows(sql, values), wait_seconds=wait_seconds)

    flush_inlined(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(lambda: _note_sizes(warehouse), wait_seconds=wait_seconds)
    with one_thread(warehouse):  # half the memory, and hardly slower: it is writing that takes the time
        do(f"CALL ducklake_rewrite_data_files('{LAKE}', delete_threshold => {DELETED_SHARE})")
        merged = do(f"CALL ducklake_merge_adjacent_files('{LAKE}', max_file_size => {FILE_BYTES})")
    before = now - timedelta(days=kept_days)
    expired = do(f"CALL ducklake_expire_snapshots('{LAKE}', older_than => ?::TIMESTAMPTZ)", [before])
    # A reader may still hold a snapshot whose files have just been merged: they go a day later.
    removed = do(
        f"CALL ducklake_cleanup_old_files('{LAKE}', older_than => ?::TIMESTAMPTZ)", [now - timedelta(days=1)]
    )
    return Tidied(sum(row[2] for row in merged), len(expired), len(removed))


def _note_sizes(warehouse: Warehouse) -> None:
    """Let DuckLake know how large files may become, where it does not know."""
    known = {
        (scope, entry): int(value)
        for scope, entry, value in warehouse.rows(
            f"SELECT scope, scope_entry, value FROM {LAKE}.options() WHERE option_name = 'target_file_size'"
        )
    }
    schemas = {schema for _, schema, _ in warehouse.rows(_TABLES)}
    if known.get(("GLOBAL", None)) != FILE_BYTES:
        warehouse.run(f"CALL {LAKE}.set_option('target_file_size', '{_mib(FILE_BYTES)}')")
    if _SORTED in schemas and known.get(("SCHEMA", _SORTED)) != SORTED_FILE_BYTES:
        size = _mib(SORTED_FILE_BYTES)
        warehouse.run(f"CALL {LAKE}.set_option('target_file_size', '{size}', schema => '{_SORTED}')")


def _mib(n_bytes: int) -> str:
    return f"{n_bytes // 1_048_576}MiB"


def flush_inlined(warehouse: Warehouse, *, wait_seconds: float) -> None:
    """Write rows and deletions that stand in the catalogue to files: a table at a time, so that others get between.

    A call for all tables is one transaction of seconds, even where none has any.

    Raises:
        WarehouseBusyError: other writers were in the way for too long; what was done until then stays.
    """
    with one_thread(warehouse):
        tables = inlined(warehouse)
        for table_id, schema, table in warehouse.rows(_TABLES):
            if table_id in tables:
                call = f"CALL ducklake_flush_inlined_data('{LAKE}', schema_name => '{schema}', table_name => '{table}')"
                in_turn(warehouse, partial(warehouse.rows, call), wait_seconds=wait_seconds, is_short=True)


def inlined(warehouse: Warehouse) -> set[int]:
    """Ids of the tables of which rows or deletions stand in the catalogue."""
    listed = [str(name) for (name,) in warehouse.rows(warehouse.place.names_in_catalogue(CATALOGUE))]
    ids = {name: int(found[1]) for name in listed if (found := _INLINED.fullmatch(name))}
    if not ids:
        return set()
    filled = (f'(SELECT {table_id} FROM {CATALOGUE}."{name}" LIMIT 1)' for name, table_id in ids.items())
    try:
        return {int(table_id) for (table_id,) in warehouse.rows(" UNION ALL ".join(filled))}
    except duckdb.CatalogException:  # another process has just done away with one of them
        return set(ids.values())


def remove_orphans(warehouse: Warehouse, *, now: datetime, wait_seconds: float) -> int:
    """Remove files that were written by transactions which never ended, and say how many.

    None is removed where one lies elsewhere than tables do: it may be another warehouse's, or a backup.
    """
    root = warehouse.place.data
    if any(letter in root for letter in "*?["):
        # DuckLake takes it for a pattern, and so might find the files of others.
        _log.warning("files that nothing needs are not looked for below %s: it has one of * ? [", root)
        return 0

    def orphans(*, is_dry: bool) -> list[str]:
        call = f"CALL ducklake_delete_orphaned_files('{LAKE}', older_than => ?::TIMESTAMPTZ, dry_run => {is_dry})"
        rows = warehouse.retrying(lambda: warehouse.rows(call, [now - ORPHAN_AGE]), wait_seconds=wait_seconds)
        return [str(row[0]) for row in rows]

    schemas = warehouse.rows(f"SELECT path FROM {CATALOGUE}.ducklake_schema")
    ours = tuple(f"{root}{each}" for each in (PROBES, _RUNS, *(path for (path,) in schemas)))
    foreign = [name for name in orphans(is_dry=True) if not name.startswith(ours)]
    if foreign:
        _log.warning(
            "%s is no file of a table: move it away, so that what nothing needs is removed", foreign[0]
        )
        return 0
    return len(orphans(is_dry=False))


def in_turn(
    warehouse: Warehouse,
    work: Callable[[], Result],
    *,
    wait_seconds: float,
    lock: str = LANDING,
    is_short: bool = False,
) -> Result:
    """Do work on files that is a transaction by itself, first while others write, then in their place.

    What takes longer than the time between two small landings would be overtaken for ever. So after it was once, others
    wait until it is done. And many that are short would overtake others for ever, so these wait from the first on.

    Args:
        warehouse: open for writing.
        work: what is done.
        wait_seconds: how long others may be in the way.
        lock: the write lock of those who wait.
        is_short: whether it takes no longer than a small landing.

    Raises:
        WarehouseBusyError: others were in the way for too long.
    """
    is_first = not is_short

    def attempt() -> Result:
        nonlocal is_first
        others = nullcontext() if is_first else warehouse.turn(lock)
        is_first = False
        with others:
            return work()

    return warehouse.retrying(attempt, wait_seconds=wait_seconds)
