"""One process that stays: it lands what comes, and refreshes and delivers at once, each as a run of Prefect.

`learnloom serve` starts it (flows/live_process.py) and starts it again where it dies. Killed anywhere nothing is lost:
positions, refreshes and deliveries are transactions, and it begins with whatever was left.
"""

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from learnloom.flows.deliver import deliver
from learnloom.flows.kept import KeptWarehouse, keep, step
from learnloom.flows.landing_runs import LandingRuns, ShownSource
from learnloom.flows.prompt import prompt_runs
from learnloom.flows.refresh import refresh
from learnloom.flows.runtime import logger, now, settings
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.convert.opening import converting_topics
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.run import LandingJob, dead_letter_limit, land_topics
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import connection_of, topic_options
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.turns import DELIVERY, REFRESH, TurnTakenError, turn
from learnloom.pipelines.refresh.news import has_news
from learnloom.schemas.errors import LearnloomError

_LOOK_SECONDS: Final = 1.0
"""So often it is looked whether another process has landed something."""
_TIDY_SECONDS: Final = 60.0
"""So long, at the least, between two looks whether files are to be merged, where nobody waits."""
_TIDY_AT_LAST_SECONDS: Final = 600.0
"""The same where something comes all the time: then an answer waits for it, for seconds."""
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
_OUTBOX: Final = "feedback.outbox"
_MOST_EVENTS: Final = 1_000
"""So many for each subscriber at once: whoever is far behind, as a new one is, keeps no refresh waiting."""
_STOP_SECONDS: Final = 8.0
"""So long a refresh or delivery in hand may take to end after a request to stop."""


class Follower:
    """Refreshes and delivers whenever something has landed; what lands meanwhile is taken together next time."""

    def __init__(self, chosen: Settings) -> None:
        """Begin with whatever an earlier process has left."""
        self._kept = KeptWarehouse(chosen)
        self._folder = chosen.warehouse
        self._wait_seconds = chosen.lock_wait_seconds
        self._step_seconds = chosen.flows.live_step_seconds
        self._is_awake = threading.Event()
        self._is_awake.set()
        self._is_closed = threading.Event()
        self._has_subscribers = self._is_to_deliver = bool(chosen.subscriptions)
        self._snapshot = -1
        self._tidied_at = time.monotonic()

    def note(self) -> None:
        """Take note that something has landed."""
        self._is_awake.set()

    def close(self) -> None:
        """Let what is in hand be the last."""
        self._is_closed.set()
        self._is_awake.set()

    @property
    def is_hanging(self) -> bool:
        """Whether a refresh or delivery has come no step further for too long."""
        return time.monotonic() - self._kept.stepped_at > self._step_seconds

    def follow(self) -> None:
        """Refresh and deliver until closed; for a thread of its own."""
        keep(self._kept)
        pause = _FIRST_PAUSE_SECONDS
        while not self._is_closed.is_set():
            step()
            try:
                if self._is_awake.wait(_LOOK_SECONDS) or self._has_come_otherwise():
                    self._is_awake.clear()
                    self.take_in()
                    self._tidy_after(_TIDY_AT_LAST_SECONDS)
                else:
                    self._tidy_after(_TIDY_SECONDS)
                pause = _FIRST_PAUSE_SECONDS
            except WarehouseMissingError:
                continue  # nothing has landed yet
            except TurnTakenError:
                self._is_closed.wait(_LOOK_SECONDS)
                self._is_awake.set()
            except Exception as error:  # noqa: BLE001 - the run has failed, and somebody was told: try again
                logger().warning("trying again in %.0f s: %s", pause, error)
                self._is_closed.wait(pause)
                self._is_awake.set()
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._kept.close()

    def _has_come_otherwise(self) -> bool:
        """Whether another process has landed something: a consumer, a store for HTTP, a command."""
        with self._kept.opened() as warehouse:
            snapshot, before = warehouse.snapshot(), self._snapshot
            self._snapshot = snapshot
            return snapshot != before and has_news(warehouse)

    def take_in(self) -> None:
        """Refresh if there is anything new, and deliver if there is anything to tell."""
        with self._kept.opened() as warehouse:
            is_new = has_news(warehouse)
            self._is_to_deliver &= is_new or _OUTBOX in filled_tables(warehouse)
        if is_new and not self._is_closed.is_set():
            with turn(self._folder, REFRESH):
                done: dict[str, Any] = refresh()
            self._is_to_deliver |= self._has_subscribers and done["raised"] + done["ended"] > 0
        if self._is_to_deliver and not self._is_closed.is_set():
            with turn(self._folder, DELIVERY):
                sent = deliver(limit=_MOST_EVENTS).values()
            self._is_to_deliver = any(each["delivered"] >= _MOST_EVENTS for each in sent)
        if self._is_to_deliver:
            self._is_awake.set()

    def _tidy_after(self, seconds: float) -> None:
        """Merge small files where there are many, which takes seconds, if it has not been done for so long."""
        if time.monotonic() - self._tidied_at < seconds:
            return
        with self._kept.opened(Run("unattended", "live")) as warehouse:
            tidy_if_needed(warehouse, now=now(), wait_seconds=self._wait_seconds)
        self._tidied_at = time.monotonic()


