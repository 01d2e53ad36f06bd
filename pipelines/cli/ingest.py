"""`learnloom import` and `learnloom check`."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Exit, JsonOption, WarehouseOption, now, open_to_write, read_settings
from pipelines.cli.output import Output
from pipelines.ingest.check import CheckReport
from pipelines.ingest.check import check as check_records
from pipelines.ingest.files import FileSource
from pipelines.ingest.land import ImportSummary, Interruption, import_statements
from pipelines.ingest.reading import Limits
from pipelines.ingest.validate import judge
from pipelines.settings import Settings
from pipelines.warehouse.maintain import tidy_if_needed
from schemas.xapi.equality import is_same

commands = typer.Typer()

PathsArgument = Annotated[
    list[Path],
    typer.Argument(
        help="JSON lines, JSON arrays or an LRS's answer, also gzip or zstd; folders; - for standard input."
    ),
]


@commands.command(name="import", epilog="Example: learnloom import statements/ more.jsonl.gz")
def import_(paths: PathsArgument, *, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Validate statements and land them in the warehouse, each exactly once.

    Stopped or killed at any moment, the same command goes on where it was; done twice, nothing lands twice. What
    is refused is kept with its reason: see `learnloom dead`. Exit code 3: something was refused or unreadable.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    summary = land(out, settings, paths)
    tell_import(out, summary)
    if summary.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if summary.dead or summary.problems:
        raise typer.Exit(Exit.SOME_REFUSED)


def land(out: Output, settings: Settings, paths: list[Path]) -> ImportSummary:
    """Import files with progress; Ctrl-C lets the batch in hand finish."""
    source = file_source(settings, paths)
    with (
        open_to_write(settings) as warehouse,
        Interruption.from_signals() as interruption,
        out.progress("importing") as tick,
    ):
        summary = import_statements(
            source,
            warehouse,
            judge=partial(judge, default_version=settings.xapi_version, limits=limits(settings)),
            is_same=is_same,
            now=now,
            wait_seconds=settings.lock_wait_seconds,
            max_records=settings.batch_records,
            max_bytes=settings.batch_bytes,
            progress=lambda done: tick(f"{done.read:,} read, {done.accepted:,} landed, {done.dead:,} refused"),
            interruption=interruption,
        )
        tidy_if_needed(warehouse, now=now(), wait_seconds=settings.lock_wait_seconds)
    return summary


def limits(settings: Settings) -> Limits:
    """The bounds on a statement that the settings name."""
    return Limits(max_bytes=settings.max_statement_bytes)


def file_source(settings: Settings, paths: list[Path]) -> FileSource:
    """The files to read, with the settings' limits."""
    return FileSource(
        paths,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        stdin=sys.stdin.buffer,
    )


def tell_import(out: Output, summary: ImportSummary) -> None:
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
    rate = f" ({summary.read / summary.seconds:,.0f} a second)" if summary.seconds > 1 else ""
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


@commands.command(epilog="Example: learnloom check statements.jsonl")
def check(
    paths: PathsArgument,
    *,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Kinds of faults to show.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Judge statements without landing them: what is wrong, where, and what to do.

    Exit code 3: something is wrong with some of them.
    """
    out = Output(as_json=as_json)
    settings = read_settings()
    source = file_source(settings, paths)

    def records() -> Iterator[tuple[str, bytes | None]]:
        for batch in source.batches({}):
            for record in batch.records:
                yield f"{batch.topic}:{record.offset + 1}", record.value

    with out.progress("judging"):
        report = check_records(
            records(), default_version=settings.xapi_version, limits=limits(settings), top=top
        )
    tell_check(out, report)
    for problem in source.problems:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    if report.refused or source.problems:
        raise typer.Exit(Exit.SOME_REFUSED)


def tell_check(out: Output, report: CheckReport) -> None:
    """Say how much is valid and what is wrong with the rest."""
    out.record(report)
    if report.share_valid is None:
        out.say("There is no record in it.")
        return
    out.say(f"{report.valid:,} of {report.records:,} records are valid ({report.share_valid:.2%}).")
    for fault in report.faults:
        out.say(
            "",
            f"{fault.rule}: {fault.statements:,} records, for example {fault.sample_source}",
            f"  {fault.message}",
        )
    if report.more_faults:
        out.say("", f"… and {report.more_faults:,} more kinds of faults (--top).")
