"""A copy of a catalogue as of one moment: made, asked for the files it names, and put in the place of a new one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from learnloom.pipelines.lake.catalog import create_catalog
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import load_sql, quoted
from learnloom.pipelines.lake.location import CATALOG_FILE, Place

POSTGRES_COPY: Final = "catalog.duckdb"
"""A catalogue that is in PostgreSQL, as a database of DuckDB: its tables, and the statements that make them."""
_COPY: Final = """
import sqlite3, sys
source, copy = (sqlite3.connect(path) for path in sys.argv[1:])
source.backup(copy)
copy.close()
source.close()
"""
_DEFINITIONS: Final = """
SELECT
    tables.relname,
    format('CREATE TABLE %I (%s)', tables.relname, concat_ws(', ', (
        SELECT string_agg(
            format('%I %s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END),
            ', ' ORDER BY attnum
        )
        FROM pg_attribute WHERE attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
    ), (
        SELECT string_agg(pg_get_constraintdef(oid), ', ') FROM pg_constraint
        WHERE conrelid = tables.oid AND contype IN ('p', 'u')
    ))) AS definition
FROM pg_class AS tables
WHERE tables.relkind = 'r' AND tables.relname LIKE 'ducklake_%'
    AND tables.relnamespace = current_schema()::regnamespace
"""
# Where a path is relative, it is so to its table's, that to its schema's, and that to the data path.
_FILES: Final = """
SELECT DISTINCT
    CASE
        WHEN NOT file.path_is_relative THEN file.path
        WHEN NOT tables.path_is_relative THEN concat(tables.path, file.path)
        WHEN NOT schemas.path_is_relative THEN concat(schemas.path, tables.path, file.path)
        ELSE concat(main.value, schemas.path, tables.path, file.path)
    END AS place,
    file.file_size_bytes,
    main.value
FROM (
    SELECT table_id, path, path_is_relative, file_size_bytes FROM kept.ducklake_data_file
    UNION ALL
    SELECT table_id, path, path_is_relative, file_size_bytes FROM kept.ducklake_delete_file
) AS file
INNER JOIN (SELECT DISTINCT table_id, schema_id, path, path_is_relative FROM kept.ducklake_table) AS tables
    USING (table_id)
INNER JOIN (SELECT DISTINCT schema_id, path, path_is_relative FROM kept.ducklake_schema) AS schemas USING (schema_id)
CROSS JOIN (SELECT value FROM kept.ducklake_metadata WHERE key = 'data_path') AS main
ORDER BY place
"""
_PATHS: Final = ("data_file", "delete_file", "files_scheduled_for_deletion", "table", "schema")


class CatalogCopyError(WarehouseError):
    """The catalogue cannot be copied, or the copy cannot be used."""


def copy_catalog(place: Place, folder: Path) -> Path:
    """Copy the catalogue of a warehouse into a folder, as of one moment, while others read and write it.

    Raises:
        CatalogCopyError: it cannot be copied; the message says why.
    """
    copy = folder / (CATALOG_FILE if place.postgres is None else POSTGRES_COPY)
    copy.unlink(missing_ok=True)
    if place.postgres is None:
        _copy_sqlite(place.sqlite, copy)
    else:
        _copy_postgres(place, copy)
    return copy


def named_files(copy: Path) -> dict[str, int]:
    """Bytes of each file that a copied catalogue names, by its name below the data path.

    Raises:
        CatalogCopyError: one of them lies elsewhere.
    """
    with _opened(copy) as connection:
        found = connection.execute(_FILES).fetchall()
    if astray := [place for place, _, data_path in found if not place.startswith(data_path)]:
        raise CatalogCopyError(f"{astray[0]} lies outside of {found[0][2]}: rewrite its table first")
    return {place[len(data_path) :]: size for place, size, data_path in found}


def point_at(copy: Path, data_path: str) -> None:
    """Let a copied catalogue say that its data lie at another place."""
    with _opened(copy) as connection:
        (before,) = connection.execute(
            "SELECT value FROM kept.ducklake_metadata WHERE key = 'data_path'"
        ).fetchall()[0]
        connection.execute("UPDATE kept.ducklake_metadata SET value = ? WHERE key = 'data_path'", [data_path])
        for table in _PATHS:
            connection.execute(
                f"UPDATE kept.ducklake_{table} SET path = concat(?::VARCHAR, substr(path, ?)) "
                "WHERE NOT path_is_relative AND starts_with(path, ?)",
                [data_path, len(before) + 1, before],
            )


def install_catalog(copy: Path, place: Place) -> None:
    """Make a copied catalogue the one of a warehouse that does not stand yet; it appears there as a whole.

    Raises:
        CatalogCopyError: a warehouse stands there; or PostgreSQL does not take it.
    """
    if place.postgres is None:
        part = place.sqlite.with_name(f"{CATALOG_FILE}.part")
        create_catalog(part)
        _copy_sqlite(copy, part)
        part.replace(place.sqlite)
        return
    try:
        with _opened(copy) as connection:
            _attach_postgres(connection, place)
            connection.execute("BEGIN")
            for name, definition in connection.execute("FROM kept.definition").fetchall():
                connection.execute(f"CALL postgres_execute('server', {quoted(definition)})")
                connection.execute(f'INSERT INTO server."{name}" FROM kept."{name}"')
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise CatalogCopyError(
            f"PostgreSQL does not take the catalogue: {place.scrubbed(str(error))}"
        ) from None


def stands_already(place: Place) -> bool:
    """Whether a warehouse stands at this place."""
    if place.postgres is None:
        return place.sqlite.exists()
    try:
        with duckdb.connect() as connection:
            _attach_postgres(connection, place)
            return bool(
                connection.execute(f"FROM postgres_query('server', {quoted(_DEFINITIONS)})").fetchall()
            )
    except duckdb.Error as error:
        raise CatalogCopyError(f"PostgreSQL cannot be asked: {place.scrubbed(str(error))}") from None


def _copy_sqlite(catalog: Path, copy: Path) -> None:
    """Copy it in a process of its own.

    POSIX locks belong to a process: had this one opened and closed the file, DuckDB's locks on it would be gone, and
    perhaps its write-ahead log (see catalog.py).
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _COPY, str(catalog), str(copy)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it was ended"])[-1]
        raise CatalogCopyError(f"the catalogue {catalog} could not be copied: {reason}")


def _copy_postgres(place: Place, copy: Path) -> None:
    """Copy all tables in one transaction, which DuckDB begins as REPEATABLE READ."""
    try:
        with duckdb.connect() as connection:
            connection.execute("SET threads=1")  # one connection to the server, and so one snapshot
            _attach_postgres(connection, place)
            connection.execute(
                f"ATTACH {quoted(str(copy))} AS kept (BLOCK_SIZE 16384)"
            )  # tables are many and small
            connection.execute("BEGIN")
            asked = f"FROM postgres_query('server', {quoted(_DEFINITIONS)}) ORDER BY relname"
            tables = connection.execute(asked).fetchall()
            connection.execute(f"CREATE TABLE kept.definition AS {asked}")
            for name, _ in tables:
                connection.execute(f'CREATE TABLE kept."{name}" AS FROM server."{name}"')
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise CatalogCopyError(f"the catalogue could not be copied: {place.scrubbed(str(error))}") from None


def _attach_postgres(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    connection.execute("SET autoinstall_known_extensions=false")
    connection.execute(load_sql("postgres_scanner"))
    connection.execute(f"ATTACH {quoted(place.postgres or '')} AS server (TYPE postgres)")


@contextmanager
def _opened(copy: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copied catalogue as the database `kept`."""
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions=false")
        connection.execute(load_sql("sqlite_scanner"))
        kind = " (TYPE sqlite)" if copy.suffix == ".sqlite" else ""
        connection.execute(f"ATTACH {quoted(str(copy))} AS kept{kind}")
        yield connection
