"""`learnloom convert`."""

import json
import sys
from pathlib import Path
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
from learnloom.pipelines.cli.options import Exit, JsonOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.convert.files import ConvertedFiles
from learnloom.pipelines.convert.opening import converted_files
from learnloom.pipelines.convert.registry import find_format, format_names
from learnloom.schemas.record import Position

commands = typer.Typer(add_completion=False)

_FormatArgument = Annotated[
    str | None, typer.Argument(metavar="FORMAT", help="Name of the format: see --list.")
]
_FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILES...",
        help="Files of the format, plain, gzip or zstd; folders; - for standard input.",
    ),
]


@commands.command(epilog="Example: learnloom convert --list")
def convert(
    name: _FormatArgument = None,
    paths: _FilesArgument = None,
    *,
    home_page: HomePageOption = "",
    source: SourceOption = "",
    course: CourseOption = None,
    quiz: QuizOption = None,
    time_zone: TimeZoneOption = None,
    map_: MapOption = None,
    is_list: Annotated[bool, typer.Option("--list", help="List the formats and exit.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Convert what is no xAPI (CSV, OneRoster, logs) to statements, one a line on standard output.

    The same record gives the same ids every time. The receipt on standard error says what became of every record;
    with --json it is one JSON object. Nothing is landed: `learnloom import --format` does that, and voids what its
    source has corrected. Exit code 3: some records were refused, or some input could not be read.
    """
    out = Output(as_json=as_json)
    if is_list:
        out.table(["format", "what it is"], [(each, find_format(each).summary) for each in format_names()])
        return
    if name is None or not paths:
        raise typer.BadParameter(
            "give a format and files: learnloom convert FORMAT FILES", param_hint="'FORMAT'"
        )
    chosen = Conversion(
        format=name,
        home_page=home_page,
        source=source,
        course=course,
        quiz=quiz,
        time_zone=time_zone,
        map=map_,
    )
    files = converted_files(read_settings(), chosen, paths, stdin=sys.stdin.buffer)
    is_interrupted = _write(files)
    if as_json:
        problems = [problem._asdict() for problem in files.problems]
        sys.stderr.write(
            json.dumps(files.receipt.as_dict() | {"problems": problems}, ensure_ascii=False) + "\n"
        )
    else:
        report_receipt(out, files.receipt)
        for problem in files.problems:
            out.note(f"learnloom: {problem.name}: {problem.message}")
    if is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if files.receipt.refused or files.problems:
        raise typer.Exit(Exit.SOME_REFUSED)


def _write(files: ConvertedFiles) -> bool:
    """Write the statements to standard output; give whether that was broken off."""
    try:
        for batch in files.batches({}):
            sys.stdout.writelines(
                f"{record.value.decode()}\n"
                for record in batch.records
                if record.fault is None and record.value is not None
            )
            files.acknowledge([Position(batch.topic, batch.partition, batch.next_offset)])
        sys.stdout.flush()
    except KeyboardInterrupt:
        return True
    return False
