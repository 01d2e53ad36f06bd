"""What of the store of `learnloom lrs` is looked through whole, a page at a time: the journal, activities, documents.

Nothing tells whom a text names, and there may be many: memory holds a page of them, and who writes to the store waits
only while what names the student is written.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.documents import SEPARATOR, etag_of
from learnloom.pipelines.lrs.reader import progress
from learnloom.pipelines.privacy.content import Content
from learnloom.pipelines.privacy.mentions import Nearby, Redaction
from learnloom.pipelines.privacy.tokens import Token, holds
from learnloom.schemas.xapi.identity import student_key

RECORDS: Final = 200
"""Records of a page: of at most `max_statement_bytes` each, and of a few thousand bytes as a rule."""
ROWS: Final = 50
"""Rows of a page of other tables: documents may be larger."""


class Entry(NamedTuple):
    """An entry of the journal whose bytes are there."""

    seq: int
    statement_id: str | None
    """None: it was refused."""
    raw: bytes

    @property
    def text(self) -> str:
        """What its bytes say, be they UTF-8 or not."""
        return self.raw.decode("utf-8", "replace" if self.statement_id is None else "surrogatepass")


class _Table(NamedTuple):
    """A table in which a student may stand."""

    name: str
    key: tuple[str, ...]
    content: str | None
    """The column of bytes in which others may have named the student."""


_TABLES: Final = (
    _Table("activity", ("activity_id",), "definition"),
    _Table("agent_name", ("agent", "name"), None),
    _Table("document", ("kind", "place", "document_id"), "content"),
)


def statements_waiting(database: Database) -> Iterator[bytes]:
    """Give the bytes of all statements that the journal has, as of the moment when the first is asked for."""
    with database.snapshot() as connection:
        yield from (each.raw for page in _pages(connection, "id IS NOT NULL") for each in page)


def refused_naming(connection: Connection, redaction: Redaction) -> Iterator[bytes]:
    """Give the records that were refused and name a student."""
    for page in _pages(connection, "id IS NULL"):
        yield from (each.raw for each in _near(page, redaction) if _is_named(each, redaction))


def redact_journal(database: Database, redaction: Redaction) -> int:
    """Take a student out of the bytes that the journal has.

    Returns:
        How many entries were the student's own, or were refused and named them.
    """
    count, page = 0, _page(database, -1)
    while page:
        near = _near(page, redaction)
        changes = [(each, new) for each in near if (new := _without(each, redaction)) is not None]
        if changes:
            with database.transaction() as connection:
                count += sum(_put(connection, each, new) for each, new in changes)
        page = _page(database, page[-1].seq)
    return count


def redact_entry(connection: Connection, entry: Entry, redaction: Redaction) -> int:
    """Take a student out of one entry; gives 1 where it was their own."""
    new = _without(entry, redaction)
    return 0 if new is None else _put(connection, entry, new)


def is_own(raw: bytes, redaction: Redaction) -> bool:
    """Whether a statement is the student's own."""
    return student_key(orjson.loads(raw).get("actor")) in redaction.keys


def leave_number(connection: Connection, seq: int) -> int:
    """Leave of an entry its number and id alone."""
    for table in ("entry_agent", "entry_activity", "landed"):
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))
    return connection.execute(
        "UPDATE entry SET raw = NULL, verb = NULL, registration = NULL, refers_to = NULL, is_voided = TRUE "
        "WHERE seq = ?",
        (seq,),
    ).rowcount


def redact_tables(database: Database, redaction: Redaction) -> dict[str, int]:
    """Take a student out of what was said of activities, out of names and documents; gives how many rows of each.

    A row that stands under a name of theirs goes; in what others have written they are replaced.
    """
    return {table.name: _redact_table(database, table, redaction) for table in _TABLES}


