"""`learnloom access`."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import account
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.privacy.access import give_access

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom access 3fa85f6457174562 answer")
def access(
    student: Annotated[str, typer.Argument(help="Key, identifier, account name or name of the student.")],
    folder: Annotated[Path, typer.Argument(help="New folder to write to.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything that is kept of a student to a folder: for machines, and as one page to read."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened, opened.transaction():
        given = give_access(opened, settings, student, folder, who=account(), now=now())
    out.record(given)
    out.say(
        f"{folder} holds {count(given.statements, 'statement')}, {count(given.estimates, 'estimate')} with reasons "
        f"and {count(given.signals, 'event')} of signals. To read: {folder / 'access.html'}."
    )
