"""`learnloom backup`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lrs.backup import back_up_all

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom backup safe")
def backup(
    target: Annotated[
        str,
        typer.Argument(
            help="Folder of the backup, or s3://BUCKET/PREFIX/. Files that it already holds are not copied again."
        ),
    ],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the warehouse, and the store of `learnloom lrs`, while other processes read and write.

    `learnloom restore` brings it back. Landing resumes from the positions in the backup: newer records are read again
    from Kafka or the files.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        done = back_up_all(opened, target, settings.s3)
    out.record(done)
    out.say(
        f"The backup {target} holds {done.files:,} files. {done.copied:,} of them were copied now "
        f"({done.bytes_copied:,} bytes)."
    )
