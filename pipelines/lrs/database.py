"""What the store asks of its database, which may be an SQLite file or PostgreSQL.

SQL is written once, in what both understand: `?` and `:name` for values, `ON CONFLICT`, `RETURNING`, `TRUE`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

Values = Sequence[Any] | Mapping[str, Any]

_ROWS_AT_ONCE: Final = (100, 10, 1)
"""Few sizes that come again, so the database reads each statement once."""


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Rows that it changed."""

    def fetchone(self) -> Any:
        """Give the next row; None: there is none."""

    def fetchall(self) -> list[Any]:
        """Give all other rows."""

    def __iter__(self) -> Iterator[Any]:
        """Give the rows one by one."""


class Connection(Protocol):
    """A connection; for one thread at a time."""

    def execute(self, sql: str, values: Any = ..., /) -> Rows:
        """Run one statement with its values (`Values`)."""


class Lease(Protocol):
    """What one process at a time has, of all that serve a store."""

    def is_held(self) -> bool:
        """Take it where nobody has it; whether it is ours."""

    def close(self) -> None:
        """Let others have it."""


class Database(Protocol):
    """Where the tables are."""

    is_shared: bool
    """Whether other processes may serve the same store."""
    errors: tuple[type[Exception], ...]
    """What any use may raise."""
    troubles: tuple[type[Exception], ...]
    """Those of them for which all work in hand fails, and may be done again."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection to read with."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Give a connection within a transaction: all that is read is of one moment."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Give a connection that writes, alone of all; what it wrote is on the disk when the block has ended."""

    def milliseconds(self, connection: Connection) -> int:
        """The present moment, in milliseconds since 1970: the same clock for all that serve the store."""

    def is_writing(self, connection: Connection) -> bool:
        """Whether another process may be within `transaction`."""

    def lease(self, name: str) -> Lease:
        """Give the lease of that name, which is not held yet."""

    def close(self) -> None:
        """Close all connections."""


def insert(connection: Connection, into: str, rows: Sequence[Sequence[Any]], *, otherwise: str = "") -> None:
    """Insert rows, many with one statement: between two of them other threads take over.

    Args:
        connection: within a transaction.
        into: the table, with its columns where not all are given.
        rows: values of each row, as many in each.
        otherwise: what is done about a row that is there: `ON CONFLICT …`.
    """
    start = 0
    for size in _ROWS_AT_ONCE:
        while len(rows) - start >= size:
            some = rows[start : start + size]
            row = f"({', '.join('?' * len(some[0]))})"
            connection.execute(
                f"INSERT INTO {into} VALUES {', '.join([row] * size)} {otherwise}",
                [value for each in some for value in each],
            )
            start += size
