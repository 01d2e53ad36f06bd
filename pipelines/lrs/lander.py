"""Landing from the journal, in a thread beside the door; and reading back what the journal has let go."""

import logging
import threading
from typing import Final, Self

import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.consume import Patience
from learnloom.pipelines.ingest.land.dedupe import as_hashes, hash_of
from learnloom.pipelines.ingest.land.loop import LandingLoop
from learnloom.pipelines.ingest.land.run import LandingJob, TopicWriter
from learnloom.pipelines.ingest.land.tables import landed_content
from learnloom.pipelines.ingest.land.writer import LandingWriter
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.lrs.source import JournalSource
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.xapi.equality import is_same

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 30.0
_LAST_SECONDS: Final = 20.0


class Lander:
    """Lands what the journal holds for as long as the context is open, and then what is left of it."""

    def __init__(self, job: LandingJob, store: Store) -> None:
        """Land from `store` as `job` says."""
        self._job = job
        self._store = store
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lrs-land")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Land what is left, and end. What cannot land soon stays in the journal for the next time."""
        self._over.set()
        self._store.appended.set()
        self._thread.join(_LAST_SECONDS)
        self._job.stop.is_set = True
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._land()
            except LearnloomError as error:
                _log.error(
                    "landing has stopped, the journal goes on; it is tried again in %.0f s: %s",
                    _PAUSE_SECONDS,
                    error,
                )
            except Exception:  # noqa: BLE001 - statements are taken in, whatever goes wrong here
                _log.exception(
                    "landing has failed, the journal goes on; it is tried again in %.0f s", _PAUSE_SECONDS
                )
            else:
                return
            if self._over.wait(_PAUSE_SECONDS):
                return

    def _land(self) -> None:
        settings = self._job.settings
        policy = self._job.policy(max_seconds=settings.batch_seconds)
        loop = LandingLoop(
            self._job.judge(), policy, now=self._job.clock, stop=self._job.stop, observer=self._job.observer
        )
        source = JournalSource(
            self._store,
            max_records=settings.batch_records,
            max_bytes=settings.batch_bytes,
            is_over=self._over.is_set,
        )
        for attempt in Patience(loop.summary, stall_seconds=settings.stall_seconds, stop=self._job.stop):
            with (
                attempt,
                open_to_write(settings, run=self._job.run) as warehouse,
                LandingWriter(
                    warehouse, is_same=is_same, now=self._job.clock, wait_seconds=policy.wait_seconds
                ) as writer,
            ):
                loop.run(source, TopicWriter(self._job, writer, warehouse, None))
                return


class LandedContent:
    """Reads the bytes of statements from the warehouse; one at a time, over a connection that is held."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._lock = threading.Lock()
        self._warehouse: Warehouse | None = None

    def __call__(self, statement_id: str) -> bytes | None:
        """Give the bytes of a statement; None where it has not landed."""
        hashes = pa.array(as_hashes([hash_of(statement_id.encode())]))
        with self._lock:
            if self._warehouse is None:
                try:
                    self._warehouse = open_to_read(self._settings)
                except WarehouseMissingError:
                    return None
            return landed_content(self._warehouse, [statement_id], hashes).get(statement_id)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._warehouse is not None:
                self._warehouse.close()
                self._warehouse = None
