"""`learnloom lrs`."""

import gc
import logging
import sys
from functools import partial
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import VerboseOption, WarehouseOption, log_to_stderr, now, run_of
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.land.stop import StopSignal

commands = typer.Typer(add_completion=False)
_log = logging.getLogger(__name__)
_COLLECT_AFTER = 50_000  # objects
_SWITCH_AFTER = 0.0005  # seconds
_HERE = ("127.0.0.1", "::1", "localhost")


@commands.command(epilog="Example: learnloom lrs --port 8080")
def lrs(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8080,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve a learning record store (LRS) until stopped: platforms send xAPI over HTTP, and statements land.

    Platforms use the address http://HOST:PORT/xapi with a key and its secret: see `learnloom keys add`. A statement
    that was answered is on the disk; it lands in the warehouse within seconds. Give it a certificate, or put a TLS
    proxy in front of it, if other machines must reach it.
    """
    # These imports take a second, and --help does not need them.
    from learnloom.pipelines.lrs.memory import give_back_large_blocks  # noqa: PLC0415
    from learnloom.pipelines.lrs.opening import open_lrs  # noqa: PLC0415
    from learnloom.pipelines.lrs.server import allow_files, server_of  # noqa: PLC0415

    settings = read_settings(warehouse)
    logs = partial(log_to_stderr, as_json=False, is_verbose=verbose)
    logs()
    allow_files(settings.lrs)
    give_back_large_blocks()
    if host not in _HERE and settings.lrs.certificate_file is None and not settings.lrs.trusted_proxies:
        _log.warning(
            "keys and statements come to %s in clear text: set LEARNLOOM_LRS__CERTIFICATE_FILE and _KEY_FILE, or put a "
            "TLS proxy in front of it and name that in LEARNLOOM_LRS__TRUSTED_PROXIES",
            host,
        )
    # uvicorn stops at a signal and then raises it again; here that ends nothing, so that what has come still lands.
    job = LandingJob(settings, now, StopSignal(), run_of("lrs"))
    with StopSignal.from_signals(), open_lrs(job, logs) as app:
        # What is loaded by now stays, so the collector need not look at it again: statements are many small objects.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER)
        # A request changes threads a dozen times; by default each change waits 5 ms for landing, where that computes.
        sys.setswitchinterval(_SWITCH_AFTER)
        server_of(app, settings.lrs, host=host, port=port, log_level="info", access_log=False).run()
