"""The option `--repair` of the commands that land statements."""

from typing import Annotated

import typer

from learnloom.pipelines.ingest.validate.mending import UnknownRepairError, repairs_named
from learnloom.pipelines.ingest.validate.repairs import REPAIRS, Repair

RepairOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Built-in correction of records that are refused as they came; repeatable: "
        + "; ".join(f"{one.name} {one.does}" for one in REPAIRS.values() if one.fits_import)
        + ".",
    ),
]


def repairs_of(names: list[str] | None, *, of_import: bool) -> list[Repair]:
    """The repairs that an option names, in the order in which they are applied."""
    try:
        return repairs_named(names or (), of_import=of_import)
    except UnknownRepairError as error:
        raise typer.BadParameter(str(error)) from error
