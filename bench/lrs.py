"""A store that serves as a user would start it, in a process of its own, with a key to it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.command import environment, program
from servers.ports import free_port
from servers.waiting import wait_until


class Served(NamedTuple):
    """A store at work."""

    address: str
    """Ends with /xapi."""
    key: str
    secret: str
    process: int


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Serve the warehouse in `folder`, with a key that may do everything and these settings of the environment."""
    where = ["--warehouse", str(folder)]
    made = subprocess.check_output(
        [*program(), "keys", "add", "bench", "--scope", "all", "--json", *where], env=environment(**settings)
    )
    key = json.loads(made)
    port = free_port()
    address = f"http://127.0.0.1:{port}/xapi"
    with (folder / "lrs.log").open("w") as log:
        server = subprocess.Popen(
            [*program(), "lrs", "--port", str(port), *where],
            stderr=log,
            stdout=log,
            env=environment(**settings),
        )
        with answering(server, address):
            yield Served(address, key["key"], key["secret"], server.pid)


@contextmanager
def answering(server: subprocess.Popen[bytes], address: str) -> Iterator[None]:
    """Wait until a store answers at its address, which ends with /xapi; end it after the block."""
    try:
        wait_until(lambda: _answers(address), lambda: None if server.poll() is None else "the store ended")
        yield
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/about").is_success
    except httpx.TransportError:
        return False
