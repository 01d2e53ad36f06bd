"""The write lock: writers wait for each other, so that a long transaction is not overtaken for ever by short ones.

It saves work and is not what makes writing safe: of two that write the same at once, the second fails at its commit,
with the lock or without it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final, Protocol
from zlib import crc32

import duckdb

from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.extensions import load_sql, quoted

LOCK_FILE: Final = "writing.lock"
QUEUE_FILE: Final = "writing.next.lock"
"""Lock of whoever is the next to have the write lock."""
LANDING: Final = "landing"
"""Lock of whoever lands statements."""
REFRESH: Final = "refresh"
"""Lock of whoever computes what comes after landing."""
DELIVERY: Final = "delivery"
"""Lock of whoever records what became of events."""
_POLL_SECONDS = 0.01
_LONGEST_SECONDS = 10
"""A process that holds its lock in PostgreSQL for longer, such as one that was paused, loses it."""
_PAUSED_SECONDS = 5
"""Who has written its snapshot and does not commit it within this time is paused: to commit takes milliseconds."""
_END_PAUSED: Final = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE relation = to_regclass('ducklake_snapshot') AND mode = 'RowExclusiveLock' AND usename = current_user
AND state = 'idle in transaction' AND state_change < now() - interval '%d s'
"""
"""At their commits all others wait for such a one, for their snapshots would have the same number."""


class WriteLock(Protocol):
    """A lock that one process at a time holds."""

    def held(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock of that name within the block."""

    def close(self) -> None:
        """Let go of what it takes to wait."""


class FileWriteLock:
    """A lock file: SQLite lets one process write, whatever it writes, so all names are one lock.

    Whoever waits comes before whoever has just let go of it: many short transactions of one process, each begun as soon
    as the last one has ended, would else keep the others waiting until the last of all.
    """

    def __init__(self, folder: Path, wait_seconds: float) -> None:
        import filelock  # noqa: PLC0415 - readers, who need no lock, need not wait for it

        self._folder = folder
        self._wait_seconds = wait_seconds
        self._busy = filelock.Timeout
        self._queue, self._lock = (
            filelock.FileLock(folder / name, poll_interval=_POLL_SECONDS, thread_local=False)
            for name in (QUEUE_FILE, LOCK_FILE)
        )

    @contextmanager
    def held(self, name: str) -> Iterator[None]:  # noqa: ARG002 - one lock for all
        """Hold the lock file within the block.

        Raises:
            WarehouseBusyError: another process has held it for longer than we wait.
        """
        until = time.monotonic() + self._wait_seconds
        try:
            with self._queue.acquire(timeout=self._wait_seconds):
                self._lock.acquire(timeout=max(0.0, until - time.monotonic()))
        except self._busy as error:
            raise WarehouseBusyError(
                f"another process has been writing to {self._folder} for {self._wait_seconds:g} s: try again "
                "later, or raise LEARNLOOM_LOCK_WAIT_SECONDS"
            ) from error
        try:
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Nothing is held open between transactions."""


class PostgresWriteLock:
    """An advisory lock of PostgreSQL, held by a connection of its own; each name is a lock of its own.

    Whoever has waited in vain goes on without: the fences decide at commit.
    """

    def __init__(self, connection_string: str, wait_seconds: float) -> None:
        self._connection_string = connection_string
        self._wait_seconds = min(wait_seconds, _LONGEST_SECONDS)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._has_failed = True
        """Whether the last transaction failed: then somebody may be paused. Nobody knows before the first."""

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the lock of that name within the block, unless others do not let go of it."""
        connection = self._connected()
        connection.execute("BEGIN")
        with suppress(duckdb.IOException):  # waited long enough
            self._ask(connection, name)
        self._has_failed = True
        try:
            yield
            self._has_failed = False
        finally:
            try:
                connection.execute("ROLLBACK")
            except duckdb.Error:
                # The server has taken the lock away, or is gone: the next one begins with a new connection.
                self.close()

    def _ask(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        if self._has_failed:
            connection.execute(f"CALL postgres_execute('locks', {quoted(_END_PAUSED % _PAUSED_SECONDS)})")
        limits = (
            f"SET LOCAL lock_timeout = '{int(self._wait_seconds * 1000)}ms'; "
            f"SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST_SECONDS}s'"
        )
        connection.execute(f"CALL postgres_execute('locks', {quoted(limits)})")
        lock = f"SELECT pg_advisory_xact_lock({_key(name)})::text"
        connection.execute(f"FROM postgres_query('locks', {quoted(lock)})").fetchall()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            connection = duckdb.connect()
            connection.execute("SET threads = 1")
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute(load_sql("postgres_scanner"))
            connection.execute(f"ATTACH {quoted(self._connection_string)} AS locks (TYPE postgres)")
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Close the connection, and so release the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class NoWriteLock:
    """For whoever only reads, or leaves everything to the fences."""

    @contextmanager
    def held(self, name: str) -> Iterator[None]:  # noqa: ARG002
        """Hold nothing."""
        yield

    def close(self) -> None:
        """Nothing is held."""


def try_lock(path: Path) -> Callable[[], None] | None:
    """Lock a file among the processes of this machine without waiting; a process that ends lets go of it.

    Returns:
        What lets go of it; None: another process holds it.
    """
    import filelock  # noqa: PLC0415 - likewise

    lock = filelock.FileLock(path, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        return None
    return lock.release


def _key(name: str) -> int:
    """Number of the advisory lock, in the range of our own."""
    return crc32(f"learnloom {name}".encode())


class OwnFolder:
    """One of several numbered folders, of which each process has one of its own: the first that is free."""

    def __init__(self, parent: Path) -> None:
        """Take the first folder that no process has.

        Args:
            parent: the folder that holds them; it is made where it is absent.
        """
        import filelock  # noqa: PLC0415 - likewise

        parent.mkdir(parents=True, exist_ok=True)
        for number in count():
            self._lock = filelock.FileLock(parent / f"{number}.lock", thread_local=False)
            try:
                self._lock.acquire(timeout=0)
            except filelock.Timeout:
                continue
            self.path = parent / str(number)
            return

    def close(self) -> None:
        """Let others have it."""
        self._lock.release()
