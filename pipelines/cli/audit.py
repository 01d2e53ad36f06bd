"""`learnloom audit`."""

import re
from typing import Annotated, Final

import typer

from learnloom.pipelines.audit.noting import open_audit
from learnloom.pipelines.cli.options import Exit, JsonOption, LimitOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.students import StudentMissingError, find_student, keys_of
from learnloom.pipelines.vault.names import alias_of

commands = typer.Typer(add_completion=False)
_KEY: Final = re.compile(r"[0-9a-f]{16}")


@commands.command(epilog="Example: learnloom audit 3fa85f6457174562")
def audit(
    student: Annotated[
        str | None,
        typer.Argument(
            help="Key (also of one who was erased), identifier or name of a student. Default: everybody."
        ),
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Reckon the chain again, and say whether it holds.")
    ] = False,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who looked at a student, when and through what; check that nothing was changed or taken out.

    Looks are kept where LEARNLOOM_VAULT__AUDIT_FILE says. Write down the last hash that --verify shows: by it, rows
    that are missing at the end are seen. Exit code 1: the chain is broken.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    if verify:
        with open_audit(settings) as opened:
            found = opened.verify()
        out.record(found)
        if found.broken_at is not None:
            out.note(
                f"learnloom: the chain is broken: look {found.broken_at} does not follow from the one before it"
            )
            raise typer.Exit(Exit.FAILED)
        out.say(f"{found.n_looks:,} looks; each follows from the one before. Last hash: {found.last_hash}")
        return
    keys = None
    if student is not None:
        with open_to_read(settings) as place:
            try:
                keys = keys_of(place, find_student(place, alias_of(settings, place, student)))
            except StudentMissingError:
                # Looks outlive whoever was erased: a key is theirs as it is.
                if _KEY.fullmatch(student) is None:
                    raise
                keys = [student]
    with open_audit(settings) as opened:
        looks = opened.looks(keys, limit=limit)
    columns = ["look", "at", "who", "through", "what", "students"]
    out.table(columns, [(each.seq, *each[1:5], _shown(each.students)) for each in looks])
    if len(looks) == limit:
        out.note(f"learnloom: only the latest {limit} are shown (--limit)")


def _shown(students: str) -> str:
    return students.strip("[]").replace('"', "").replace(",", " ").replace("*", "everybody")