def standing_under(connection: Connection, tokens: Sequence[Token]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the rows of these tables that stand under a name of a student, each with its table."""
    for table in _TABLES:
        columns = [*table.key, *filter(None, [table.content])]
        find = f"SELECT {', '.join(columns)} FROM {table.name} WHERE {_is_row(table)}"
        for key in connection.execute(f"SELECT {', '.join(table.key)} FROM {table.name}").fetchall():
            if _is_under(key, tokens):
                yield (
                    table.name,
                    dict(zip(columns, connection.execute(find, tuple(key)).fetchone(), strict=True)),
                )


def _is_under(key: Sequence[str], tokens: Collection[Token]) -> bool:
    return any(holds(part, tokens) for name in key for part in name.split(SEPARATOR))


def _redact_table(database: Database, table: _Table, redaction: Redaction) -> int:
    names = ", ".join(table.key)
    marks = ", ".join("?" * len(table.key))
    columns = f"{names}, {table.content or 'NULL'}"
    after, values, count = "", (), 0
    while True:
        with database.transaction() as connection:
            page = connection.execute(
                f"SELECT {columns} FROM {table.name} {after} ORDER BY {names} LIMIT {ROWS}", values
            ).fetchall()
            texts = [bytes(row[-1] or b"").decode("utf-8", "surrogateescape") for row in page]
            near = redaction.near(Nearby(texts))
            for (*key, _), text in zip(page, texts, strict=True):
                if _is_under(key, redaction.tokens):
                    count += _drop(connection, table, key)
                elif text in near and (new := redaction.of(text)) is not None:
                    count += _change(connection, table, key, new.encode("utf-8", "surrogateescape"))
        if len(page) < ROWS:
            return count
        after, values = f"WHERE ({names}) > ({marks})", tuple(page[-1][:-1])


def _drop(connection: Connection, table: _Table, key: Sequence[str]) -> int:
    return connection.execute(f"DELETE FROM {table.name} WHERE {_is_row(table)}", key).rowcount


def _change(connection: Connection, table: _Table, key: Sequence[str], content: bytes) -> int:
    values: list[Any] = [content]
    changes = f"{table.content} = ?"
    if table.name == "document":
        values.append(etag_of(content))
        changes += ", etag = ?"
    return connection.execute(
        f"UPDATE {table.name} SET {changes} WHERE {_is_row(table)}", [*values, *key]
    ).rowcount


def _is_row(table: _Table) -> str:
    return " AND ".join(f"{name} = ?" for name in table.key)


def _near(page: Sequence[Entry], redaction: Redaction) -> list[Entry]:
    texts = [each.text for each in page]
    near = redaction.near(Nearby(texts))
    return [each for each, text in zip(page, texts, strict=True) if text in near]


def _is_named(entry: Entry, redaction: Redaction) -> bool:
    return Content(entry.text).names(redaction.keys, redaction.tokens)


def _without(entry: Entry, redaction: Redaction) -> bytes | None:
    """What an entry says without a student: nothing where it goes, None where it stays as it is."""
    if entry.statement_id is None:
        return b"" if _is_named(entry, redaction) else None
    if is_own(entry.raw, redaction):
        return b""
    text = redaction.of(entry.text)
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _put(connection: Connection, entry: Entry, new: bytes) -> int:
    """Write what an entry says without a student; gives 1 where it goes."""
    if new:
        # Landing may have let go of its bytes meanwhile.
        values = (new, entry.seq)
        connection.execute("UPDATE entry SET raw = ? WHERE seq = ? AND raw IS NOT NULL", values)
        return 0
    if entry.statement_id is None:
        return connection.execute("DELETE FROM entry WHERE seq = ?", (entry.seq,)).rowcount
    return leave_number(connection, entry.seq)


def _page(database: Database, last: int) -> list[Entry]:
    with database.reading() as connection:
        return _read(connection, "TRUE", last)


def _pages(connection: Connection, which: str) -> Iterator[list[Entry]]:
    page = _read(connection, which, -1)
    while page:
        yield page
        page = _read(connection, which, page[-1].seq)


def _read(connection: Connection, which: str, last: int) -> list[Entry]:
    # An old journal has millions of entries that have let go of their bytes: all up to this one.
    start = max(last, progress(connection).pruned)
    rows = connection.execute(
        f"SELECT seq, id, raw FROM entry WHERE seq > ? AND {which} AND raw IS NOT NULL ORDER BY seq LIMIT {RECORDS}",
        (start,),
    ).fetchall()
    return [Entry(seq, statement_id, bytes(raw)) for seq, statement_id, raw in rows]
