"""`learnloom skills`."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import JsonOption, WarehouseOption, open_to_write, read_settings
from pipelines.cli.output import Output
from pipelines.ingest.skills import import_skills

commands = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The school's own map from activities to skills."
)


@commands.callback()
def _group() -> None:
    """Keep `skills import` a command of two words."""


@commands.command(name="import", epilog="Example: learnloom skills import skills.csv")
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV: activity, skill, and where wanted weight, skill_name, prerequisites.",
        ),
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a skill map in the place of the earlier one.

    Columns: activity (IRI; empty where a row is about a skill only), skill (IRI), weight (above 0; 1 where it is
    left out), skill_name, prerequisites (IRIs of skills, separated by spaces). The next refresh uses it.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings) as opened:
        counts = import_skills(opened, path, wait_seconds=settings.lock_wait_seconds)
    out.record(counts._asdict())
    out.say(
        f"{counts.skills:,} skills, {counts.activities:,} activities that exercise them, "
        f"{counts.prerequisites:,} prerequisites. The next `learnloom refresh` uses them."
    )
