"""A copy of a catalogue as of one moment: made, asked for the files it names, and put in the place of a new one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from learnloom.pipelines.lake.catalog import create_catalog
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import load_sql, quoted
from learnloom.pipelines.lake.location import CATALOG_FILE, Place, left_of

POSTGRES_COPY: Final = "catalog.duckdb"
"""A catalogue that is in PostgreSQL, and what stands beside it there, as a database of DuckDB: the tables, and the
statements that make them."""
_COPY: Final = """
import sqlite3, sys
source, copy = (sqlite3.connect(path) for path in sys.argv[1:])
source.backup(copy)
copy.close()
source.close()
"""
_DEFINITIONS: Final = """
SELECT name, concat_ws('; ', format('CREATE TABLE %s (%s)', name, concat_ws(', ', (
    SELECT string_agg(
        concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
            'DEFAULT ' || pg_get_expr(adbin, adrelid), CASE WHEN attnotnull THEN 'NOT NULL' END),
        ', ' ORDER BY attnum
    )
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = named.oid AND attnum > 0 AND NOT attisdropped
), (
    SELECT string_agg(pg_get_constraintdef(oid), ', ') FROM pg_constraint
    WHERE conrelid = named.oid AND contype IN ('p', 'u', 'c')
))), (
    SELECT string_agg(pg_get_indexdef(indexrelid), '; ') FROM pg_index
    WHERE indrelid = named.oid AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
)) AS definition
FROM (
    SELECT oid, relname AS name FROM pg_class
    WHERE relkind = 'r' AND relname LIKE 'ducklake_%' AND relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT pg_class.oid, concat(nspname, '.', relname)
    FROM pg_class INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname = ANY ('{{{schemas}}}')
) AS named
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
_OWNER_ONLY: Final = 0o600
_PATHS: Final = ("data_file", "delete_file", "files_scheduled_for_deletion", "table", "schema")


class CatalogCopyError(WarehouseError):
    """The catalogue cannot be copied, or the copy cannot be used."""


def copy_catalog(place: Place, folder: Path, schemas: Sequence[str] = ()) -> Path:
    """Copy the catalogue of a warehouse into a folder, as of one moment, while others read and write it.

    Args:
        place: the warehouse's.
        folder: where the copy is made.
        schemas: of the catalogue's PostgreSQL, those whose tables are copied with it, as of the same moment.

    Raises:
        CatalogCopyError: it cannot be copied; the message says why.
    """
    copy = folder / (CATALOG_FILE if place.postgres is None else POSTGRES_COPY)
    copy.unlink(missing_ok=True)
    if place.postgres is None:
        _copy_sqlite(place.sqlite, copy)
    else:
        _copy_postgres(place, copy, schemas)
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
    """Make a copied catalogue the one of a warehouse that does not stand yet; all of it appears there at once.

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
            tables = connection.execute("FROM kept.definition").fetchall()
            _create_schemas(connection, "server", tables)
            for name, definition in tables:
                connection.execute(f"CALL postgres_execute('server', {quoted(definition)})")
                connection.execute(f"INSERT INTO server.{_named(name)} FROM kept.{_named(name)}")
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise CatalogCopyError(
            f"PostgreSQL does not take the catalogue: {place.scrubbed(str(error))}"
        ) from None


def standing(place: Place, schemas: Sequence[str] = ()) -> str | None:
    """What stands at this place already, of a warehouse or in these schemas; None: nothing."""
    if place.postgres is None:
        return ", ".join(path.name for path in left_of(place.sqlite)) or None
    try:
        with duckdb.connect() as connection:
            _attach_postgres(connection, place)
            found = connection.execute(_tables(schemas)).fetchall()
    except duckdb.Error as error:
        raise CatalogCopyError(f"PostgreSQL cannot be asked: {place.scrubbed(str(error))}") from None
    return found[0][0] if found else None


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


def _copy_postgres(place: Place, copy: Path, schemas: Sequence[str]) -> None:
    """Copy all tables in one transaction, which DuckDB begins as REPEATABLE READ."""
    try:
        with duckdb.connect() as connection:
            connection.execute("SET threads=1")  # one connection to the server, and so one snapshot
            _attach_postgres(connection, place)
            connection.execute(
                f"ATTACH {quoted(str(copy))} AS kept (BLOCK_SIZE 16384)"
            )  # tables are many and small
            connection.execute("BEGIN")
            tables = connection.execute(_tables(schemas)).fetchall()
            connection.execute(f"CREATE TABLE kept.definition AS {_tables(schemas)}")
            _create_schemas(connection, "kept", tables)
            for name, _ in tables:
                connection.execute(f"CREATE TABLE kept.{_named(name)} AS FROM server.{_named(name)}")
            connection.execute("COMMIT")
        copy.chmod(_OWNER_ONLY)  # it may hold keys
    except duckdb.Error as error:
        raise CatalogCopyError(f"the catalogue could not be copied: {place.scrubbed(str(error))}") from None


def _tables(schemas: Sequence[str]) -> str:
    """Ask for the tables of the catalogue and of some schemas, and the statements that make them."""
    asked = _DEFINITIONS.format(schemas=",".join(schemas))
    return f"FROM postgres_query('server', {quoted(asked)}) ORDER BY name"


def _named(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _create_schemas(
    connection: duckdb.DuckDBPyConnection, attached: str, tables: list[tuple[str, str]]
) -> None:
    for schema in sorted({name.partition(".")[0] for name, _ in tables if "." in name}):
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS {attached}."{schema}"')


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
