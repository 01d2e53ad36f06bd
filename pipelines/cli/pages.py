"""`learnloom pages`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import VerboseOption, WarehouseOption, log_to_stderr, now, run_of
from learnloom.pipelines.config.settings import read_settings

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom pages --demo --port 8090")
def pages(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8090,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Let anybody read as a made-up teacher or student; for a demo's warehouse only."
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve the pages for teachers and students until stopped; their answers land as statements.

    People log in from their learning platform, or by the school's login. What pages show is written anew after each
    refresh. Answers count from the next refresh on.
    """
    # These imports take a second, and --help does not need them.
    import uvicorn  # noqa: PLC0415

    from learnloom.pipelines.pages.demo import must_be_demo  # noqa: PLC0415
    from learnloom.pipelines.pages.opening import open_demo, open_pages  # noqa: PLC0415

    settings = read_settings(warehouse)
    log_to_stderr(as_json=False, is_verbose=verbose)
    if demo:
        must_be_demo(settings, host)
    open_it = open_demo if demo else open_pages
    with open_it(settings, clock=now, run=run_of("pages")) as app:
        # The address of a page says whom it is about, by a key: it goes into no log.
        uvicorn.run(app, host=host, port=port, log_level="info", access_log=False)
