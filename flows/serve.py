"""`learnloom serve`: every flow on its schedule, in one process."""

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Annotated, Final

import httpx
import typer

from learnloom.flows.door import served_door
from learnloom.flows.supervised import SupervisedProcess
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.schemas.errors import LearnloomError

commands = typer.Typer(add_completion=False)

_API: Final = "PREFECT_API_URL"
_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.5
_BEAT_SECONDS: Final = 10.0
_LINGER_SECONDS: Final = 10.0
_TUNABLES: Final = ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=8000")
"""A thread keeps so many freed pieces of memory of a size at hand, not 7: DuckDB takes and frees many small ones."""


class ServerError(LearnloomError):
    """Prefect's server does not answer."""


@commands.command(epilog="Example: learnloom serve")
def serve(
    *,
    port: Annotated[
        int,
        typer.Option(
            min=1,
            max=65_535,
            help="Port of the Prefect server that is started if PREFECT_API_URL is not set.",
        ),
    ] = 4200,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Maximum number of flow runs at once.")] = 4,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="Nothing else runs flows of learnloom on the server of PREFECT_API_URL: runs that were interrupted "
            "are ended, at the start and at the stop.",
        ),
    ] = False,
) -> None:
    """Run every flow on its schedule until stopped: land, refresh, deliver, train, maintain, check.

    The schedules are in the table `flows` of learnloom.toml. PREFECT_API_URL names the Prefect server. If it is not
    set, the command starts a server on this machine, with its pages at http://127.0.0.1:PORT. Where the setting
    lrs.enabled says so, the learning record store runs beside the flows; where pages.enabled does, the pages for
    teachers and students. SIGTERM and Ctrl-C stop it. A flow run that is stopped loses nothing: the next run does its
    work.
    """
    settings = read_settings()
    # The C library reads it where a process starts: it is for those that follow.
    os.environ.setdefault(*_TUNABLES)
    named = os.environ.get(_API) or None
    # The store first, and last: platforms send whatever becomes of the flows.
    with served_door(settings.lrs), served_door(settings.pages, name="pages"), _server(named, port) as url:
        is_alone, code = alone or named is None, 1
        try:
            asyncio.run(_run(settings, limit, url, is_alone=is_alone))
            code = 0
        finally:
            if is_alone:
                _end_interrupted()
            end_for_certain(code)


def end_for_certain(code: int, *, seconds: float = _LINGER_SECONDS) -> None:
    """Let this process end soon after its main thread does, whatever other threads wait for: their work is over then.

    A thread that Prefect's client has started (anyio's, in the loop for calls from synchronous code) may wait for good,
    and Python for the thread.
    """

    def end() -> None:
        threading.main_thread().join()
        time.sleep(seconds)
        waiting = [each.name for each in threading.enumerate() if each.is_alive() and not each.daemon]
        sys.stderr.write(f"learnloom: stopped, though threads did not end: {', '.join(waiting)}\n")
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(code)

    threading.Thread(target=end, name="end", daemon=True).start()


def _end_interrupted() -> None:
    """End what the stop has interrupted: else these runs count as under way for good, and keep their slots."""
    from learnloom.flows.orphaned_runs import end_orphaned_runs  # noqa: PLC0415

    with suppress(Exception):  # Prefect may be away: the next start does it
        end_orphaned_runs()


async def _run(settings: Settings, limit: int, url: str, *, is_alone: bool) -> None:
    from learnloom.flows.live_process import live_process  # noqa: PLC0415
    from learnloom.flows.orphaned_runs import end_orphaned_runs  # noqa: PLC0415
    from learnloom.flows.schedules import PatientRunner  # noqa: PLC0415

    if is_alone and (ended := end_orphaned_runs()):  # on a shared server they may be another's, and under way
        sys.stdout.write(
            f"learnloom: {ended} flow runs were interrupted by the last stop; their next runs do the work\n"
        )
    runner = PatientRunner(settings, limit, is_alone=is_alone)
    await runner.deploy()
    sys.stdout.write(f"learnloom: serving; see the flow runs at {url.removesuffix('/api')}\n")
    sys.stdout.flush()
    with live_process() if settings.flows.live else nullcontext():
        beating = asyncio.create_task(_beat(settings))
        try:
            await runner.start()
        finally:
            beating.cancel()


async def _beat(settings: Settings) -> None:
    """Show that the schedules are looked at: the loop that does so does this, too."""
    heartbeat = Heartbeat(settings.hang_seconds, settings.heartbeat_file)
    with heartbeat:
        while True:
            heartbeat.beat()
            await asyncio.sleep(_BEAT_SECONDS)


@contextmanager
def _server(named: str | None, port: int) -> Iterator[str]:
    """Give the address of Prefect's interface; where none is named, keep a server running until the end."""
    # Prefect reads its environment when it is imported, which takes seconds that --help need not wait for.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    if named is not None:
        _wait_for(named, None)
        yield named
        return
    _need_free(port)
    url = os.environ[_API] = f"http://{_HOST}:{port}/api"
    ends: list[str] = []

    def has_ended(told: str, pause: float | None) -> None:
        ends.append(told)
        if pause is not None:
            sys.stderr.write(f"learnloom: Prefect's server {told}; it is started again in {pause:.0f} s\n")

    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    with SupervisedProcess(command, has_ended, stop_seconds=_STOP_SECONDS, is_quiet=True):
        _wait_for(url, ends)
        yield url


def _need_free(port: int) -> None:
    """Refuse a taken port: a server of Prefect that another `serve` started there would be taken for our own."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # one that was let go a moment ago is free
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise ServerError(
                f"port {port} is not available ({error.strerror}): is learnloom serve running already? If not, choose "
                f"another --port, or use the Prefect server that runs there: {_API}=http://{_HOST}:{port}/api"
            ) from error


def _wait_for(url: str, ends: Sequence[str] | None) -> None:
    """Wait until it answers; `ends` is how our own has ended, None where it is another's."""
    until = time.monotonic() + _START_SECONDS
    is_told = ends is not None  # our own takes ten seconds, which is nothing to speak of
    while True:
        try:
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
            told = "it answers, but is not healthy"
        except httpx.HTTPError as error:
            told = str(error)
        if ends:
            raise ServerError(f"Prefect's server {ends[0]}: see its messages above")
        if time.monotonic() > until:
            raise ServerError(f"no Prefect server answers at {url} ({told}): start it, or correct {_API}")
        if not is_told:
            is_told = True
            sys.stderr.write(f"learnloom: waiting for {url} ({told}), up to {_START_SECONDS:.0f} s\n")
        time.sleep(_POLL_SECONDS)
