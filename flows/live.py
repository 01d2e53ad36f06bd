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
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from learnloom.flows.follow import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Deliverer, Follower, LiveWorker
from learnloom.flows.landing_runs import LandingRuns, ShownSource
from learnloom.flows.prompt import prompt_runs
from learnloom.flows.runtime import now, settings
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.convert.opening import converting_topics
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.run import LandingJob, dead_letter_limit, land_topics
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import connection_of, topic_options
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.pipelines.lake.run import Run
from learnloom.schemas.errors import LearnloomError

_LOOK_SECONDS: Final = 1.0
"""So often it is looked whether a worker hangs."""
_STOP_SECONDS: Final = 8.0
"""So long a refresh or delivery in hand may take to end after a request to stop."""


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
        pause = FIRST_PAUSE_SECONDS
        while not stop.is_set:
            began = time.monotonic()
            try:
                self._land_once(stop)
            except (LearnloomError, OSError) as error:
                if time.monotonic() - began > LONGEST_PAUSE_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                self._runs.has_failed(error)
                self._heartbeat.beat()
                with suppress(KeyboardInterrupt), stop.interruptible():
                    time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

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
    deliverer = Deliverer(chosen) if chosen.subscriptions else None
    follower, runs = Follower(chosen, deliverer), LandingRuns()
    workers: list[LiveWorker] = [follower, deliverer] if deliverer is not None else [follower]
    threading.Thread(target=end_if_hanging, args=(workers,), daemon=True).start()
    sys.stdout.write(f"learnloom: the live process, {os.getpid()}, lands, refreshes and delivers\n")
    sys.stdout.flush()
    threads = [
        threading.Thread(target=_prompt, args=(tag, work), daemon=True)
        for work in (*(worker.follow for worker in workers), runs.show)
    ]
    with StopSignal.from_signals() as stop:
        for thread in threads:
            thread.start()
        if chosen.landed_topics:
            Lander(chosen, follower, runs).land(stop)
        else:
            with suppress(KeyboardInterrupt), stop.interruptible():
                threading.Event().wait()
        for worker in workers:
            worker.close()
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


def end_if_hanging(workers: Sequence[LiveWorker]) -> None:
    """Leave with the trace of each thread when a refresh or delivery hangs: whoever started this starts it again."""
    while not any(worker.is_hanging for worker in workers):
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
