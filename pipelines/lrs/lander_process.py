"""Landing in a process of its own: in one process the threads that answer would wait for it, and it for them.

It reads the journal itself, and asks the process that began it for what is written there, so one process writes. It
ends with that one, whichever way that ends: all that it does may be broken off anywhere. Where it ends by itself,
another one takes its place.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from typing import Any, Final, Self

from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.lrs.keeping import Keeper
from learnloom.pipelines.lrs.lander import LAST_SECONDS, keep_landing, land_journal, land_topic
from learnloom.pipelines.lrs.reader import JournalProgress
from learnloom.pipelines.lrs.stores import open_reader
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_SPAWN: Final = get_context("spawn")
_PAUSE_SECONDS: Final = 1.0


class KeepingError(LearnloomError):
    """The process that writes to the journal could not."""


@dataclass(frozen=True)
class Order:
    """What a process is to land."""

    job: LandingJob
    journal_id: str
    topic: str | None
    """Of Kafka; None: from the journal."""
    prepare: Callable[[], None]
    """What the process does first, such as saying where it logs to."""


class LandingProcess:
    """Has a process land for as long as the context is open, and then what is left."""

    def __init__(self, order: Order, keeper: Keeper) -> None:
        """Have `order` carried out; `keeper` writes to the journal."""
        self._order = order
        self._keeper = keeper
        self._over = threading.Event()
        self._process: Any = None
        self._orders: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="lrs-land")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Have what is left landed, and end. What cannot land soon stays in the log for the next time."""
        self._over.set()
        self._tell_over()
        self._thread.join(LAST_SECONDS)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()
        self._thread.join()

    def _run(self) -> None:
        while True:
            code = self._carried_out()
            if self._over.is_set():
                return
            _log.error(
                "the process that lands has ended (exit code %s), statements are taken in; another one is started in "
                "%.0f s",
                code,
                _PAUSE_SECONDS,
            )
            if self._over.wait(_PAUSE_SECONDS):
                return

    def _carried_out(self) -> int | None:
        """Start a process, and write for it until it ends; gives its exit code."""
        asks, asked = _SPAWN.Pipe()
        heard, orders = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_land, args=(self._order, heard, asked), name="lrs-land")
        with asks, orders:
            with heard, asked:
                # Signals may come to all processes of a group, and this one ends when it is told that it is over. It
                # inherits that they are blocked, which the tracker, where it has to be started, would undo.
                resource_tracker.ensure_running()
                signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
                process.start()
            self._process, self._orders = process, orders
            if self._over.is_set():
                self._tell_over()
            self._serve(asks)
            process.join()
        return process.exitcode

    def _tell_over(self) -> None:
        # It may have ended, or have been told before it was there.
        if self._orders is not None:
            with suppress(OSError):
                self._orders.send(None)

    def _serve(self, asks: Connection) -> None:
        """Write what the process asks for, until it ends."""
        with suppress(EOFError, OSError):
            while True:
                name, number = asks.recv()
                try:
                    answer = getattr(self._keeper, name)(number)
                except LearnloomError as error:
                    answer = str(error)
                asks.send(answer)


class _AskingKeeper:
    """Has the process that began this one write."""

    def __init__(self, asked: Connection) -> None:
        self._asked = asked

    def go_on(self, position: int) -> JournalProgress:
        """Note from where landing reads on."""
        answer: JournalProgress = self._ask("go_on", position)
        return answer

    def let_go(self, landed: int) -> None:
        """Let go of bytes."""
        self._ask("let_go", landed)

    def _ask(self, name: str, number: int) -> Any:
        try:
            self._asked.send((name, number))
            answer = self._asked.recv()
        except (EOFError, OSError):
            raise SystemExit(1) from None  # who began this is gone
        if isinstance(answer, str):
            raise KeepingError(answer)
        return answer


def _land(order: Order, orders: Connection, asked: Connection) -> None:
    """Land, in the process that was started for it."""
    order.prepare()
    over = threading.Event()
    with closing(open_reader(order.job.settings, order.journal_id, now=order.job.clock)) as reader:
        threading.Thread(target=_hear, args=(orders, over, reader.appended), daemon=True).start()
        if order.topic is None:
            keep_landing(partial(land_journal, order.job, reader, _AskingKeeper(asked)), over)
        else:
            keep_landing(partial(land_topic, order.job, order.topic), over)


def _hear(orders: Connection, over: threading.Event, appended: threading.Event) -> None:
    """Wait to be told that it is over; and end at once, wherever that is, once nobody is there to tell it."""
    with suppress(EOFError, OSError):
        while True:
            orders.recv()
            over.set()
            appended.set()
    os._exit(1)
