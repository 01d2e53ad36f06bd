"""A store in a process of its own, for those who attack it."""

import asyncio
import base64
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.command import environment, learnloom, program
from servers.ports import free_port
from servers.waiting import wait_until


class Target:
    """A store under attack."""

    def __init__(self, port: int, process: int, key: tuple[str, str]) -> None:
        self.port = port
        self.process = process
        self.key = key
        self.address = f"http://127.0.0.1:{port}/xapi"
        self.basic = "Basic " + base64.b64encode(":".join(key).encode()).decode()
        self.connections = 0
        self.only = [""]

    def mib(self) -> float:
        """Resident memory of the store."""
        status = Path(f"/proc/{self.process}/status").read_text()
        (line,) = (one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1_024

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect."""
        return await asyncio.open_connection("127.0.0.1", self.port)


@contextmanager
def served(**bounds: str) -> Iterator[Target]:
    """Serve a store in a process of its own, with these settings of [lrs]."""
    port = free_port()
    settings = {f"LEARNLOOM_LRS__{name.upper()}": value for name, value in bounds.items()}
    with tempfile.TemporaryDirectory() as folder:
        (made,) = learnloom(Path(folder), "keys", "add", "bench", "--scope", "all").told
        process = subprocess.Popen(
            [*program(), "lrs", "--port", str(port)],
            cwd=folder,
            env=environment(**settings),
            stderr=subprocess.DEVNULL,
        )
        try:
            target = Target(port, process.pid, (made["key"], made["secret"]))
            wait_until(
                lambda: _answers(target.address),
                lambda: None if process.poll() is None else "the store ended",
                seconds=300,
            )
            yield target
        finally:
            process.terminate()
            process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/about").is_success
    except httpx.TransportError:
        return False
