"""`learnloom erase`."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.erase_text import DONE, told
from learnloom.pipelines.cli.options import Exit, InputMissingError, JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_run import Erasing
from learnloom.pipelines.privacy.erase_state import read_erasures
from learnloom.pipelines.privacy.receipt import read_receipts
from learnloom.pipelines.privacy.verify import verify as verify_receipt

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Erase a student from everything, and prove it with a receipt.",
)

BackupOption = Annotated[
    list[str] | None,
    typer.Option("--backup", help="Folder or s3://BUCKET/PREFIX/ of another backup. May be repeated."),
]


@commands.command(epilog="Example: learnloom erase request 3fa85f6457174562 --reason 'asked on paper'")
def request(
    students: Annotated[
        list[str], typer.Argument(help="Key, identifier, account name or name of each student.")
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why, in words that do not name the student.")] = "request",
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hide students from everybody at once; `learnloom erase run` takes them out of all files."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True, run=run_of("erase request")) as opened:
        erasures = request_erasures(opened, settings, students, reason=reason, clock=now)
    for each in erasures:
        out.record(each)
        out.say(
            f"Hidden: {count(each.n_statements, 'statement')}, {count(each.n_events, 'event')}, "
            f"{count(each.n_dead_letters, 'refused record')}; replaced in {count(each.n_mentions, 'statement')} "
            "of others.",
            f"This is erasure {each.erasure_id}.",
        )
    out.say("`learnloom erase run`, or the next maintenance, takes what is hidden out of files.")


@commands.command(name="list", epilog="Example: learnloom erase list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List erasures and how far each has come."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        erasures = read_erasures(opened)
    shown = ["erasure_id", "requested_at", "reason", "step", "stepped_at", "n_statements", "n_mentions"]
    titles = ["erasure", "asked for", "reason", "what is done", "since", "statements", "of others"]
    if out.as_json:
        out.table(titles, [[getattr(each, name) for name in shown] for each in erasures], machine_names=shown)
    elif erasures:
        rows = [[getattr(each._replace(step=DONE[each.step]), name) for name in shown] for each in erasures]
        out.table(titles, rows)
    else:
        out.say("Nobody was erased.")


@commands.command(epilog="Example: learnloom erase run --now")
def run(
    *,
    at_once: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Drop old snapshots now, though nobody can look back beyond today then, and wait for no receiver.",
        ),
    ] = False,
    backup: BackupOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take hidden students out of files, catalogue, backups and store, as far as that can be done now."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with (
        open_to_write(settings, must_exist=True, run=run_of("erase run")) as opened,
        out.progress("erasing") as progress,
    ):
        outcomes = Erasing(
            opened, settings, clock=now, at_once=at_once, backups=backup or (), on_progress=progress
        ).run()
    for each in outcomes:
        out.record(each)
        if each.waits_for is None:
            out.say(f"{each.erasure_id} is gone. Receipt: {each.receipt}")
        else:
            out.say(f"{each.erasure_id}: {DONE[each.step]}. It waits for {each.waits_for}.")
    if not outcomes:
        out.say("No erasure waits.")


@commands.command(epilog="Example: learnloom erase receipt --json")
def receipt(
    erasure_id: Annotated[str | None, typer.Argument(help="Beginning of its id. Default: the last.")] = None,
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the receipt of an erasure that is at its end."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    found = [
        each
        for each in read_receipts(settings.warehouse)
        if each.content["erasure_id"].startswith(erasure_id or "")
    ]
    if not found:
        raise InputMissingError(
            "there is no such receipt: `learnloom erase list` shows how far each has come"
        )
    last = found[-1]
    out.record(last.content)
    out.say(f"{last.path}", *told(last.content))


@commands.command(epilog="Example: learnloom erase verify receipt.json --text u-734512")
def verify(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The receipt.")],
    *,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", help="Identifier, name or key of the student to search for. May be repeated."),
    ] = None,
    backup: BackupOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a receipt and its place among all receipts, and search every file again for texts of the student."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = verify_receipt(
            opened, path, text or (), others=[Path(each) for each in backup or () if "://" not in each]
        )
    hits = found.hits
    out.record(
        {
            "holds": found.holds,
            "faults": found.faults,
            "not_in_receipt": len(found.strange),
            "found": None if hits is None else hits.total,
            "places": [] if hits is None else hits.places,
        }
    )
    out.say(*(f"Wrong: {fault}." for fault in found.faults))
    if found.strange:
        out.say(f"Of {count(len(found.strange), 'text')} the receipt does not say that it was searched for.")
    if hits is None:
        out.say("No bytes were searched: give the student's texts with --text.")
    else:
        out.say(
            f"Found {hits.total} times in {count(hits.files, 'file')}.",
            *(f"  {each}" for each in hits.places),
        )
    out.say("The receipt holds." if found.holds else "The receipt does not hold.")
    if not found.holds:
        raise typer.Exit(Exit.FAILED)
