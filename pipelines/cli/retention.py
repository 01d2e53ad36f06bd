"""`learnloom retention`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.privacy.retention import follow
from learnloom.pipelines.privacy.retention_plan import plan

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom retention")
def retention(
    *,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply", help="Let it go now; else it is only shown, and the next maintenance does it."
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is old enough to go by the rules of the settings, by rule and relation, or let it go.

    Statements are hidden at once, and what was known of a student's skills is kept with its date; `learnloom erase
    run`, or the next maintenance, takes them out of all files and writes a receipt.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    if not settings.retention.rules:
        out.say(
            "There is no rule of retention: nothing is erased because it is old (docs/how-to/retention.md)."
        )
        return
    if apply:
        with (
            open_to_write(settings, must_exist=True, run=run_of("retention")) as opened,
            out.progress("retention") as progress,
        ):
            going = follow(opened, settings, clock=now, on_progress=progress)
    else:
        with open_to_read(settings) as opened:
            going = plan(opened, settings, now=now())
    shown = ["rule", "relation", "count"]
    if any(each.n for each in going):
        out.table(shown, [list(each) for each in going if each.n])
    else:
        out.say("Nothing is old enough to go.")
    if apply:
        out.say("Hidden. `learnloom erase run`, or the next maintenance, takes it out of files.")
