"""The store's own database: an SQLite file whose one writer brings the work of many requests into one commit.

What `write` has returned from is on the disk: WAL with `synchronous=FULL`, one flush for each group of requests.
"""

import queue
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.tables import TABLES

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection, int], Result]
"""What is done within a transaction; the second argument is the moment that counts as `stored`, in milliseconds."""

FOLDER: Final = "lrs"
"""In the warehouse's folder."""
_FILE: Final = "lrs.sqlite"
_GROUP: Final = 64
"""Requests that share a commit, at the most."""
_BUSY_SECONDS: Final = 10.0
_CACHE_KIB: Final = 2_048
"""Of each connection, of which every thread has one."""


class Store:
    """Reads from any thread, and writes from one; use as a context manager."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        """Open the database in `folder`/lrs, making it where there is none; `now` gives the present moment."""
        self.folder = folder / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._now = now
        self._threads = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._in_hand: int | None = None
        self._is_closed = False
        with self.reading() as connection:
            connection.executescript(TABLES)
            connection.execute("INSERT OR IGNORE INTO journal VALUES (1, ?)", (str(uuid.uuid4()),))
            connection.commit()
            (self.journal_id,) = connection.execute("SELECT journal_id FROM journal").fetchone()
            (self._last,) = connection.execute("SELECT coalesce(max(stored), 0) FROM entry").fetchone()
        self.landed: int | None = None
        """Up to which entry the journal has landed; None: nobody has looked yet."""
        self.appended = threading.Event()
        """Set after each commit; whoever waits for news clears it."""
        self._writer = threading.Thread(target=self._write_groups, name="lrs-write", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        """Give the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is in hand, and close."""
        self._is_closed = True
        self._queue.put(None)
        self._writer.join()
        for connection in self._connections:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.folder / _FILE, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            f"PRAGMA cache_size=-{_CACHE_KIB}; PRAGMA temp_store=MEMORY"
        )
        with self._lock:
            self._connections.append(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection, to read with."""
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = self._connect()
        yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection within a transaction: all that is read is of one moment."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def consistent_through(self) -> int:
        """Up to when all that was stored can be read, in milliseconds since 1970; ask before you read."""
        in_hand, moment = self._in_hand, self._milliseconds()
        return (moment if in_hand is None else min(moment, in_hand)) - 1

    def waiting(self) -> int:
        """Count the entries that have not landed, as far as is known."""
        if self.landed is None:
            return 0
        with self.reading() as connection:
            (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()
        return max(int(last) - self.landed, 0)

    def write(self, work: Work[Result]) -> Result:
        """Do `work` within a transaction, and return what it gives once that is on the disk.

        Raises:
            RefusedError: 503, the disk does not take it, or the store is closing; nothing of it is kept.
            Exception: what `work` raises; then nothing of it is kept either.
        """
        if self._is_closed:
            raise RefusedError(503, "the store is stopping: send this again", Retry_After="5")
        done: Future[Result] = Future()
        self._queue.put((work, done))
        return done.result()

    def _milliseconds(self) -> int:
        return int(self._now().timestamp() * 1_000)

    def _write_groups(self) -> None:
        connection = self._connect()
        is_open = True
        while is_open:
            group = [self._queue.get()]
            while len(group) < _GROUP and not self._queue.empty():
                group.append(self._queue.get())
            is_open = None not in group
            self._write_group(connection, [one for one in group if one is not None])

    def _write_group(
        self, connection: sqlite3.Connection, group: list[tuple[Work[Any], Future[Any]]]
    ) -> None:
        # Never earlier than before, also where the clock is put back: the order of `stored` is that of the journal.
        self._last = self._in_hand = max(self._last, self._milliseconds())
        done: list[tuple[Future[Any], Any]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work, future in group:
                connection.execute("SAVEPOINT one")
                try:
                    done.append((future, work(connection, self._in_hand)))
                except sqlite3.OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001 - it is handed to whoever asked for the work
                    connection.execute("ROLLBACK TO one")
                    future.set_exception(error)
                connection.execute("RELEASE one")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            told = RefusedError(503, f"the store cannot write ({error}): send this again", Retry_After="5")
            for _, future in group:
                if not future.done():
                    future.set_exception(told)
            return
        finally:
            self._in_hand = None
        for future, result in done:
            future.set_result(result)
        self.appended.set()
