"""What is read of the store's tables, also by a process that writes nothing: the one that lands."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.message import RefusedError

_READ: Final = (
    "SELECT entry.seq, entry.raw, entry.version, entry.id, entry.stored, entry.key_id, key.label "
    "FROM entry LEFT JOIN key ON key.key_id = entry.key_id "
    "WHERE entry.seq > ? AND entry.is_journaled AND entry.raw IS NOT NULL ORDER BY entry.seq LIMIT ?"
)


class JournalEntry(NamedTuple):
    """An entry of the journal on its way to landing."""

    seq: int
    raw: bytes
    version: str
    statement_id: str | None
    """None: it was refused."""
    stored: int
    key_id: str
    label: str | None
    """What its key calls the sender."""


class JournalProgress(NamedTuple):
    """How far things have come, by the numbers of entries."""

    last_seq: int
    last_stored: int
    """Milliseconds since 1970."""
    last_journaled: int
    landed: int
    relayed: int
    pruned: int


class JournalReader:
    """Reads from any thread."""

    def __init__(self, database: Database, journal_id: str) -> None:
        """Read what `database` holds, which is the journal of this id."""
        self.journal_id = journal_id
        self.lease = database.lease
        """Gives the lease of a name: what one process at a time has."""
        self.appended = threading.Event()
        """Set after each commit of this process; whoever waits for news clears it."""
        self._database = database

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection of this thread's own, to read with.

        Raises:
            RefusedError: 503, the database cannot be read.
        """
        with self._refusing(), self._database.reading() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection within a transaction: all that is read is of one moment.

        Raises:
            RefusedError: 503, the database cannot be read.
        """
        with self._refusing(), self._database.snapshot() as connection:
            yield connection

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except self._database.troubles as error:
            raise unable("read", error) from error

    def progress(self) -> JournalProgress:
        """How far things have come."""
        with self.reading() as connection:
            return progress(connection)

    def entries_after(self, seq: int, limit: int) -> list[JournalEntry]:
        """Read the entries after a number that have come this way and keep their bytes, in order."""
        with self.reading() as connection:
            return [JournalEntry(*row) for row in connection.execute(_READ, (seq, limit))]

    def record_id_of(self, seq: int) -> str:
        """Name an entry for all time: whichever way it lands, and however often, it is the same record."""
        return f"{self.journal_id}/{seq}"


def progress(connection: Connection) -> JournalProgress:
    """How far things have come."""
    return JournalProgress(
        *connection.execute(f"SELECT {', '.join(JournalProgress._fields)} FROM progress").fetchone()
    )


def unable(what: str, error: Exception) -> RefusedError:
    """Say that the database is in trouble."""
    return RefusedError(503, f"the store cannot {what} ({error}): send this again", Retry_After="5")
