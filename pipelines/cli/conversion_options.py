"""What commands that convert have in common: the options that say what the source does not say itself."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.convert.receipt import Receipt

_PANEL = "Conversion"
MAX_ROWS_SHOWN = 20

HomePageOption = Annotated[
    str,
    typer.Option(
        "--home-page",
        metavar="IRI",
        help="homePage of the accounts that the file's identifiers name, such as https://lms.school.example.",
        rich_help_panel=_PANEL,
    ),
]
SourceOption = Annotated[
    str,
    typer.Option(
        "--source",
        metavar="NAME",
        help="Name of the sending system, part of every id; it must never change. Default: format and home page.",
        rich_help_panel=_PANEL,
    ),
]
CourseOption = Annotated[
    str | None,
    typer.Option(
        "--course", metavar="IRI", help="The course, where the file names none.", rich_help_panel=_PANEL
    ),
]
QuizOption = Annotated[
    str | None,
    typer.Option(
        "--quiz", metavar="IRI", help="The quiz, where the file names none.", rich_help_panel=_PANEL
    ),
]
TimeZoneOption = Annotated[
    str | None,
    typer.Option(
        "--time-zone",
        metavar="NAME",
        help="IANA name, of times without an offset. Default: LEARNLOOM_TIME_ZONE.",
        rich_help_panel=_PANEL,
    ),
]
MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help="TOML that says which column means what (docs/how-to/convert.md).",
        rich_help_panel=_PANEL,
    ),
]


def report_receipt(out: Output, receipt: Receipt) -> None:
    """Print what became of the records, by kind of event, on standard error: statements may go to standard output."""
    out.note(
        f"{receipt.read:,} records read: {receipt.converted.total():,} converted to {receipt.statements:,} statements, "
        f"{receipt.ignored.total():,} ignored, {receipt.refused.total():,} refused."
    )
    lines = [
        f"  converted  {kind}: {count:,}" for kind, count in receipt.converted.most_common(MAX_ROWS_SHOWN)
    ]
    lines += [
        f"  ignored    {kind} ({reason}): {count:,}"
        for (kind, reason), count in receipt.ignored.most_common(MAX_ROWS_SHOWN)
    ]
    lines += [
        f"  refused    {rule}: {count:,}; for example {receipt.examples[rule]}"
        for rule, count in receipt.refused.most_common(MAX_ROWS_SHOWN)
    ]
    for line in lines:
        out.note(line)
