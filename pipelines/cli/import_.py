"""`learnloom import`."""

import sys
from pathlib import Path

import typer

from pipelines.cli.options import Exit, JsonOption, PathsArgument, WarehouseOption, now, run_of
from pipelines.cli.output import Output
from pipelines.ingest.interruption import Interruption
from pipelines.ingest.land import ImportSummary
from pipelines.jobs.land import Landing
from pipelines.jobs.opening import file_source
from pipelines.settings import Settings, read_settings

commands = typer.Typer(add_completion=False)

# Records from which a rate says something.
_ENOUGH = 1_000


@commands.command(name="import", epilog="Example: learnloom import statements/ more.jsonl.gz")
def import_(paths: PathsArgument, *, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Validate statements and land them in the warehouse, each exactly once.

    Stopped or killed at any moment, the same command goes on where it was; done twice, nothing lands twice. What
    is refused is kept with its reason: see `learnloom dead`. Exit code 3: something was refused or unreadable.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    summary = land(out, settings, paths)
    report_import(out, summary)
    if summary.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if summary.dead or summary.problems:
        raise typer.Exit(Exit.SOME_REFUSED)


def land(out: Output, settings: Settings, paths: list[Path]) -> ImportSummary:
    """Import files with progress; Ctrl-C lets the batch in hand finish."""
    source = file_source(settings, paths, stdin=sys.stdin.buffer)
    with Interruption.from_signals() as interruption, out.progress("importing") as tick:
        return Landing(settings, now, interruption, run_of("import"), tick).files(source)


def report_import(out: Output, summary: ImportSummary) -> None:
    """Say how far an import came."""
    out.record(
        {
            "read": summary.read,
            "accepted": summary.accepted,
            "duplicates": summary.duplicates,
            "refused": dict(summary.refused.most_common()),
            "bytes": summary.size,
            "seconds": round(summary.seconds, 3),
            "problems": [problem._asdict() for problem in summary.problems],
            "is_interrupted": summary.is_interrupted,
        }
    )
    rate = f" ({summary.read / summary.seconds:,.0f} a second)" if summary.read >= _ENOUGH else ""
    out.say(
        f"{summary.read:,} records read{rate}: {summary.accepted:,} new statements landed, "
        f"{summary.duplicates:,} known already, {summary.dead:,} refused."
    )
    if summary.read == 0 and not summary.problems:
        out.say("There was nothing new to read.")
    if summary.refused and not out.as_json:
        rows = summary.refused.most_common(10)
        out.table(["refused by rule", "records"], rows)
        out.say("Why, and what to do: learnloom dead")
    for problem in summary.problems:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    if summary.is_interrupted:
        out.note("learnloom: stopped as asked; the same command goes on from there")
