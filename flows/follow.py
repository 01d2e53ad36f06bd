"""What the live process does after landing: it refreshes whenever something has landed, and delivers beside that.

Refresh and delivery have a thread and a warehouse each: while events are sent the next refresh computes.
"""

import threading
import time
from abc import ABC, abstractmethod
from typing import Final

from learnloom.flows.deliver import NotServedError, deliver
from learnloom.flows.kept import KeptWarehouse, keep, step
from learnloom.flows.refresh import refresh
from learnloom.flows.runtime import logger, now
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.turns import DELIVERY, REFRESH, TurnTakenError, turn
from learnloom.pipelines.refresh import carry_out  # noqa: F401 - the first answer need not wait for what computes
from learnloom.pipelines.refresh.news import has_news

_LOOK_SECONDS: Final = 1.0
"""So often it is looked whether another process has landed something."""
_TIDY_SECONDS: Final = 60.0
"""So long, at the least, between two looks whether files are to be merged, where nobody waits."""
_TIDY_AT_LAST_SECONDS: Final = 600.0
"""The same where something comes all the time: then an answer waits for it, for seconds."""
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
_OUTBOX: Final = "feedback.outbox"
_MOST_EVENTS: Final = 1_000
"""So many for each subscriber at once: between two such, runs of other processes have their turn."""


class LiveWorker(ABC):
    """Does a work whenever it is called for, with a warehouse that stays open; for a thread of its own."""

    def __init__(self, chosen: Settings, *, next_worker: "LiveWorker | None" = None) -> None:
        """Begin with whatever an earlier process has left; what changes is for the next worker, if there is one."""
        self._kept = KeptWarehouse(chosen)
        if next_worker is not None:
            self._kept.on_changes = next_worker.note
        self._folder = chosen.warehouse
        self._step_seconds = chosen.flows.live_step_seconds
        self._is_called = threading.Event()
        self._is_called.set()
        self._is_closed = threading.Event()

    def note(self) -> None:
        """Take note that there is something to do; what comes meanwhile is done together next time."""
        self._is_called.set()

    def close(self) -> None:
        """Let what is in hand be the last."""
        self._is_closed.set()
        self._is_called.set()

    @property
    def is_hanging(self) -> bool:
        """Whether the work in hand has come no step further for too long."""
        return time.monotonic() - self._kept.stepped_at > self._step_seconds

    def follow(self) -> None:
        """Work until closed, and again after errors."""
        keep(self._kept)
        pause = FIRST_PAUSE_SECONDS
        while not self._is_closed.is_set():
            step()
            is_called = self._is_called.wait(_LOOK_SECONDS)
            self._is_called.clear()
            try:
                self._look(is_called=is_called)
                pause = FIRST_PAUSE_SECONDS
            except WarehouseMissingError:
                continue  # nothing has landed yet
            except TurnTakenError:
                self._is_closed.wait(_LOOK_SECONDS)
                self._is_called.set()
            except Exception as error:  # noqa: BLE001 - the run has failed, and somebody was told: try again
                logger().warning("trying again in %.0f s: %s", pause, error)
                self._is_closed.wait(pause)
                self._is_called.set()
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._kept.close()

    @abstractmethod
    def _look(self, *, is_called: bool) -> None:
        """Do what there is to do; uncalled, once a second, see whether there is anything."""


class Deliverer(LiveWorker):
    """Delivers whenever a refresh has changed something."""

    def _look(self, *, is_called: bool) -> None:
        if is_called and not self._is_closed.is_set():
            self.send()

    def send(self) -> None:
        """Deliver if there is anything to tell."""
        with self._kept.opened() as warehouse:
            if _OUTBOX not in filled_tables(warehouse):
                return
        with turn(self._folder, DELIVERY):
            try:
                sent = deliver(limit=_MOST_EVENTS)
            except NotServedError as error:
                # Its run has failed, and somebody was told: trying again is no use.
                sent = error.sent
        if any(each["is_cut"] for each in sent.values()):
            self.note()


class Follower(LiveWorker):
    """Refreshes whenever something has landed, and merges small files where nobody waits."""

    def __init__(self, chosen: Settings, deliverer: Deliverer | None) -> None:
        """`deliverer` is called by a refresh that has changed something; None: nobody subscribes to it."""
        super().__init__(chosen, next_worker=deliverer)
        self._wait_seconds = chosen.lock_wait_seconds
        self._snapshot = -1
        self._tidied_at = time.monotonic()

    def _look(self, *, is_called: bool) -> None:
        has_done = (is_called or self._has_changed()) and self.take_in()
        self._tidy_after(_TIDY_AT_LAST_SECONDS if has_done else _TIDY_SECONDS)

    def _has_changed(self) -> bool:
        """Whether anything was committed since: by a consumer, a store for HTTP, a command, or by us."""
        with self._kept.opened() as warehouse:
            before, self._snapshot = self._snapshot, warehouse.snapshot()
        return self._snapshot != before

    def take_in(self) -> bool:
        """Refresh if there is anything new; return whether there was."""
        with self._kept.opened() as warehouse:
            is_new = has_news(warehouse)
        if not is_new or self._is_closed.is_set():
            return False
        with turn(self._folder, REFRESH):
            refresh()
        return True

    def _tidy_after(self, seconds: float) -> None:
        """Merge small files where there are many, which takes seconds, if it has not been done for so long."""
        if time.monotonic() - self._tidied_at < seconds:
            return
        with self._kept.opened(Run("unattended", "live")) as warehouse:
            tidy_if_needed(warehouse, now=now(), wait_seconds=self._wait_seconds)
        self._tidied_at = time.monotonic()
