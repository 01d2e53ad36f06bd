"""`learnloom refresh`."""

import datetime as dt
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.operate.summary import newest_before
from learnloom.pipelines.refresh.refresh import RefreshSummary, refresh_and_tidy
from learnloom.pipelines.refresh.request import RefreshRequest

commands = typer.Typer(add_completion=False)

_QUIET_DAYS = 28


@commands.command(epilog="Example: learnloom refresh --as-of 2026-11-01")
def refresh(
    *,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Compute everything as of the end of this day. Default: today."
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Recompute everything, not only what has changed.")
    ] = False,
    refit: Annotated[
        bool,
        typer.Option("--refit", help="Fit a new model version (difficulties, norms) first; implies --full."),
    ] = False,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="Backfill: recompute all students with records landed on or after this day.",
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Update tables, estimates, profiles and signals with the statements that have landed.

    Only students with new statements are recomputed, unless the day, the rules, the settings or the skill map have
    changed since the last refresh.
    """
    if since is not None and (full or refit):
        raise typer.BadParameter(
            "use --from without --full and --refit, which recompute all students", param_hint="--from"
        )
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    request = RefreshRequest.of_days(
        as_of.date() if as_of else None,
        now=now(),
        time_zone=settings.time_zone,
        full=full,
        refit=refit,
        since=since.date() if since else None,
    )
    report_refresh(out, run_refresh(out, settings, request))


def run_refresh(out: Output, settings: Settings, request: RefreshRequest) -> RefreshSummary:
    """Refresh with progress.

    Raises:
        WarehouseMissingError: nothing has landed yet.
        StudentSecretError, WarehouseBusyError: as `refresh_and_tidy`.
    """
    with open_to_write(settings, must_exist=True, run=run_of("refresh")) as warehouse:
        with out.progress("refreshing") as tick:
            summary = refresh_and_tidy(warehouse, settings, request, clock=now, on_progress=tick)
        newest = None
        if summary.students:  # else it was said before
            newest = newest_before(warehouse, summary.as_of - dt.timedelta(days=_QUIET_DAYS))
    if newest is not None:
        out.note(
            f"learnloom: the newest statement is from {newest:%Y-%m-%d}. To see the students as of that day: "
            f"learnloom refresh --as-of {newest:%Y-%m-%d}"
        )
    return summary


def report_refresh(out: Output, summary: RefreshSummary) -> None:
    """Print what a refresh did."""
    out.record(summary)
    out.say(
        f"{summary.staged:,} new statements, {summary.students:,} students computed in {summary.seconds:.1f} s "
        f"({summary.scope})."
    )
    fitted = ", fitted just now" if summary.is_fitted else ""
    out.say(f"As of {summary.as_of:%Y-%m-%d %H:%M %Z}, model version {summary.model_version}{fitted}.")
