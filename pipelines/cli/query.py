"""`learnloom query`."""

from typing import Annotated

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.query import read_query

commands = typer.Typer(add_completion=False)


@commands.command(epilog='Example: learnloom query "SELECT * FROM marts.mart_item ORDER BY surprise LIMIT 5"')
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000_000, help="Maximum number of rows to show.")] = 100,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a read-only SQL query (DuckDB's dialect) on the warehouse.

    docs/reference/tables.md describes the tables. `FROM landing.statement AT (TIMESTAMP => now() - INTERVAL 1 DAY)`
    reads a table as it was a day ago.
    """
    out = Output(as_json=as_json)
    text = typer.get_text_stream("stdin").read() if sql == "-" else sql
    settings = read_settings(warehouse)
    # Of whom a query tells cannot be known: it is a look at everybody. Its text may name somebody, and is not kept.
    looked_at(settings, "query", [EVERYBODY])
    with open_to_read(settings) as opened:
        columns, rows = read_query(opened, text, limit=limit + 1)
    out.table(columns, rows[:limit])
    if len(rows) > limit:
        out.note(f"learnloom: only the first {limit} rows are shown (--limit)")
