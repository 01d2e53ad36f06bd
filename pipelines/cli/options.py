"""What the commands have in common: options, settings, the way out."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.lake.run import Run
from learnloom.schemas.errors import LearnloomError

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, one value a line, for machines.", rich_help_panel="Output")
]
WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        help="Folder of the warehouse. Default: the setting LEARNLOOM_WAREHOUSE, else ./learnloom-warehouse.",
        rich_help_panel="Where",
    ),
]

LimitOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows to show, at the most.")]


class InputMissingError(LearnloomError):
    """What was asked for does not exist."""


def now() -> dt.datetime:
    """The present moment: the one place of the command line that asks the clock."""
    return dt.datetime.now(dt.UTC)


def run_of(command: str) -> Run:
    """Name this run of a command, as the one that writes."""
    return Run(f"{command}-{uuid.uuid4().hex[:12]}", f"learnloom {command}")
