"""A connection to PostgreSQL that is called as one to SQLite is."""

import re
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, Final

from pg8000.converters import make_params
from pg8000.core import Context, CoreConnection
from pg8000.exceptions import DatabaseError, InterfaceError

from learnloom.pipelines.lrs.conninfo import arguments, connected
from learnloom.schemas.errors import LearnloomError

_SECONDS: Final = 70.0
"""Longest silence of the server: above what it allows a statement."""
_VALUE: Final = re.compile(r"'(?:[^']|'')*'|::|:(\w+)|\?")
_PREPARED: Final = 100
"""Statements that the server keeps parsed, for each connection."""
_PASSING: Final = ("08", "40", "53", "55", "57", "58")
"""Classes of errors that say nothing against the statement (PostgreSQL, appendix A)."""
_LOST: Final = (InterfaceError, OSError, struct.error, AttributeError, IndexError)
"""What pg8000 raises where the connection is gone."""

Prepared = tuple[bytes, Any, Any]


def _connection(where: dict[str, str]) -> CoreConnection:
    reached = connected(where, seconds=_SECONDS)
    try:
        return CoreConnection(sock=reached, **arguments(where))
    except BaseException:
        reached.close()
        raise


class TroubleError(LearnloomError):
    """The server is away, busy or ends what was begun; the connection is not used any more."""


class PostgresQueryError(LearnloomError):
    """The server refuses a statement."""


class PostgresRows:
    """What a statement gave."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        """Hold the rows."""
        self.rowcount = rowcount
        self._rows = iter(rows)

    def fetchone(self) -> Any:
        """Give the next row; None: there is none."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """Give all other rows."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        """Give the rows one by one."""
        return self._rows


class PostgresConnection:
    """A connection; for one thread at a time."""

    def __init__(self, where: dict[str, str]) -> None:
        """Reach the server; `where` is what `conninfo.parameters` has read.

        Raises:
            TroubleError: it does not let us in.
        """
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._connection: CoreConnection = self._asked(partial(_connection, where))

    def close(self) -> None:
        """Let go of the server."""
        with suppress(*_LOST, DatabaseError):
            self._connection.close()

    def execute(self, sql: str, values: Any = (), /) -> PostgresRows:
        """Run one statement with its values, by place (`?`) or by name (`:name`).

        Raises:
            TroubleError: the server is away, or ends what was begun.
            QueryError: it refuses the statement.
        """
        text, names = _numbered(sql)
        given = [values[name] for name in names] if isinstance(values, Mapping) else values

        def run() -> Context:
            name, columns, read = self._prepare(text)
            params = make_params(self._connection.py_types, _storable(given))
            return self._connection.execute_named(name, params, columns, read, text)

        return _rows(self._asked(run))

    def executescript(self, sql: str, /) -> None:
        """Run several statements without values; raises as `execute` does."""
        self._asked(partial(self._connection.execute_simple, sql))

    def rewrite(self, table: str) -> int:
        """Write a table anew without what was deleted; not within a transaction.

        Returns:
            Deleted rows that were written with it, for a transaction that began before may still read them.

        Raises:
            TroubleError, PostgresQueryError: as of `execute`; or the table is another role's: PostgreSQL passes it by.
        """
        self._connection.notices.clear()
        self.executescript(f"VACUUM (FULL, VERBOSE) {table}")
        # Words are in the server's language; of numbers this is the first.
        for notice in self._connection.notices:
            if found := re.search(rb"\d+", notice.get(b"D", b"")):
                return int(found[0])
        raise PostgresQueryError(
            f"PostgreSQL has not written {table} anew: that is for the role that owns it"
        )

    def _prepare(self, text: str) -> Prepared:
        """Have the server parse a statement once."""
        if text in self._prepared:
            self._prepared.move_to_end(text)
            return self._prepared[text]
        if len(self._prepared) >= _PREPARED:
            _, (oldest, _, _) = self._prepared.popitem(last=False)
            self._connection.close_prepared_statement(oldest)
        self._prepared[text] = self._connection.prepare_statement(text, ())
        return self._prepared[text]

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except DatabaseError as error:
            told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            message = f"PostgreSQL says: {told.get('M', error)}"
            if str(told.get("C", "08"))[:2] in _PASSING:
                raise TroubleError(message) from None
            raise PostgresQueryError(message) from None
        except _LOST as error:
            raise TroubleError(f"PostgreSQL does not answer: {error}") from error


@lru_cache(maxsize=1_000)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Write values as PostgreSQL numbers them; gives the names of those that have one."""
    names: list[str] = []
    places = 0

    def number(found: re.Match[str]) -> str:
        nonlocal places
        if found[0] == "?":
            places += 1
            return f"${places}"
        if found[1] is None:
            return found[0]
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _VALUE.sub(number, sql), tuple(names)


def _storable(values: Sequence[Any]) -> list[Any]:
    """Leave out what PostgreSQL's text cannot hold: NUL."""
    return [
        value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
        for value in values
    ]


def _rows(context: Context) -> PostgresRows:
    return PostgresRows(context.rows or [], context.row_count)
