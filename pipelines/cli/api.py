"""`learnloom api`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import WarehouseOption, now
from learnloom.pipelines.config.settings import read_settings

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom api --port 8000")
def api(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    warehouse: WarehouseOption = None,
) -> None:
    """Serve the HTTP API until stopped: profiles, signals, events and responses to signals.

    Clients send the setting api_token or api_student_token as a bearer token. The page /docs lets you try the API.
    Put a TLS proxy in front of it if other machines must reach it.
    """
    # These imports take a second, and --help does not need them.
    import uvicorn  # noqa: PLC0415

    from learnloom.pipelines.serve.app import make_app  # noqa: PLC0415

    # An address says whom it is about, by a key or by what the client knows the student by: it goes into no log.
    app = make_app(read_settings(warehouse), clock=now)
    uvicorn.run(app, host=host, port=port, log_level="info", access_log=False)
