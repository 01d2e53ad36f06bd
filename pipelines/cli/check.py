"""`learnloom check`."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.exits import Exit
from pipelines.cli.inputs import PathsArgument, file_source, limits
from pipelines.cli.options import JsonOption, read_settings
from pipelines.cli.output import Output
from pipelines.ingest.check import CheckReport
from pipelines.ingest.check import check as check_records

commands = typer.Typer(add_completion=False)


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
    out.record(asdict(report) | {"refused": report.refused, "share_valid": report.share_valid})
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
