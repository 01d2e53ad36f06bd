"""Ways of working that save processor time where there is little to do: many statements over few rows each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import duckdb

from learnloom.pipelines.lake.connection import Result, Warehouse


@contextmanager
def one_thread(warehouse: Warehouse, *, when: bool = True) -> Iterator[None]:
    """Let DuckDB work in one thread within the block, or as it does where `when` does not hold.

    Each thread of a write holds row groups of its own. And of statements over a few rows, each with half a dozen
    queries to the catalogue, one thread does twice as many in the same processor time as two.
    """
    if not when or warehouse.threads_before is not None:
        yield
        return
    before = stay_with_one_thread(warehouse)
    try:
        yield
    finally:
        warehouse.threads_before = None
        warehouse.run(f"SET threads={before}")


def stay_with_one_thread(warehouse: Warehouse) -> int:
    """Let DuckDB work in one thread from now on; return in how many it worked before."""
    before = int(warehouse.one("SELECT current_setting('threads')")[0])
    warehouse.run("SET threads=1")
    warehouse.threads_before = before
    return before


@contextmanager
def all_threads(warehouse: Warehouse, *, when: bool = True) -> Iterator[None]:
    """Within a block of `one_thread` let DuckDB work as it did before it, for what is much after all."""
    before = warehouse.threads_before
    if not when or before is None:
        yield
        return
    warehouse.run(f"SET threads={before}")
    warehouse.threads_before = None
    try:
        yield
    finally:
        warehouse.threads_before = before
        warehouse.run("SET threads=1")


@contextmanager
def one_snapshot(warehouse: Warehouse, *, when: bool = True) -> Iterator[None]:
    """Read the lake as of one moment within the block, or as it does where `when` does not hold.

    Nothing may be written to the lake within. Each query needs a query of the catalogue less, or two, and which tables
    there are is asked but once. It is for seconds only: an old snapshot that is still read keeps the catalogue's server
    from tidying up.
    """
    if not when:
        yield
        return
    warehouse.run("BEGIN")
    warehouse.seen = {}
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            warehouse.run("ROLLBACK")
        raise
    finally:
        warehouse.seen = None
    warehouse.run("COMMIT")


def once(warehouse: Warehouse, name: str, read: Callable[[], Result]) -> Result:
    """Give what `read` finds in the catalogue; within `one_snapshot` it is called once for each name."""
    if warehouse.seen is None:
        return read()
    if name not in warehouse.seen:
        warehouse.seen[name] = read()
    found: Result = warehouse.seen[name]
    return found
