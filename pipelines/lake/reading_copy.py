"""A small copy of some of what is known, in one DuckDB file: many read it at once, in a millisecond a question.

A copy has a name of its own and is never changed: a newer one is written beside it and appears whole. DuckDB keeps open
what a process has open, so the same name must never mean another copy.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import quoted

_SUFFIX: Final = ".duckdb"
_PARTIAL: Final = ".part"
_MEMORY: Final = "256MB"
_COPY: Final = "copy"
_NAMED: Final = re.compile(r"\$(\w+)")
_LIST: Final = "from_json({}, '[\"VARCHAR\"]')"
_LONG_ANSWER: Final = 5_000
_MOST_ROWS: Final = 20_000
_MOST_ANSWERS: Final = 1_000
"""Of what one copy has answered so much is kept, some 50 MB."""
_Answer = tuple[list[str], list[tuple[Any, ...]]]


class CopyMissingError(WarehouseError):
    """There is no copy to read yet."""


def write_copy(warehouse: Warehouse, folder: Path, name: str, selects: Mapping[str, str]) -> Path:
    """Write a copy of one snapshot, and remove the older ones; who reads them goes on doing so.

    Args:
        warehouse: where to read; not within a transaction.
        folder: where copies lie; made where it is missing.
        name: that of the copy: names sort as the copies follow each other.
        selects: what is copied: a SELECT by the name of its table.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, partial = folder / (name + _SUFFIX), folder / (name + _PARTIAL)
    partial.unlink(missing_ok=True)
    warehouse.run(f"ATTACH {quoted(str(partial))} AS reading_copy")
    try:
        with warehouse.transaction():
            for table, select in selects.items():
                warehouse.run(f"CREATE TABLE reading_copy.{table} AS {select}")
    finally:
        warehouse.run("DETACH reading_copy")
    partial.rename(target)
    for other in folder.glob("*" + _SUFFIX):
        if other.name < target.name:
            other.unlink(missing_ok=True)
    return target


def newest_copy(folder: Path, names: str = "*") -> Path | None:
    """Give the newest copy of a folder among those whose names fit a pattern; None: there is none."""
    return max(folder.glob(names + _SUFFIX), default=None)


class ReadingCopy:
    """The newest copy of a folder, for many threads at once."""

    def __init__(
        self, folder: Path, lay_over: "Callable[[CopyCursor], None]" = lambda _: None, *, names: str = "*"
    ) -> None:
        """Open nothing yet.

        Args:
            folder: where copies lie.
            lay_over: is called when a copy is opened, which is attached as `copy`: what it makes in the main database,
                in memory, is read in the place of what the copy has.
            names: pattern of the names of copies that this reader understands.
        """
        self._folder = folder
        self._names = names
        self._lay_over = lay_over
        self._lock = threading.Lock()
        self._name: str | None = None
        self._kept = KeptAnswers()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def name(self) -> str | None:
        """The newest copy's name; None: there is none."""
        newest = newest_copy(self._folder, self._names)
        return None if newest is None else newest.stem

    def cursor(self) -> "CopyCursor":
        """Give the newest copy to one reader.

        Raises:
            CopyMissingError: there is none.
        """
        with self._lock:
            name = self.name
            if name is None:
                raise CopyMissingError("nothing has been computed yet: run `learnloom refresh`")
            if self._connection is None or name != self._name:
                # The one of before is closed when its last reader has done with it.
                self._connection, self._name = self._opened(self._folder / (name + _SUFFIX)), name
                self._kept = KeptAnswers()
            cursor = self._connection.cursor()
            cursor.execute(f"SET search_path = 'memory.main,{_COPY}.main'")
            return CopyCursor(name, cursor, self._kept)

    def _opened(self, file: Path) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": _MEMORY})
        try:
            connection.execute(f"ATTACH {quoted(str(file))} AS {_COPY} (READ_ONLY)")
            self._lay_over(CopyCursor(file.stem, connection))
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the copy that is open, if one is."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._name = None


class KeptAnswers:
    """Answers that one copy has given: it never changes, so they hold for as long as it is read."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._answers: dict[tuple[str, str], _Answer] = {}
        self._n_rows = 0

    def get(self, key: tuple[str, str]) -> "_Answer | None":
        """Give an answer; None: it was not asked for, or let go of."""
        return self._answers.get(key)

    def keep(self, key: tuple[str, str], answer: "_Answer") -> None:
        """Keep an answer, unless it is long; where they are many, all others are let go of."""
        n_rows = len(answer[1])
        if n_rows > _LONG_ANSWER:
            return
        if self._n_rows + n_rows > _MOST_ROWS or len(self._answers) >= _MOST_ANSWERS:
            self._answers, self._n_rows = {}, 0
        self._answers[key] = answer
        self._n_rows += n_rows


class CopyCursor:
    """One reader of one copy."""

    def __init__(self, name: str, cursor: duckdb.DuckDBPyConnection, kept: KeptAnswers | None = None) -> None:
        """Read with a cursor of the copy of this name."""
        self.name: Final = name
        self._cursor = cursor
        self._kept = kept

    def run(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> None:
        """Run a statement, where something is laid over the copy."""
        self._execute(sql, values)

    def rows(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Answer a SELECT: a row is its values by the names of columns, and the caller's own."""
        names, rows = self._answer(sql, values)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def one(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> dict[str, Any] | None:
        """Answer a SELECT of one row at the most."""
        return next(iter(self.rows(sql, values)), None)

    def pairs(self, sql: str) -> list[tuple[Any, Any]]:
        """Answer a SELECT of two columns."""
        return [(row[0], row[1]) for row in self._answer(sql, ())[1]]

    def _answer(self, sql: str, values: Mapping[str, Any] | Sequence[Any]) -> _Answer:
        key = sql, repr(values)
        answer = self._kept.get(key) if self._kept is not None else None
        if answer is None:
            found = self._execute(sql, values)
            answer = [column[0] for column in found.description], found.fetchall()
            if self._kept is not None:
                self._kept.keep(key, answer)
        return answer

    def _execute(self, sql: str, values: Mapping[str, Any] | Sequence[Any]) -> duckdb.DuckDBPyConnection:
        """Run a statement; lists are of texts, and go as one text: DuckDB takes 80 µs for each value of a list."""
        if isinstance(values, Mapping):
            lists = {name for name, value in values.items() if isinstance(value, list)}
            if lists:
                sql = _NAMED.sub(lambda found: _LIST.format(found[0]) if found[1] in lists else found[0], sql)
                values = {
                    name: json.dumps(value) if name in lists else value for name, value in values.items()
                }
        return self._cursor.execute(sql, values or None)
