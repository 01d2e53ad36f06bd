"""`learnloom profile`."""

from typing import Annotated

import typer

from pipelines.cli.options import JsonOption, WarehouseOption
from pipelines.cli.output import Output
from pipelines.feedback.describe import describe_profile
from pipelines.jobs.opening import open_to_read
from pipelines.settings import read_settings
from pipelines.warehouse.students import find_student, read_profile

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom profile 3fa85f6457174562")
def profile(
    student: Annotated[str, typer.Argument(help="Key, identifier, account name or name of a student.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of one student as a learner, and what is not."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        key = find_student(opened, student)
        found = read_profile(opened, key)
    out.record(found)
    out.say(*describe_profile(found))
