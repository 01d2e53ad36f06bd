"""`learnloom plan`."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.ingest.catalogue.plan import import_plan
from learnloom.pipelines.lake.open import open_to_write

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Import the school's course plan: what is due, and when course runs begin and end.",
)


@commands.callback()
def _root() -> None:
    """Keep `import` a subcommand, because others may follow."""


@commands.command(name="import", epilog="Example: learnloom plan import plan.csv")
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV with the columns course, activity, due, weight, begins, ends.",
        ),
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replace the course plan.

    A row without an activity describes a course run: course (IRI, as in the statements), begins, ends (days). A row
    with an activity describes one piece of work: course, activity (IRI), due (a day, or a day and a time), weight
    (default 1). Days and times are in the school's time zone. The next refresh uses the plan.
    See docs/how-to/course-plan.md.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings) as opened:
        counts = import_plan(opened, path, wait_seconds=settings.lock_wait_seconds)
    out.record(counts._asdict())
    out.say(
        f"{count(counts.runs, 'run')} of {count(counts.courses, 'course')}, {count(counts.work, 'piece')} of work. "
        "The next `learnloom refresh` uses the plan."
    )
