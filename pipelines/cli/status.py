"""`learnloom status`."""

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.operate.summary import Status, read_status

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom status --json")
def status(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Show the state of the warehouse: row counts, freshness, offsets, sizes."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = read_status(opened)
    if as_json:
        out.record({**vars(found), "tables": [vars(t) for t in found.tables]})
        return
    _report_status(out, found)


def _report_status(out: Output, found: Status) -> None:
    data = f", data at {found.data_path}" if found.data_path.startswith(SCHEME) else ""
    out.say(f"Warehouse {found.folder}{data}: {found.snapshots:,} snapshots")
    out.table(
        ["", ""],
        [
            ("statements landed", found.statements),
            ("last landed", found.newest_statement_landed_at),
            ("dead letters waiting", found.dead_letters_waiting),
            ("landed since the last refresh", found.statements_not_staged),
            ("last refresh", found.refreshed_at),
            ("computed as of", found.as_of),
            ("students", found.students),
            ("signals", found.signals),
            ("model version", found.model_version),
            ("answers used to fit it", found.model_answers),
            ("answers now", found.answers),
        ],
    )
    if found.model_answers and found.answers and found.answers > 2 * found.model_answers:
        out.say(
            "The model was fitted on less than half of today's answers: consider `learnloom refresh --refit`."
        )
    out.say("")
    out.table(["table", "rows", "files", "bytes"], [tuple(vars(table).values()) for table in found.tables])
    out.say("")
    out.table(
        ["source", "partition", "next offset", "accepted", "duplicates", "refused"],
        [(p.topic, p.partition, p.next_offset, p.accepted, p.duplicates, p.dead) for p in found.positions],
    )
