"""Connections for reading that are held: opening one takes half a second of a processor, asking it milliseconds."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

import duckdb

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.trouble import explained, outdated

_FILE = tuple[int, int] | None


class HeldWarehouse:
    """A connection for reading that is opened at its first use and kept; for one user at a time.

    Each use reads the newest snapshot. A connection that has broken, or whose catalogue was put in another's place, is
    opened anew.
    """

    def __init__(self, open_to_read: Callable[[], Warehouse]) -> None:
        """Open nothing yet; `open_to_read` does."""
        self._open_to_read = open_to_read
        self._warehouse: Warehouse | None = None
        self._file: _FILE = None

    @contextmanager
    def lent(self) -> Iterator[Warehouse]:
        """Give the warehouse as of one moment; for seconds only.

        Raises:
            WarehouseMissingError: there is none.
            WarehouseUnavailableError: disk or server is in trouble.
            WarehouseError: a data file is gone or damaged, or the store refuses.
            WarehouseOutdatedError: what is read is not there, as in tables of another release.
        """
        warehouse = self._begun()
        try:
            yield warehouse
        except duckdb.Error as error:
            self.close()
            raise self._told(warehouse, error) from error
        except BaseException:
            self._end(warehouse, "ROLLBACK")
            raise
        self._end(warehouse, "COMMIT")

    def close(self) -> None:
        """Close the connection, if there is one; the next use opens another."""
        if self._warehouse is not None:
            with suppress(duckdb.Error):
                self._warehouse.close()
            self._warehouse = None

    def _begun(self) -> Warehouse:
        """Begin to read, over the connection of before if it is still good."""
        if self._warehouse is not None and _file_of(self._warehouse) == self._file:
            with suppress(duckdb.Error):
                return _begin(self._warehouse)
        self.close()
        warehouse = self._warehouse = self._open_to_read()
        try:
            self._file = _file_of(warehouse)
            # What a call reads is little, and one thread reads it in half the processor time of two.
            warehouse.run("SET threads=1")
            return _begin(warehouse)
        except duckdb.Error as error:
            self.close()
            raise self._told(warehouse, error) from error

    def _end(self, warehouse: Warehouse, how: str) -> None:
        try:
            warehouse.run(how)
        except duckdb.Error:
            self.close()

    @staticmethod
    def _told(warehouse: Warehouse, error: duckdb.Error) -> Exception:
        return explained(error, warehouse.place) or outdated(error, warehouse.place) or error


class ReadingPool:
    """A few held connections, lent to one caller each; use as a context manager."""

    def __init__(self, open_to_read: Callable[[], Warehouse], *, size: int, wait_seconds: float) -> None:
        """Open nothing yet.

        Args:
            open_to_read: opens a connection.
            size: connections, at the most.
            wait_seconds: how long a caller waits for one.
        """
        self._size: Final = size
        self._wait_seconds = wait_seconds
        # The last that was given back goes out first: it has in memory what was read lately.
        self._free: queue.LifoQueue[HeldWarehouse] = queue.LifoQueue()
        self._all = [HeldWarehouse(open_to_read) for _ in range(size)]
        for one in self._all:
            self._free.put(one)

    def __enter__(self) -> Self:
        """Give the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what is open; calls have ended by then."""
        for one in self._all:
            one.close()

    @contextmanager
    def lent(self) -> Iterator[Warehouse]:
        """Give the warehouse as of one moment.

        Raises:
            WarehouseBusyError: all connections were in use for too long.
            WarehouseMissingError, WarehouseUnavailableError: as `HeldWarehouse.lent`.
        """
        try:
            held = self._free.get(timeout=self._wait_seconds)
        except queue.Empty:
            raise WarehouseBusyError(
                f"all {self._size} connections were in use for {self._wait_seconds:g} s: try again later"
            ) from None
        try:
            with held.lent() as warehouse:
                yield warehouse
        finally:
            self._free.put(held)


def _begin(warehouse: Warehouse) -> Warehouse:
    warehouse.run("BEGIN")
    warehouse.snapshot()  # the newest one is read from here on, and a lost server is noticed
    return warehouse


def _file_of(warehouse: Warehouse) -> _FILE:
    """Tell the catalogue's file from another under its name, as a restore puts it there; None: it is no file."""
    if warehouse.place.postgres is not None:
        return None
    try:
        found = warehouse.place.sqlite.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_dev, found.st_ino
