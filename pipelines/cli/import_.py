"""`learnloom import`."""

import sys
from typing import Annotated

import typer

from learnloom.pipelines.cli.conversion_options import (
    CourseOption,
    HomePageOption,
    MapOption,
    QuizOption,
    SourceOption,
    TimeZoneOption,
    report_receipt,
)
from learnloom.pipelines.cli.options import Exit, JsonOption, PathsArgument, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.convert.opening import converted_files
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.source import InputSource

commands = typer.Typer(add_completion=False)

# Fewest records for which a rate is meaningful.
_ENOUGH = 1_000


@commands.command(name="import", epilog="Example: learnloom import statements/ more.jsonl.gz")
def import_(
    paths: PathsArgument,
    *,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Convert the files from this format first: `learnloom convert --list`.",
            rich_help_panel="Conversion",
        ),
    ] = None,
    home_page: HomePageOption = "",
    source: SourceOption = "",
    course: CourseOption = None,
    quiz: QuizOption = None,
    time_zone: TimeZoneOption = None,
    map_: MapOption = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Convert files that were read before, too; what lands last stands.",
            rich_help_panel="Conversion",
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate statements and land them in the warehouse, each exactly once.

    With --format, what is no xAPI is converted first; what its source has corrected takes the place of what landed
    before.

    If the import is stopped or killed, run the same command again: it resumes where it stopped, and no statement lands
    twice. Refused records are kept with the reason: see `learnloom dead`. Exit code 3: some records were refused, or
    some input could not be read.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    told = {"home_page": home_page, "source": source, "course": course, "quiz": quiz, "time_zone": time_zone}
    given = [*filter(None, told.values()), *filter(None, [map_]), *filter(None, [again])]
    if format_ is None and given:
        raise typer.BadParameter(
            "these options are of a conversion: give --format, too", param_hint="'--format'"
        )
    if format_ is None:
        summary = land(out, settings, file_source(settings, paths, stdin=sys.stdin.buffer))
        report_import(out, summary)
    else:
        chosen = Conversion(format=format_, map=map_, **told)
        files = converted_files(settings, chosen, paths, stdin=sys.stdin.buffer, is_again=again)
        summary = land(out, settings, files)
        report_import(out, summary, files.receipt)
    if summary.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if summary.dead or summary.problems:
        raise typer.Exit(Exit.SOME_REFUSED)


def land(out: Output, settings: Settings, source: InputSource) -> ImportSummary:
    """Import files with progress; Ctrl-C finishes the current batch first."""
    with StopSignal.from_signals() as stop, out.progress("importing") as tick:
        job = LandingJob(settings, now, stop, run_of("import"), lambda summary: tick(str(summary)))
        return land_files(job, source)


def report_import(out: Output, summary: ImportSummary, receipt: Receipt | None = None) -> None:
    """Print what an import landed; of one that converted, also what became of the records."""
    if receipt is not None and not out.as_json:
        report_receipt(out, receipt)
    out.record(
        {
            "read": summary.read,
            "accepted": summary.accepted,
            "duplicates": summary.duplicates,
            "replaced": summary.replaced,
            "refused": dict(summary.refused.most_common()),
            "bytes": summary.size,
            "seconds": round(summary.seconds, 3),
            "problems": [problem._asdict() for problem in summary.problems],
            "is_interrupted": summary.is_interrupted,
        }
        | ({} if receipt is None else {"conversion": receipt.as_dict()})
    )
    rate = f" ({summary.read / summary.seconds:,.0f} a second)" if summary.read >= _ENOUGH else ""
    out.say(
        f"{summary.read:,} records read{rate}: {summary.accepted:,} new statements landed, "
        f"{summary.duplicates:,} duplicates skipped, {summary.dead:,} refused."
    )
    if summary.replaced:
        out.say(
            f"{summary.replaced:,} former statements were voided, because their source has corrected them."
        )
    if summary.read == 0 and not summary.problems:
        out.say("There are no new records.")
    if summary.refused and not out.as_json:
        rows = summary.refused.most_common(10)
        out.table(["refused by rule", "records"], rows)
        out.say("See the reasons and how to fix them: learnloom dead")
    for problem in summary.problems:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    if summary.is_interrupted:
        out.note("learnloom: stopped; run the same command again to resume")
