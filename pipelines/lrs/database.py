"""What the store asks of its database, which may be an SQLite file or PostgreSQL.

SQL is written once, in what both understand: `?` and `:name` for values, `ON CONFLICT`, `RETURNING`, `TRUE`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[Any] | Mapping[str, Any]


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

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Rows:
        """Run one INSERT for each row of values."""


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
