"""`learnloom query`, `status` and `doctor`."""

from typing import Annotated

import typer

from pipelines.cli.options import Exit, JsonOption, WarehouseOption, open_to_read, read_settings
from pipelines.cli.output import Output
from pipelines.warehouse.query import read_query
from pipelines.warehouse.summary import Status, read_status

commands = typer.Typer()


@commands.command(epilog='Example: learnloom query "SELECT * FROM marts.mart_item ORDER BY surprise LIMIT 5"')
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000_000, help="Rows to show, at the most.")] = 100,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the warehouse in SQL (DuckDB's), without being able to change it.

    The tables are described in docs/tables.md; `FROM landing.statement AT (TIMESTAMP => now() - INTERVAL 1 DAY)`
    reads one as it was.
    """
    out = Output(as_json=as_json)
    text = typer.get_text_stream("stdin").read() if sql == "-" else sql
    with open_to_read(read_settings(warehouse)) as opened:
        columns, rows = read_query(opened, text, limit=limit + 1)
    out.table(columns, rows[:limit])
    if len(rows) > limit:
        out.note(f"learnloom: only the first {limit} rows are shown (--limit)")


@commands.command(epilog="Example: learnloom status --json")
def status(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Show what stands in the warehouse: rows, freshness, positions, sizes."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = read_status(opened)
    if as_json:
        out.record({**vars(found), "tables": [vars(t) for t in found.tables]})
        return
    _tell_status(out, found)


def _tell_status(out: Output, found: Status) -> None:
    out.say(f"Warehouse {found.folder}, {found.snapshots:,} snapshots")
    out.table(
        ["", ""],
        [
            ("statements landed", found.statements),
            ("last landed", found.newest_statement_landed_at),
            ("dead letters waiting", found.dead_letters_waiting),
            ("landed since the last refresh", found.statements_not_staged),
            ("last refresh", found.refreshed_at),
            ("told as of", found.as_of),
            ("students", found.students),
            ("signals", found.signals),
            ("model version", found.model_version),
            ("answers it was fitted on", found.model_answers),
            ("answers now", found.answers),
        ],
    )
    if found.model_answers and found.answers and found.answers > 2 * found.model_answers:
        out.say("The model has seen less than half of today's answers: consider `learnloom refresh --refit`.")
    out.say("")
    out.table(["table", "rows", "files", "bytes"], [tuple(vars(table).values()) for table in found.tables])
    out.say("")
    out.table(
        ["source", "next record", "accepted", "duplicates", "refused"],
        [(p.topic, p.next_offset, p.accepted, p.duplicates, p.dead) for p in found.positions],
    )


@commands.command(epilog="Example: learnloom doctor")
def doctor(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Check installation, settings and warehouse, and say how to mend what is wrong.

    Exit code 1: something is wrong.
    """
    from pipelines.cli.doctor import examine  # noqa: PLC0415 - imports what may be broken

    out = Output(as_json=as_json)
    findings = examine(warehouse)
    out.table(["", "what", "finding"], [(("ok" if f.is_well else "WRONG"), f.what, f.finding) for f in findings])
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(Exit.FAILED)
    out.say("All is well.")
