"""Bringing tables, estimates, profiles and signals up to what has landed, and fitting the model anew."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import prefect
from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.utilities.urls import url_for

from learnloom.flows.alarm import TOLD
from learnloom.flows.kept import call_delivery, is_kept, opened, step
from learnloom.flows.runtime import (
    RETRIES,
    RunProgress,
    do,
    is_under_prefect,
    logger,
    now,
    settings,
    tell,
    this_run,
)
from learnloom.pipelines.lake.turns import REFRESH
from learnloom.pipelines.refresh.errors import DayError
from learnloom.pipelines.refresh.refresh import RefreshSummary, count_changes, key_first
from learnloom.pipelines.refresh.refresh import refresh as refresh_now
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.train import train as train_now

REFRESHED = "learnloom.refreshed"
"""Event: what is said of students has been brought up to date."""
_STEPS = 60
"""Relations that a refresh computes, about."""
_SLOWEST = 8


@flow(name="refresh", flow_run_name="refresh as of {day}", **TOLD)
def refresh(
    day: str = "today", full: bool = False, refit: bool = False, since: str | None = None
) -> dict[str, Any]:
    """Bring everything up to what has landed, as of the end of a day; only changed students are computed anew.

    Buckets of students are computed as the settings say, here or elsewhere. Killed anywhere, readers see what stood
    before, and the next run goes on from the buckets done.

    Args:
        day: `today` in the school's time zone, or a date such as 2026-11-01.
        full: build everything anew.
        refit: fit a new model version first.
        since: a date such as 2026-11-01: compute every student anew of whom something has landed since that day
            began in the school's time zone, as after a sender's data were mended. Not with `full` or `refit`.

    Returns:
        What the refresh did.

    Raises:
        DayError: `day` or `since` is no day.
    """
    progress = RunProgress("refresh-progress", _STEPS)
    request = RefreshRequest.of_days(
        None if day == "today" else _day("day", day, "today, or a date"),
        now=now(),
        time_zone=settings().time_zone,
        full=full,
        refit=refit,
        since=_day("since", since, "a date") if since else None,
    )
    summary, changes = do(compute, request, progress)
    progress.end()
    logger().info(
        "%d new statements, %d students recomputed, %d signals raised, %d ended in %.1f s (%s)",
        summary.staged,
        summary.students,
        changes["raised"],
        changes["ended"],
        summary.seconds,
        summary.scope,
    )
    if is_under_prefect() and (progress.is_shown or not is_kept()):
        create_markdown_artifact(
            markdown=_page(summary, changes, progress), key="refresh", description="What the refresh did."
        )
    if summary.students and not is_kept():
        tell(REFRESHED, students=str(summary.students))
    return {
        "as_of": summary.as_of.isoformat(),
        "staged": summary.staged,
        "students": summary.students,
        **changes,
        "full_because": summary.full_because,
        "model_version": summary.model_version,
        "seconds": summary.seconds,
    }


def _day(parameter: str, told: str, expected: str) -> dt.date:
    try:
        return dt.date.fromisoformat(told)
    except ValueError as error:
        raise DayError(f"{parameter} is {told!r}: give {expected} such as 2026-11-01") from error


@task(name="compute", cache_policy=NO_CACHE, **RETRIES)
def compute(
    request: RefreshRequest, progress: Callable[[str], None]
) -> tuple[RefreshSummary, dict[str, int]]:
    """Compute and publish everything, as one transaction; count the signals that begin and end to stand."""
    chosen = settings()

    def begin(name: str) -> None:
        step()
        progress(name)

    with opened(this_run("refresh"), REFRESH) as warehouse:
        key_first(warehouse, chosen, now=now())
        summary = refresh_now(warehouse, chosen, request, clock=now, on_progress=begin)
        changes = count_changes(warehouse) if summary.students else {"raised": 0, "ended": 0}
    if any(changes.values()):
        call_delivery()
    return summary, changes


@flow(name="train", flow_run_name="train a model version", **TOLD)
def train(force: bool = False) -> dict[str, Any]:
    """Fit a new model version beside the one in use, and use it only where it is not worse.

    Args:
        force: use it even where it is worse.
    """
    summary = do(fit, force)
    verdict = summary["verdict"]
    logger().info("version %s (%s): %s", summary["model_version"], summary["model_kind"], verdict)
    if is_under_prefect():
        create_markdown_artifact(
            markdown=_training_page(summary), key="training", description="The new model version."
        )
        page = url_for("flow-run", obj_id=prefect.runtime.flow_run.id)
        if page is not None:
            create_link_artifact(
                link=page,
                link_text=f"version {summary['model_version']}",
                key="evaluation",
                description="How good the newest model version is.",
            )
    return summary


@task(name="fit", cache_policy=NO_CACHE, **RETRIES)
def fit(force: bool) -> dict[str, Any]:
    """Fit, judge and keep."""
    progress = RunProgress("train-progress", _STEPS)
    done = train_now(settings(), clock=now, force=force, run=this_run("train"), on_progress=progress)
    progress.end()
    return {**vars(done), "verdict": vars(done.verdict)}


def _page(summary: RefreshSummary, changes: Mapping[str, int], progress: RunProgress) -> str:
    slowest = sorted(progress.seconds.items(), key=lambda step: -step[1])[:_SLOWEST]
    rows = [
        ("as of", f"{summary.as_of:%Y-%m-%d %H:%M %Z}"),
        ("new statements", f"{summary.staged:,}"),
        ("students recomputed", f"{summary.students:,}"),
        ("scope", summary.scope),
        ("signals new", f"{changes['raised']:,}"),
        ("signals ended", f"{changes['ended']:,}"),
        ("model version", f"{summary.model_version}{', fitted just now' if summary.is_fitted else ''}"),
        ("seconds", f"{summary.seconds:.1f}"),
    ]
    return (
        _table(("what", "value"), rows)
        + "\n\n"
        + _table(("slowest step", "seconds"), [(step, f"{seconds:.2f}") for step, seconds in slowest])
    )


def _training_page(summary: dict[str, Any]) -> str:
    verdict = summary["verdict"]
    rows = [
        ("version", str(summary["model_version"])),
        ("kind", str(summary["model_kind"])),
        ("answers", f"{summary['n_answers']:,}"),
        ("students", f"{summary['n_students']:,}"),
        ("in use from the next refresh on", "yes" if summary["is_promoted"] else "no"),
        ("compared with version", str(verdict["against"])),
        ("log-loss", _figure(verdict["log_loss"])),
        ("log-loss of the version in use", _figure(verdict["log_loss_in_use"])),
    ]
    return _table(("what", "value"), rows)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}"


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join(lines)
