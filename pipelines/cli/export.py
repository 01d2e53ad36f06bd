"""`learnloom export`."""

from pathlib import Path
from typing import Annotated

import typer
from learnloom.pipelines.lake.open import open_to_read

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.serve.export import export as export_tables

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom export school.duckdb")
def export(
    target: Annotated[
        Path, typer.Argument(help="A file ending in .duckdb, or a folder for Parquet files; must not exist.")
    ],
    *,
    everything: Annotated[
        bool, typer.Option("--everything", help="The statements as they came and the staging tables, too.")
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the tables elsewhere, all as of one moment: Parquet files, or one DuckDB file for BI tools."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened, out.progress("exporting") as tick:
        written = export_tables(opened, target, everything=everything, on_progress=tick)
    out.table(["table", "rows"], written)
    out.say(f"Written to {target}.")
