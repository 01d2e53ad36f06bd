"""The store's own tables, and the one writer that brings the work of many requests into one commit.

What `write` has returned from is on the disk, one flush for each group of requests.
"""

import queue
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.reader import JournalReader, progress, unable
from learnloom.pipelines.lrs.sqlite import SqliteDatabase

Result = TypeVar("Result")
Work = Callable[[Connection, int], Result]
"""What is done within a transaction; the second argument is the moment that counts as `stored`, in milliseconds."""

Item = TypeVar("Item")
_Asked = tuple[Work[Any], "Future[Any]"]

FOLDER: Final = "lrs"
"""In the warehouse's folder."""
_GROUP: Final = 64
"""Requests that share a commit, at the most."""


@dataclass(frozen=True)
class Joint(Generic[Item, Result]):
    """Work that is done once for all requests of a group that ask for it, on what all of them bring."""

    do: Callable[[Connection, int, Sequence[Item]], Result]
    items: Sequence[Item]

    def __call__(self, connection: Connection, moment: int) -> Result:
        """Do it for this request alone."""
        return self.do(connection, moment, self.items)


class Store(JournalReader):
    """Reads from any thread, and writes from one; use as a context manager."""

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime], database: Database | None = None
    ) -> None:
        """Open the store of a warehouse.

        Args:
            folder: the warehouse's folder; what the store has in files lies in `folder`/lrs.
            now: gives the present moment.
            database: where its tables are; None: in an SQLite file, which is made where there is none.
        """
        self.folder = folder / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = database or SqliteDatabase(self.folder, now=now)
        with database.transaction() as connection:
            connection.execute(
                "INSERT INTO journal VALUES (1, ?) ON CONFLICT DO NOTHING", (str(uuid.uuid4()),)
            )
            (journal_id,) = connection.execute("SELECT journal_id FROM journal").fetchone()
        super().__init__(database, str(journal_id))
        self._now = now
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._in_hand: int | None = None
        self._is_closed = False
        self.is_shared = database.is_shared
        """Whether other processes may serve it, too."""
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
        self.close()

    def milliseconds(self) -> int:
        """The present moment by this machine's clock, in milliseconds since 1970."""
        return int(self._now().timestamp() * 1_000)

    def consistent_through(self) -> int:
        """Up to when all that was stored can be read, in milliseconds since 1970; ask before you read."""
        if not self.is_shared:
            in_hand, moment = self._in_hand, self.milliseconds()
            return (moment if in_hand is None else min(moment, in_hand)) - 1
        with self.reading() as connection:
            moment = self._database.milliseconds(connection)
            if self._database.is_writing(connection):
                # What is being written gets a later moment than all that was written before.
                moment = min(moment, progress(connection).last_stored + 1)
            return moment - 1

    def note(self, **reached: int) -> None:
        """Keep up to which entry things have come, by names of `Progress`; never less than before."""

        def work(connection: Connection, _: int) -> None:
            for name, seq in reached.items():
                connection.execute(f"UPDATE progress SET {name} = ? WHERE {name} < ?", (seq, seq))

        self.write(work)

    def write(self, work: Work[Result]) -> Result:
        """Do `work` within a transaction, and return what it gives once that is on the disk.

        Raises:
            RefusedError: 503, the database does not take it, or the store is closing; nothing of it is kept, unless
                the database was lost just as it was kept.
            Exception: what `work` raises; then nothing of it is kept either.
        """
        if self._is_closed:
            raise RefusedError(503, "the store is stopping: send this again", Retry_After="5")
        done: Future[Result] = Future()
        self._queue.put((work, done))
        try:
            return done.result()
        finally:
            # Its error has this very place in its traceback: they would keep each other, and what was to be written.
            del done

    def _write_groups(self) -> None:
        while self._write_next():
            pass

    def _write_next(self) -> bool:
        """Write the next group; whether there may be more. What was written is let go of before that is waited for."""
        group = [self._queue.get()]
        while len(group) < _GROUP and not self._queue.empty():
            group.append(self._queue.get())
        self._write_group([one for one in group if one is not None])
        return None not in group

    def _write_group(self, group: list[_Asked]) -> None:
        try:
            with self._database.transaction() as connection:
                # Later than ever before, also where the clock is put back: the order of `stored` is the journal's.
                moment = max(progress(connection).last_stored + 1, self._database.milliseconds(connection))
                self._in_hand = moment
                done = [
                    one
                    for _, alike in groupby(group, key=_kind)
                    for one in self._worked(connection, moment, list(alike))
                ]
        except self._database.errors as error:
            for _, future in group:
                if not future.done():
                    future.set_exception(unable("write", error))
            return
        finally:
            self._in_hand = None
        for future, result in done:
            future.set_result(result)
        self.appended.set()

    def _worked(
        self, connection: Connection, moment: int, alike: list[_Asked]
    ) -> list[tuple[Future[Any], Any]]:
        """Do works of one kind together; where that fails, one by one: what has failed is undone alone.

        Returns:
            Who waits for a result, and the result.
        """
        work, first = alike[0]
        if isinstance(work, Joint):
            work = Joint(work.do, [item for each, _ in alike for item in each.items])  # type: ignore[attr-defined]
        connection.execute("SAVEPOINT one")
        try:
            result = work(connection, moment)
        except self._database.troubles:
            raise
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked for the work
            connection.execute("ROLLBACK TO SAVEPOINT one")
            connection.execute("RELEASE SAVEPOINT one")
            if len(alike) > 1:
                return [done for one in alike for done in self._worked(connection, moment, [one])]
            # As in `write`; where it is none of ours, its traceback is worth more.
            first.set_exception(error.with_traceback(None) if isinstance(error, RefusedError) else error)
            return []
        connection.execute("RELEASE SAVEPOINT one")
        return [(future, result) for _, future in alike]


def _kind(asked: _Asked) -> Any:
    """What is equal for works that are done together: nothing of one that is not joint, though it be the same one."""
    work, future = asked
    return work.do if isinstance(work, Joint) else future
