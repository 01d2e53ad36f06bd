"""`learnloom rekey`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.open import open_to_write

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom rekey")
def rekey(
    *,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make another secret, where the warehouse has one already.")
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a secret for the keys of students, so that nobody finds a student by trying identifiers.

    For a warehouse whose students have keys without one: a new warehouse has a secret from its first refresh on. It is
    student.key in the warehouse's folder, or the file that pseudonyms.student_key_file names, for its owner alone.
    Backups do not hold it: keep a copy apart. Every machine that refreshes the warehouse needs it.

    The next refresh computes everything anew: every student gets another key; every signal ends under the former key
    and is raised under the other one, and subscribers hear both.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True, run=run_of("rekey")) as opened:
        version = take_secret(opened, renew=renew, now=now(), wait_seconds=settings.lock_wait_seconds)
    out.record({"version": version})
    if version is None:
        out.say("The keys of students are made with a secret already; --renew makes another one.")
        return
    out.say(
        f"Secret {version} is in {opened.place.secret_file}. Keep a copy of it apart from the backups. The next "
        "`learnloom refresh` gives every student another key."
    )
