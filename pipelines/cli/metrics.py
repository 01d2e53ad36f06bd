"""`learnloom metrics`."""

import sys
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import WarehouseOption, now
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.stop import Interruption
from learnloom.pipelines.operate.metrics import metrics_text, serve_metrics

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom metrics")
def metrics(
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65_535, help="Answer scrapes at this port until told to stop; default: print once."
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to answer at.")] = "127.0.0.1",
    warehouse: WarehouseOption = None,
) -> None:
    """Tell the warehouse's figures in Prometheus' format: counts, ages, what waits and what was refused.

    alerts/learnloom.rules.yml has the rules that go with them; docs/how-to/operate.md says what each alert means.
    """
    settings = read_settings(warehouse)
    if port is None:
        sys.stdout.write(metrics_text(settings, clock=now))
        return
    server, thread = serve_metrics(settings, clock=now, host=host, port=port)
    sys.stderr.write(f"learnloom: figures at http://{host}:{port}/metrics\n")
    with Interruption.from_signals() as interruption:
        try:
            with interruption.reading():
                thread.join()
        except KeyboardInterrupt:
            server.shutdown()
