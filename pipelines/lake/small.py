"""Ways of working that save processor time where there is little to do: many statements over few rows each."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from learnloom.pipelines.lake.connection import Warehouse


@contextmanager
def one_thread(warehouse: Warehouse, *, when: bool = True) -> Iterator[None]:
    """Let DuckDB work in one thread within the block, or as it does where `when` does not hold.

    Each thread of a write holds row groups of its own. And of statements over a few rows, each with half a dozen
    queries to the catalogue, one thread does twice as many in the same processor time as two.
    """
    if not when:
        yield
        return
    before = warehouse.one("SELECT current_setting('threads')")[0]
    warehouse.run("SET threads=1")
    try:
        yield
    finally:
        warehouse.run(f"SET threads={before}")


@contextmanager
def one_snapshot(warehouse: Warehouse, *, when: bool = True) -> Iterator[None]:
    """Read the lake as of one moment within the block, or as it does where `when` does not hold.

    Nothing may be written to the lake within. Each query needs a query of the catalogue less, or two. It is for
    seconds only: an old snapshot that is still read keeps the catalogue's server from tidying up.
    """
    if not when:
        yield
        return
    warehouse.run("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            warehouse.run("ROLLBACK")
        raise
    warehouse.run("COMMIT")
