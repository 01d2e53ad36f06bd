"""`learnloom backup`."""

from typing import Annotated

import typer

from learnloom.pipelines.backup.everything import back_up_everything
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import vault_of
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.student_keys import is_keyed
from learnloom.pipelines.lake.open import open_to_read, place_of
from learnloom.pipelines.vault.opening import has_vault

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
    vault: Annotated[
        bool,
        typer.Option(
            "--vault", help="Copy the vault too: names then lie beside what they are kept apart from."
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the warehouse, the store of `learnloom lrs`, logins and answers on pages, while others write.

    With the catalogue in PostgreSQL, the tables of the catalogue, the store and the logins are copied as of one moment;
    attachments and answers on pages are files, and are copied before or after that. What is kept apart is left out: the
    vault, unless asked for, the audit, and the secret of student keys.

    `learnloom restore` brings it back. Landing resumes from the positions in the backup: newer records are read again
    from Kafka or the files.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        done = back_up_everything(opened, target, settings.s3, vault=vault_of(settings) if vault else None)
        is_secret = is_keyed(opened)
    out.record(done)
    out.say(
        f"The backup {target} holds {done.files:,} files. {done.copied:,} of them were copied now "
        f"({done.bytes_copied:,} bytes)."
    )
    if has_vault(settings) and not vault:
        is_file = settings.vault.file is not None
        how = "--vault copies it, too" if is_file else "copy its database by pg_dump, apart from this"
        out.say(f"It does not hold the vault, in which the names are: {how}.")
    if is_secret:
        out.say(
            f"It does not hold {place_of(settings).secret_file}, with which the keys of students are made: keep a "
            "copy of that apart from it."
        )
