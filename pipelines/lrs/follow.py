"""Statements that landed from files and from Kafka, brought into the store's index so that GET finds them.

The warehouse is followed by its snapshots: of each new one that added statements, those that the index has not
are read, and by what they are found is written; their bytes stay in the warehouse. Each bears as `stored` the moment at
which it came into the index: so `stored` goes by the order of the index, and pages and `Consistent-Through` are true.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple, Self

import orjson
import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.landed import Addition, added_by, additions_since, places_added_by
from learnloom.pipelines.ingest.land.tables import snapshot_time
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.held import HeldWarehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.access import authority_of
from learnloom.pipelines.lrs.database import Connection, insert
from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.give import LANDED
from learnloom.pipelines.lrs.journal import Incoming, Submitter, add_entries
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 100
"""Statements in one transaction of the store: those who send wait for it no longer than some 10 ms."""
_PLACES_AT_ONCE: Final = 1_000
"""Of statements that are in the index: a row of two numbers each."""
_ROWS: Final = 5_000
"""Statements of small snapshots that are read with one query; a larger snapshot is read alone."""
_POLL_SECONDS: Final = 1.0
_TROUBLE_SECONDS: Final = 30.0
_TOLD_SECONDS: Final = 10.0
_SENDER: Final = Submitter(LANDED, defines=True)


class LandedStatement(NamedTuple):
    """A statement as it stands in the warehouse."""

    statement_id: str
    landed_at: int
    """In microseconds since 1970."""
    raw: str = ""


class WarehouseFollower:
    """Follows the warehouse in a thread for as long as the context is open."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Bring what stands in the warehouse of `settings` into the index of `store`."""
        self._store = store
        self._version = settings.xapi_version
        self._held = HeldWarehouse(partial(open_to_read, settings))
        self._seen = -1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lrs-follow")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End after the transaction in hand; the next start goes on there."""
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """Have whoever catches up end after the transaction in hand."""
        self._over.set()

    def _run(self) -> None:
        with closing(self._held), closing(self._store.lease("follow")) as lease:
            while not self._over.is_set():
                pause = _POLL_SECONDS
                try:
                    if lease.is_held():
                        self.catch_up()
                except WarehouseMissingError:
                    pass  # nothing has landed yet
                except LearnloomError as error:
                    pause = _TROUBLE_SECONDS
                    _log.warning("the warehouse is not followed for now: %s", error)
                except Exception:  # noqa: BLE001 - what came over HTTP is found, whatever goes wrong here
                    pause = _TROUBLE_SECONDS
                    _log.exception("following the warehouse has failed; it is tried again in %.0f s", pause)
                self._over.wait(pause)

    def catch_up(self) -> None:
        """Take in what has landed since the last time, as far as there is time for it."""
        with self._held.lent() as warehouse:
            newest = warehouse.snapshot()
            if newest == self._seen:
                return
            start = self._start(warehouse, newest)
            is_laid_down = "landing.statement" in existing_tables(warehouse)
            additions = additions_since(warehouse, start) if is_laid_down else []
        progress = _Progress(sum(addition.rows for addition in additions))
        for some in _groups(additions):
            with self._held.lent() as warehouse:
                first, last = some[0].snapshot, some[-1].snapshot
                if not self._has_all(warehouse, first, last):
                    for batch in added_by(warehouse, first, last, at_once=_AT_ONCE):
                        self._take(_rows(batch))
                        if self._over.is_set():
                            return
                        progress.add(batch.num_rows)
                told = snapshot_time(warehouse, last)
            self._note(last, told or "")
        self._seen = newest

    def _start(self, warehouse: Warehouse, newest: int) -> int:
        """Up to which snapshot all is in the index; 0 where another warehouse was followed before, or none."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT snapshot, snapshot_time FROM followed").fetchone()
        if row is None:
            return 0
        snapshot, told = int(row[0]), str(row[1])
        # Of a snapshot that has expired nothing is known: it is taken for the same one.
        if snapshot > newest or snapshot_time(warehouse, snapshot) not in (told, None):
            _log.warning("the warehouse was restored, or is another one: all of it is looked through anew")
            return 0
        return snapshot

    def _note(self, snapshot: int, told: str) -> None:
        def work(connection: Connection, _: int) -> None:
            connection.execute(
                "INSERT INTO followed VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE "
                "SET snapshot = excluded.snapshot, snapshot_time = excluded.snapshot_time",
                (snapshot, told),
            )

        self._store.write(work)

    def _has_all(self, warehouse: Warehouse, first: int, last: int) -> bool:
        """Note where the statements of these snapshots have landed, as long as all came over HTTP; else False."""
        for batch in places_added_by(warehouse, first, last, at_once=_PLACES_AT_ONCE):
            rows = _rows(batch)
            with self._store.reading() as connection:
                there = _numbers(connection, rows)
            if any(row.statement_id not in there for row in rows):
                return False
            self._store.write(
                partial(_note_places, [(there[row.statement_id], row.landed_at) for row in rows])
            )
        return True

    def _take(self, rows: Sequence[LandedStatement]) -> None:
        """Write by what statements are found, and give way to who sends for as long as it took."""
        began = time.monotonic()
        with self._store.reading() as connection:
            there = _numbers(connection, rows)
        new = [found for row in rows if row.statement_id not in there for found in self._incoming(row)]

        def work(connection: Connection, moment: int) -> None:
            known = _numbers(connection, rows)
            missing = [one for one in new if one.statement_id not in known]
            if missing:
                add_entries(connection, moment, missing, is_journaled=False)
                known = _numbers(connection, rows)
            places = [(known[row.statement_id], row.landed_at) for row in rows if row.statement_id in known]
            _note_places(places, connection, moment)

        self._store.write(work)
        self._over.wait(time.monotonic() - began)

    def _incoming(self, row: LandedStatement) -> Iterator[Incoming]:
        try:
            statement = orjson.loads(row.raw)
            found = findable(statement, statement.get("authority") or authority_of(LANDED))
            version = statement.get("version", self._version)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Landing may take what a stricter reader does not: that one is left out, and the others go on.
            _log.warning(
                "statement %s is not found by GET, since it cannot be read: %r", row.statement_id, error
            )
            return
        yield Incoming(row.statement_id, b"", found, version, _SENDER)


class _Progress:
    """Tells now and then how far it has come."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._told = time.monotonic()

    def add(self, count: int) -> None:
        """Count what was done."""
        self._done += count
        if time.monotonic() - self._told >= _TOLD_SECONDS:
            self._told = time.monotonic()
            _log.info("%s of %s landed statements are found by GET", f"{self._done:,}", f"{self._total:,}")


def _groups(additions: Sequence[Addition]) -> Iterator[list[Addition]]:
    """Put small snapshots together, in order."""
    some: list[Addition] = []
    for addition in additions:
        if some and sum(one.rows for one in some) + addition.rows > _ROWS:
            yield some
            some = []
        some.append(addition)
    if some:
        yield some


def _rows(batch: pa.RecordBatch) -> list[LandedStatement]:
    return [
        LandedStatement(*row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    ]


def _note_places(places: Sequence[tuple[int, int]], connection: Connection, _: int) -> None:
    """Note when entries have landed."""
    insert(connection, "landed", sorted(places), otherwise="ON CONFLICT DO NOTHING")


def _numbers(connection: Connection, rows: Sequence[LandedStatement]) -> dict[str, int]:
    """The numbers of the entries of those statements that have one."""
    marks = ", ".join("?" * len(rows))
    found = connection.execute(
        f"SELECT id, seq FROM entry WHERE id IN ({marks})", [row.statement_id for row in rows]
    )
    return dict(found.fetchall())
