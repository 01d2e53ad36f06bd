"""`learnloom export`."""

from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.export import export as export_tables
from learnloom.pipelines.vault.names import barred

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom export school.duckdb")
def export(
    target: Annotated[
        Path,
        typer.Argument(
            help="A file whose name ends in .duckdb, or a folder for Parquet files; it must not exist yet."
        ),
    ],
    *,
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Also export the statements as received and the staging tables."),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export the tables, all as of one moment, to Parquet files or to one DuckDB file for BI tools.

    Students whose data may not be used for research (`learnloom vault consent`) are left out.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    looked_at(settings, "export", [EVERYBODY], through="export")
    with open_to_read(settings) as opened, out.progress("exporting") as tick:
        without = barred(settings, opened, "research")
        written = export_tables(opened, target, everything=everything, without=without, on_progress=tick)
    out.table(["table", "rows"], written)
    out.say(f"The export is in {target}.")
