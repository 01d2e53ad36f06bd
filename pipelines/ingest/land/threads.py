"""The second thread of a landing: it lands what the first one has read and judged.

Not a process: reading, judging and landing take about as much processor time together as the two cores have that they
share with the broker, and what is handed to another process would have to be written and read once more.
"""

import gc
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Final, Protocol, Self

from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.writer import Landed
from learnloom.pipelines.ingest.sources.source import Positions
from learnloom.pipelines.lake.errors import PositionConflictError

_OBJECTS_BETWEEN_COLLECTIONS: Final = 20_000


class BatchWriter(Protocol):
    """Lands batches, each in one transaction; belongs to the thread that lands."""

    def positions(self) -> Positions:
        """Read the stored positions: batches that go on from others are not landed from now on."""

    def land(self, batch: WriteBatch, streams: frozenset[str]) -> Landed:
        """Land one batch; see `LandingWriter.land`."""


class WriterThread:
    """The thread that lands, and what was handed over to it."""

    def __init__(self, writer: BatchWriter, streams: frozenset[str]) -> None:
        """Nothing is under way; `streams` are topics that can be read only once."""
        self._writer = writer
        self._streams = streams
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="land")
        self._pending: deque[Future[Landed]] = deque()

    def __enter__(self) -> Self:
        """Give the thread."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until nothing is under way."""
        self._thread.shutdown()

    def positions(self) -> Positions:
        """Read the stored positions."""
        return self._thread.submit(self._writer.positions).result()

    def hand_over(self, batch: WriteBatch) -> None:
        """Have a batch landed; in a copy of this thread's context, whose span is the one above that of landing."""
        land = copy_context().run
        self._pending.append(self._thread.submit(land, self._writer.land, batch, self._streams))

    def landed(self, left: int) -> Iterator[Landed]:
        """Wait until no more than `left` batches are under way; yield what became of the others."""
        while len(self._pending) > left or (self._pending and self._pending[0].done()):
            landed = self._pending[0].result()
            self._pending.popleft()
            yield landed

    def drop(self) -> Iterator[Landed]:
        """Throw away what the writer has not begun; yield what became of what it had."""
        while self._pending:
            future = self._pending.popleft()
            if not future.cancel():
                try:
                    yield future.result()
                except PositionConflictError:
                    continue  # not landed either: it is read again


class _RareCollections:
    """Looks for cyclic garbage more rarely while anything lands; landings of several threads may overlap.

    Records stand in memory by the ten thousand, and none in a cycle: by default a tenth of the time would go to looking
    at them again and again. The threshold is the process's, so it is that of before once the last landing has ended.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._landings = 0
        self._before = gc.get_threshold()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Collect rarely within the block."""
        with self._lock:
            if not self._landings:
                self._before = gc.get_threshold()
                gc.set_threshold(max(self._before[0], _OBJECTS_BETWEEN_COLLECTIONS), *self._before[1:])
            self._landings += 1
        try:
            yield
        finally:
            with self._lock:
                self._landings -= 1
                if not self._landings:
                    gc.set_threshold(*self._before)


fewer_collections = _RareCollections()
