"""Attaching a warehouse to a connection of DuckDB, with what it takes to reach its catalogue and its data."""

import duckdb

from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import load_sql, note_checked, quoted
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.spill import spill_folder


def configure(
    connection: duckdb.DuckDBPyConnection, place: Place, *, memory_limit: str, is_writing: bool
) -> None:
    """Load what a warehouse at this place needs, and say how its object store is reached."""
    run = connection.execute
    # Autoloading would look for extensions on the network; the wheels bring what is needed.
    run("SET autoinstall_known_extensions=false")
    # DuckDB takes a program without a file (python -c) for a session at a terminal and draws a bar.
    run("SET enable_progress_bar=false")
    run("SET TimeZone='UTC'")
    run(f"SET memory_limit='{memory_limit}'")
    run(f"SET temp_directory={quoted(str(spill_folder(is_locked=is_writing)))}")
    for extension in place.extensions:
        run(load_sql(extension))
    note_checked(place.extensions)
    for sql in place.store.prepare_sql("warehouse_data") if place.store is not None else ():
        run(sql)


def attach(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    name: str,
    *,
    read_only: bool,
    snapshot: int | None = None,
) -> None:
    """Attach the warehouse under `name`, as it is or was at a snapshot, making it unless it is there or `read_only`.

    Raises:
        WarehouseError: its data lie elsewhere than the place says; or it would be made where other files lie.
    """
    if place.store is None or read_only:
        connection.execute(
            place.attach_sql(name, read_only=read_only, creates=not read_only, snapshot=snapshot)
        )
    else:
        _attach_or_found(connection, place, name)
    told = connection.execute(
        f"SELECT value FROM __ducklake_metadata_{name}.ducklake_metadata WHERE key = 'data_path'"
    ).fetchall()
    if wrong := place.strayed_from(told[0][0]):
        raise WarehouseError(wrong)


def _attach_or_found(connection: duckdb.DuckDBPyConnection, place: Place, name: str) -> None:
    """Attach it, or make it where nothing lies: of two at one prefix each would take the other's files for orphans."""
    try:
        connection.execute(place.attach_sql(name, read_only=False, creates=False))
    except duckdb.Error as error:
        if "does not exist" not in str(error):
            raise
        found = connection.execute(f"FROM glob({quoted(f'{place.data}**')}) LIMIT 1").fetchall()
        if found:
            raise WarehouseError(
                f"there is no warehouse at {place} yet, but {found[0][0]}: choose another prefix, or restore a backup "
                "(learnloom restore)"
            ) from None
        connection.execute(place.attach_sql(name, read_only=False, creates=True))
