"""Landing what has come: topics drained, and files of a folder."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from learnloom.flows.alarm import TOLD
from learnloom.flows.runtime import (
    RETRIES,
    do,
    due_at,
    is_under_prefect,
    logger,
    now,
    settings,
    tell,
    this_run,
)
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.convert.opening import converted_files, converting_topics
from learnloom.pipelines.ingest.land import run as jobs
from learnloom.pipelines.ingest.land.loop import ImportSummary, LandingObserver
from learnloom.pipelines.ingest.land.run import LandingJob, dead_letter_limit
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import connection_of, file_source, topic_options

LANDED = "learnloom.landed"
"""Event: statements have landed that were not there before."""

_LEAST_SECONDS: Final = 1.0
"""So long brokers are waited for by a run that began late."""


@flow(name="land", flow_run_name="land what has come", **TOLD)
def land(
    topics: list[str] | None = None, inbox: str | None = None, listen_seconds: float = 0.0
) -> dict[str, Any]:
    """Land everything that topics and folder hold now, each statement exactly once.

    With `listen_seconds` it goes on listening to the topics, and what comes meanwhile triggers a refresh at once: a run
    that has to be started first takes seconds.

    Killed anywhere, the next run goes on from the positions in the warehouse.

    Args:
        topics: topics to drain; default: those of the settings.
        inbox: folder whose files are landed; in the folders that the setting `conversions` names they are converted
            first. Default: that of the settings.
        listen_seconds: how long to go on listening, from when the run was to start; 0: end where all has landed.

    Returns:
        Records read, accepted, duplicates and refused.
    """
    chosen = settings()
    totals = ImportSummary()
    names = list(topics if topics is not None else chosen.landed_topics)
    for name in names if listen_seconds == 0 else []:
        totals.add(do(drain_topic, name))
    folder = inbox or chosen.flows.inbox
    if folder is not None:
        totals.add(do(land_files, str(folder)))
        for converted in sorted(each.inbox_folder for each in chosen.conversions):
            if (Path(folder) / converted).is_dir():
                totals.add(do(convert_files, str(folder), converted))
    if totals.accepted:
        tell(LANDED, accepted=str(totals.accepted))
    if names and listen_seconds > 0:
        totals.add(do(listen, names, listen_seconds))
    told = {
        "read": totals.read,
        "accepted": totals.accepted,
        "duplicates": totals.duplicates,
        "refused": totals.dead,
    }
    logger().info("%d records read: %d new statements landed, %d known already, %d refused", *told.values())
    if totals.refused and is_under_prefect():
        create_table_artifact(
            table=[{"rule": rule, "records": count} for rule, count in totals.refused.most_common()],
            key="refused",
            description="What was refused, by rule. Why, and what to do: learnloom dead",
        )
    return told


@task(name="drain topic", task_run_name="drain {topic}")  # `land_topics` has the patience
def drain_topic(topic: str) -> ImportSummary:
    """Land what stood in a topic when this began, for a bounded time."""
    chosen = settings()
    options = topic_options(chosen, (topic,), until_caught_up=True)
    return jobs.land_topics(
        _job(chosen),
        connection_of(chosen),
        options,
        dead_letter_limit=dead_letter_limit(chosen),
        convert=converting_topics(chosen, options.topics),
    )


@task(name="listen")  # the next run is the one that tries again: it comes sooner than a retry would end
def listen(topics: list[str], seconds: float) -> ImportSummary:
    """Land what stands in topics and what comes to them, for some time, and tell of it as it lands.

    Brokers that are away are waited for no longer than it would listen, else runs that wait would keep the next from
    looking into the inbox.
    """
    stop_at = due_at() + dt.timedelta(seconds=seconds)
    chosen = _patient_until(stop_at, settings())
    notifier = LandingNotifier(chosen.flows.refresh_pause_seconds)

    def is_over() -> bool:
        notifier.notify_if_due()
        return now() >= stop_at

    options = topic_options(chosen, topics, is_over=is_over)
    try:
        return jobs.land_topics(
            _job(chosen, notifier),
            connection_of(chosen),
            options,
            dead_letter_limit=dead_letter_limit(chosen),
            convert=converting_topics(chosen, options.topics),
        )
    finally:
        notifier.notify()


def _patient_until(stop_at: dt.datetime, chosen: Settings) -> Settings:
    left = max(_LEAST_SECONDS, (stop_at - now()).total_seconds())
    return chosen.model_copy(update={"stall_seconds": min(chosen.stall_seconds, left)})


class LandingNotifier:
    """Emits an event for what has landed: the first at once, then not too often, for each event starts a refresh."""

    def __init__(self, pause_seconds: float) -> None:
        """Nothing has landed yet.

        Args:
            pause_seconds: time between two events, at the least.
        """
        self._pause = dt.timedelta(seconds=pause_seconds)
        self._landed = self._notified = 0
        self._notified_at: dt.datetime | None = None

    def __call__(self, summary: ImportSummary) -> None:
        """Take note of how far landing has come, and emit an event if it is time."""
        self._landed = summary.accepted
        self.notify_if_due()

    def notify_if_due(self) -> None:
        """Emit an event for what has landed if it is time."""
        if self._notified_at is None or now() >= self._notified_at + self._pause:
            self.notify()

    def notify(self) -> None:
        """Emit an event for what has landed since the last one, if anything has."""
        if self._landed > self._notified:
            tell(LANDED, accepted=str(self._landed - self._notified))
            self._notified, self._notified_at = self._landed, now()


@task(name="land files", task_run_name="land {folder}", **RETRIES)
def land_files(folder: str) -> ImportSummary:
    """Land the files of a folder, as far as they have not been."""
    chosen = settings()
    passed_over = [Path(folder) / each.inbox_folder for each in chosen.conversions]
    return _told(jobs.land_files(_job(chosen), file_source(chosen, [Path(folder)], passed_over=passed_over)))


@task(name="convert files", task_run_name="convert {folder}", **RETRIES)
def convert_files(inbox: str, folder: str) -> ImportSummary:
    """Convert and land the files of a folder of the inbox, as far as they have not been."""
    chosen = settings()
    conversion = next(each for each in chosen.conversions if each.inbox_folder == folder)
    files = converted_files(chosen, conversion, [Path(inbox) / folder])
    done = jobs.land_files(_job(chosen), files)
    if files.receipt.read:
        logger().info("%s: %s", folder, files.receipt.as_dict())
    return _told(done)


def _told(done: ImportSummary) -> ImportSummary:
    for problem in done.problems:
        logger().warning("%s: %s", problem.name, problem.message)
    return done


def _job(chosen: Settings, observer: LandingObserver | None = None) -> LandingJob:
    stop_at = now() + dt.timedelta(seconds=chosen.flows.land_max_seconds)
    return LandingJob(chosen, now, StopSignal(), this_run("land"), observer, stop_at)
