"""Landing what has come: topics drained, and files of a folder."""

import datetime as dt
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from flows.alarm import TOLD
from flows.running import RETRIES, do, is_under_prefect, logger, now, settings, tell, this_run
from pipelines.ingest.interruption import Interruption
from pipelines.ingest.kafka.dead_share import DeadShare
from pipelines.ingest.land import ImportSummary
from pipelines.jobs.land import Landing
from pipelines.jobs.opening import connection_of, file_source, reading_of
from pipelines.settings import Settings

LANDED = "learnloom.landed"
"""Event: statements have landed that were not there before."""


@flow(name="land", flow_run_name="land what has come", **TOLD)
def land(topics: list[str] | None = None, inbox: str | None = None) -> dict[str, Any]:
    """Land everything that topics and folder hold now, each statement exactly once.

    Killed anywhere, the next run goes on from the positions in the warehouse.

    Args:
        topics: topics to drain; default: those of the settings.
        inbox: folder whose files are landed; default: that of the settings.

    Returns:
        Records read, accepted, duplicates and refused.
    """
    chosen = settings()
    totals = ImportSummary()
    for name in topics if topics is not None else chosen.flows.topics:
        totals.add(do(drain_topic, name))
    folder = inbox or chosen.flows.inbox
    if folder is not None:
        totals.add(do(land_files, str(folder)))
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
    if totals.accepted:
        tell(LANDED, accepted=str(totals.accepted))
    return told


@task(name="drain topic", task_run_name="drain {topic}", **RETRIES)
def drain_topic(topic: str) -> ImportSummary:
    """Land what stood in a topic when this began, for a bounded time."""
    chosen = settings()
    reading = reading_of(chosen, (topic,), until_caught_up=True)
    guard = DeadShare(chosen.dead_share, chosen.dead_window)
    return _landing(chosen).topics(connection_of(chosen), reading, guard=guard)


@task(name="land files", task_run_name="land {folder}", **RETRIES)
def land_files(folder: str) -> ImportSummary:
    """Land the files of a folder, as far as they have not been."""
    chosen = settings()
    done = _landing(chosen).files(file_source(chosen, [Path(folder)]))
    for problem in done.problems:
        logger().warning("%s: %s", problem.name, problem.message)
    return done


def _landing(chosen: Settings) -> Landing:
    stop_at = now() + dt.timedelta(seconds=chosen.flows.land_max_seconds)
    return Landing(chosen, now, Interruption(), this_run("land"), logger().debug, stop_at)
