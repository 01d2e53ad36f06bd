"""The HTTP interface as a process."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from servers.ports import free_port
from servers.waiting import wait_until

_MAIN = "from learnloom.pipelines.cli.main import main; main()"
_STUDENT = "mailto:ada@example.org"


def _status(address: str) -> int | None:
    try:
        return httpx.get(address, headers={"authorization": "Bearer token"}).status_code
    except httpx.TransportError:
        return None


@pytest.mark.slow
def test_the_log_does_not_say_who_was_looked_at(tmp_path: Path) -> None:
    """An address holds a student's key or identifier: neither it nor a part of it is printed."""
    port = free_port()
    env = os.environ | {"LEARNLOOM_API_TOKEN": "token", "LEARNLOOM_WAREHOUSE": str(tmp_path)}
    log = tmp_path / "log"
    command = [sys.executable, "-c", _MAIN, "api", "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, env=env, stderr=out, stdout=out) as server:
        try:
            address = f"http://127.0.0.1:{port}/students/{_STUDENT}/profile"
            wait_until(
                lambda: _status(address) is not None,
                lambda: None if server.poll() is None else log.read_text(),
            )
        finally:
            server.terminate()
    told = log.read_text()
    assert str(port) in told
    assert "ada" not in told
