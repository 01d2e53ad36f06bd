"""`learnloom api`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import WarehouseOption, now
from learnloom.pipelines.config.settings import read_settings

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom api --port 8000")
def api(
    *,
    host: Annotated[str, typer.Option(help="Address to answer at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to answer at.")] = 8000,
    warehouse: WarehouseOption = None,
) -> None:
    """Answer tools that pull over HTTP, until told to stop: profiles, signals, events since a cursor, answers.

    Callers send the setting api_token, or api_student_token, as a bearer token. A page to try it stands at /docs. Put
    a proxy with TLS before it where others than this machine are to reach it.
    """
    # They take a second to import, which --help need not wait for.
    import uvicorn  # noqa: PLC0415

    from learnloom.pipelines.serve.app import make_app  # noqa: PLC0415

    uvicorn.run(make_app(read_settings(warehouse), clock=now), host=host, port=port, log_level="info")
