"""`learnloom metrics`."""

import sys
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import WarehouseOption, now
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.operate.metrics import metrics_text, registry, serve_metrics

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom metrics")
def metrics(
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65_535, help="Port to serve scrapes on until stopped. Default: print the metrics once."
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    warehouse: WarehouseOption = None,
) -> None:
    """Print or serve metrics in Prometheus' format: counts, ages, consumer lag, dead letters.

    alerts/learnloom.rules.yml has alert rules for them; docs/how-to/operate.md explains each alert.
    """
    settings = read_settings(warehouse)
    if port is None:
        sys.stdout.write(metrics_text(registry(settings, clock=now)))
        return
    server, thread = serve_metrics(settings, clock=now, host=host, port=port)
    sys.stderr.write(f"learnloom: serving metrics at http://{host}:{port}/metrics\n")
    with StopSignal.from_signals() as stop:
        try:
            with stop.interruptible():
                thread.join()
        except KeyboardInterrupt:
            server.shutdown()
