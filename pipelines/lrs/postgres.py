"""The store's database in PostgreSQL, beside the catalogue: several processes may serve it.

Writers take turns by an advisory lock: so numbers and moments of entries grow in the order of commits, and whoever
reads on from a number misses nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from zlib import crc32

from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection, PostgresQueryError, TroubleError
from learnloom.pipelines.lrs.tables import TABLES, for_postgres

SCHEMA: Final = "lrs"
_CONNECTIONS: Final = 10
"""Of one process, at the most, but for leases."""
_WRITE: Final = 1
_IS_WRITING: Final = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
    f"AND classid = {{space}} AND objid = {_WRITE} AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
_SESSION: Final = (
    "SET synchronous_commit = on",
    # Whoever is halted while it has the lock loses it.
    "SET idle_in_transaction_session_timeout = '10s'",
    "SET statement_timeout = '60s'",
)


class PostgresLease:
    """An advisory lock of a session; it goes with the session's connection."""

    def __init__(self, database: "PostgresDatabase", key: int) -> None:
        """Nothing is asked yet."""
        self._database = database
        self._key = key
        self._connection: PostgresConnection | None = None
        self._has = False

    def is_held(self) -> bool:
        """Take it where nobody has it; whether it is ours. Where the server cannot be asked, it is not."""
        try:
            if self._connection is None:
                self._connection = self._database.connect()
            if self._has:
                self._connection.execute("SELECT 1")
            else:
                asked = self._connection.execute(
                    f"SELECT pg_try_advisory_lock({self._database.space}, {self._key})"
                )
                self._has = bool(asked.fetchone()[0])
        except TroubleError:
            self.close()
        return self._has

    def close(self) -> None:
        """Let others have it: at once, for a session's end is noticed only some time after its connection's."""
        connection, self._connection = self._connection, None
        has, self._has = self._has, False
        if connection is None:
            return
        with suppress(TroubleError):
            if has:
                connection.execute(f"SELECT pg_advisory_unlock({self._database.space}, {self._key})")
        connection.close()


class PostgresDatabase:
    """A schema of its own in the catalogue's database."""

    is_shared = True
    errors: tuple[type[Exception], ...] = (PostgresQueryError, TroubleError)
    troubles: tuple[type[Exception], ...] = (TroubleError,)

    def __init__(self, connection_string: str, *, schema: str = SCHEMA, tables: str = TABLES) -> None:
        """Reach the server, and make the tables in the schema where they are missing.

        Raises:
            ConnectionStringError: the connection string cannot be used.
            TroubleError: the server does not let us in.
        """
        self._where = parameters(connection_string)
        self._schema = schema
        self.space = crc32(f"learnloom {schema}".encode()) >> 1
        """Of its advisory locks."""
        self._free: list[PostgresConnection] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(_CONNECTIONS)
        with self._writing() as connection:
            connection.executescript(f"CREATE SCHEMA IF NOT EXISTS {schema}; {for_postgres(tables)}")

    def connect(self) -> PostgresConnection:
        """Give one more connection."""
        connection = PostgresConnection(self._where)
        for statement in (f"SET search_path = {self._schema}", *_SESSION):
            connection.execute(statement)
        return connection

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            while self._free:
                self._free.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[PostgresConnection]:
        """Lend a connection; where one is lost, so are those that wait: the server was away."""
        with self._room:
            with self._lock:
                connection = self._free.pop() if self._free else None
            connection = connection or self.connect()
            try:
                yield connection
            except TroubleError:
                connection.close()
                self.close()
                raise
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)

    def _give_back(self, connection: PostgresConnection) -> None:
        with self._lock:
            self._free.append(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._connection() as connection:
            yield connection

    @contextmanager
    def _between(self, begin: str) -> Iterator[PostgresConnection]:
        with self._connection() as connection:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(TroubleError):
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection whose reads are of one moment."""
        with self._between("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[PostgresConnection]:
        with self._between("BEGIN") as connection:
            connection.execute(f"SELECT pg_advisory_xact_lock({self.space}, {_WRITE})")
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection that writes, alone of all processes."""
        with self._writing() as connection:
            yield connection

    def milliseconds(self, connection: Connection) -> int:
        """The present moment by the server's clock."""
        asked = connection.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
        return int(asked.fetchone()[0])

    def is_writing(self, connection: Connection) -> bool:
        """Whether somebody is within `transaction`."""
        return bool(connection.execute(_IS_WRITING.format(space=self.space)).fetchone()[0])

    def lease(self, name: str) -> PostgresLease:
        """Give the lease of that name."""
        return PostgresLease(self, crc32(name.encode()) >> 1)
