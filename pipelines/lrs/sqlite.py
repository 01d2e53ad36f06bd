"""The store's database as a file: WAL with `synchronous=FULL`, so what was committed is on the disk."""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.tables import TABLES

FILE: Final = "lrs.sqlite"
_BUSY_SECONDS: Final = 10.0
_CACHE_KIB: Final = 2_048
"""Of each connection, of which every thread has one."""
_WRITER: Final = "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=8000"
"""For what is written: each statement changes pages all over the indexes, and few of them more than once a second."""


class _Connection(sqlite3.Connection):
    """Is closed with the thread whose it is, and may be named without being kept."""

    has_written = False

    def __del__(self) -> None:
        """Close it."""
        self.close()


class NoLease:
    """Where one process serves a store, it has every lease."""

    def is_held(self) -> bool:
        """Yes."""
        return True

    def close(self) -> None:
        """Nothing is held."""


class SqliteDatabase:
    """An SQLite file, served by one process."""

    is_shared = False
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    troubles: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime], file: str = FILE, tables: str = TABLES
    ) -> None:
        """Open the `file` in `folder`, making it and its `tables` where there are none; `now` gives the moment."""
        self._file = folder / file
        self._now = now
        self._threads = threading.local()
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        with self._thread_connection() as connection:
            connection.executescript(tables)

    def close(self) -> None:
        """Close all connections."""
        for connection in list(self._connections):
            connection.close()

    @contextmanager
    def _thread_connection(self) -> Iterator[_Connection]:
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = self._connect()
        yield connection

    def _connect(self) -> _Connection:
        connection = sqlite3.connect(
            self._file,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            f"PRAGMA cache_size=-{_CACHE_KIB}; PRAGMA temp_store=MEMORY"
        )
        with self._lock:
            self._connections.add(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give this thread's connection."""
        with self._thread_connection() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give this thread's connection within a transaction."""
        with self._thread_connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give this thread's connection; SQLite lets one write at a time."""
        with self._thread_connection() as connection:
            if not connection.has_written:
                connection.executescript(_WRITER)
                connection.has_written = True
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def milliseconds(self, connection: Connection) -> int:  # noqa: ARG002 - this machine's clock
        """The present moment."""
        return int(self._now().timestamp() * 1_000)

    def is_writing(self, connection: Connection) -> bool:  # noqa: ARG002
        """No other process serves it."""
        return False

    def lease(self, name: str) -> NoLease:  # noqa: ARG002
        """Give what is always held."""
        return NoLease()
