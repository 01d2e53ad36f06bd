"""`learnloom restore`."""

from typing import Annotated

import typer

from learnloom.pipelines.backup.everything import restore_everything
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import vault_of
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.student_keys import held_secret
from learnloom.pipelines.lake.open import open_to_read, place_of
from learnloom.pipelines.lake.student_secret import StudentSecretError

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom restore safe --warehouse restored")
def restore(
    source: Annotated[str, typer.Argument(help="Folder of the backup, or s3://BUCKET/PREFIX/.")],
    *,
    vault: Annotated[
        bool,
        typer.Option("--vault", help="Restore the vault too, to where the settings say that it stands."),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup to where the settings say that the warehouse stands; none may stand there yet.

    Catalogue and data go where `warehouse`, `catalog` and `data_path` say, which may be another place than before.
    Killed and started again, it goes on.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    place = place_of(settings)
    done = restore_everything(source, place, settings.s3, vault=vault_of(settings) if vault else None)
    out.record(done)
    out.say(
        f"The warehouse stands at {place} again, with {done.files:,} files. {done.copied:,} of them were copied now "
        f"({done.bytes_copied:,} bytes)."
    )
    with open_to_read(settings) as opened:
        try:
            held_secret(opened)
        except StudentSecretError as error:  # no backup holds it: until it is here, nothing can be refreshed
            out.note(f"learnloom: {error}")
