"""`learnloom backup`."""

from pathlib import Path
from typing import Annotated

import typer
from learnloom.pipelines.lake.open import open_to_read

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.backup import back_up

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom backup safe")
def backup(
    target: Annotated[
        Path, typer.Argument(help="Folder of the backup; what it holds already is not copied again.")
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the warehouse to a folder that can be opened like the warehouse itself, while others read and write.

    To restore, copy the folder to where the warehouse shall stand, or point LEARNLOOM_WAREHOUSE at it: everything goes
    on from there, and what has come since is read again from Kafka or the files.
    """
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        done = back_up(opened, target)
    out.record(done)
    out.say(
        f"{target} holds the warehouse: {done.files:,} files, of which {done.copied:,} were copied now "
        f"({done.bytes_copied:,} bytes)."
    )