class Lander:
    """Lands what comes to the topics, and tells the follower and Prefect."""

    def __init__(self, chosen: Settings, follower: Follower, runs: LandingRuns) -> None:
        """Nothing is read yet."""
        self._settings = chosen
        self._follower = follower
        self._runs = runs
        self._heartbeat = Heartbeat(chosen.hang_seconds)
        self._n_accepted = 0

    def land(self, stop: StopSignal) -> None:
        """Land until a stop is requested; after an error, which fails a run, again."""
        pause = _FIRST_PAUSE_SECONDS
        while not stop.is_set:
            began = time.monotonic()
            try:
                self._land_once(stop)
            except (LearnloomError, OSError) as error:
                if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                self._runs.has_failed(error)
                self._heartbeat.beat()
                with suppress(KeyboardInterrupt), stop.interruptible():
                    time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _land_once(self, stop: StopSignal) -> None:
        chosen, self._n_accepted = self._settings, 0
        options = topic_options(chosen, chosen.landed_topics)
        convert = converting_topics(chosen, options.topics)

        def shown(source: Source) -> Source:
            return ShownSource(convert(source) if convert is not None else source, self._runs)

        land_topics(
            LandingJob(
                chosen,
                now,
                stop,
                Run(f"live-{os.getpid()}", "flow land"),
                self._note,
                heartbeat=self._heartbeat,
            ),
            connection_of(chosen),
            options,
            dead_letter_limit=dead_letter_limit(chosen),
            convert=shown,
        )

    def _note(self, summary: ImportSummary) -> None:
        if summary.accepted > self._n_accepted:
            self._n_accepted = summary.accepted
            self._follower.note()
        self._runs.has_landed(summary)


def main(tag: str) -> None:
    """Land, refresh and deliver until SIGTERM, or until whoever started this is gone.

    Args:
        tag: marks the runs of this process in Prefect.
    """
    chosen = settings()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    follower, runs = Follower(chosen), LandingRuns()
    threading.Thread(target=end_if_hanging, args=(follower,), daemon=True).start()
    sys.stdout.write(f"learnloom: the live process, {os.getpid()}, lands, refreshes and delivers\n")
    sys.stdout.flush()
    threads = [
        threading.Thread(target=_prompt, args=(tag, work), daemon=True)
        for work in (follower.follow, runs.show)
    ]
    with StopSignal.from_signals() as stop:
        for thread in threads:
            thread.start()
        if chosen.landed_topics:
            Lander(chosen, follower, runs).land(stop)
        else:
            with suppress(KeyboardInterrupt), stop.interruptible():
                threading.Event().wait()
        follower.close()
        runs.close()
        until = time.monotonic() + _STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        # Nothing is lost: what is in hand has not been committed. Its run is ended by whoever started this.
        sys.stderr.flush()
        os._exit(1)


def _prompt(tag: str, work: Callable[[], None]) -> None:
    with prompt_runs(tag):
        work()


def end_if_hanging(follower: Follower) -> None:
    """Leave with the trace of each thread when a refresh or delivery hangs: whoever started this starts it again."""
    while not follower.is_hanging:
        time.sleep(_LOOK_SECONDS)
    sys.stderr.write(
        "learnloom: the live process came no step further within `flows.live_step_seconds`: it ends\n"
    )
    faulthandler.dump_traceback(all_threads=True)
    os._exit(1)


def _end_with_parent() -> None:
    """Ask this process to stop when standard input ends, as it does where its parent has died."""
    # Not by sys.stdin: its lock would be held as the interpreter ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1])
