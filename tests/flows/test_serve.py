"""`learnloom serve` that cannot begin says why, leaves alone what runs already, and outlives its Prefect server."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from servers.errors import StartError
from servers.http import TRUST, is_answering
from servers.ports import free_port
from servers.waiting import wait_until
from tests.flows.deployment import WAIT_SECONDS, prefect_process, serving
from tests.pipelines.cli.shell import learnloom


def test_a_taken_port_is_refused() -> None:
    """Where something answers on the port already, serve ends with an error that names port and remedies."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = learnloom("serve", "--port", str(port))
    assert ran.code == 1
    assert ran.err.startswith(f"learnloom: port {port} is not available")
    assert f"PREFECT_API_URL=http://127.0.0.1:{port}/api" in ran.err


@pytest.mark.slow
def test_it_ends_though_a_thread_does_not() -> None:
    """A thread that waits for good holds up the end of the process for a moment only, and is named."""
    code = (
        "import threading\n"
        "from learnloom.flows.serve import end_for_certain\n"
        "threading.Thread(target=threading.Event().wait, name='a client that waits').start()\n"
        "end_for_certain(3, seconds=0.1)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 3
    assert ran.stderr == "learnloom: stopped, though threads did not end: a client that waits\n"


def _place(tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of a `serve` with a door for platforms."""
    set_by_it = {"PREFECT_API_URL", "GLIBC_TUNABLES"}
    others = {name: value for name, value in os.environ.items() if name not in set_by_it}
    ours = {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PYTHONUNBUFFERED": "1",
        "LEARNLOOM_WAREHOUSE": str(tmp_path / "warehouse"),
        "LEARNLOOM_FLOWS__TOPICS": "[]",
        "LEARNLOOM_FLOWS__LIVE": "false",
        "LEARNLOOM_LRS__ENABLED": "true",
        "LEARNLOOM_LRS__PORT": str(free_port()),
    }
    return {**others, **ours, **more}


class _Served(NamedTuple):
    """`serve` at work, what it says, and the interface of its Prefect server."""

    process: "subprocess.Popen[str]"
    told: list[str]
    api: str

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        try:
            wait_until(is_so, lambda: None if self.process.poll() is None else "ended", seconds=WAIT_SECONDS)
        except StartError as error:
            raise StartError(f"{error}, and has said: {''.join(self.told[-50:])}") from error

    def wait_for_words(self, words: str) -> None:
        self.wait_for(lambda: any(words in line for line in self.told))

    def wait_for_a_run(self) -> None:
        """Wait until a run that is asked for now is at work, or has ended."""
        deployment = self._asked("GET", "deployments/name/check/learnloom")["id"]
        run = self._asked("POST", f"deployments/{deployment}/create_flow_run")["id"]
        begun = ("RUNNING", "COMPLETED", "FAILED")
        self.wait_for(lambda: self._asked("GET", f"flow_runs/{run}")["state_type"] in begun)

    def _asked(self, how: str, path: str) -> Any:
        content: dict[str, str] | None = {} if how == "POST" else None
        answers: list[httpx.Response] = []

        def is_answered() -> bool:
            answers.append(httpx.request(how, f"{self.api}/{path}", json=content, verify=TRUST, timeout=30))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE  # its SQLite is busy just then

        self.wait_for(is_answered)
        return answers[-1].raise_for_status().json()


@pytest.mark.long
@pytest.mark.slow
def test_while_prefects_server_is_away_doors_stay_and_flows_go_on_when_it_is_back(tmp_path: Path) -> None:
    """Without its server `serve` goes on, and once it is back, so do flows."""
    port = free_port()
    server, is_up = prefect_process(tmp_path, port)
    api = f"http://127.0.0.1:{port}/api"
    place = _place(tmp_path, PREFECT_API_URL=api)
    server.start(is_up, seconds=WAIT_SECONDS)
    try:
        with serving(place, "--alone") as (process, told):
            served = _Served(process, told, api)
            served.wait_for_words("learnloom: serving")
            server.stop()
            served.wait_for_words("no flows are started until")
            assert is_answering(f"http://127.0.0.1:{place['LEARNLOOM_LRS__PORT']}/xapi/about")
            server.start(is_up, seconds=WAIT_SECONDS)
            served.wait_for_words("flows are started again")
            served.wait_for_a_run()
        assert process.returncode == 0, "".join(told)
        assert not any("learnloom lrs ended" in line for line in told)
    finally:
        server.stop()


@pytest.mark.long
@pytest.mark.slow
def test_its_own_server_is_started_again(tmp_path: Path) -> None:
    """Where the server that serve has started is killed, another comes; processes that it starts keep freed memory."""
    port = free_port()
    with serving(_place(tmp_path), "--port", str(port)) as (process, told):
        served = _Served(process, told, f"http://127.0.0.1:{port}/api")
        served.wait_for_words("learnloom: serving")
        listed = ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)]
        children = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
        server = next(int(line.split()[0]) for line in children if "server start" in line)
        assert (
            b"GLIBC_TUNABLES=glibc.malloc.tcache_count=8000" in Path(f"/proc/{server}/environ").read_bytes()
        )
        os.kill(server, signal.SIGKILL)
        served.wait_for_words("Prefect's server ended with code -9")
        served.wait_for(lambda: is_answering(f"{served.api}/health"))
        served.wait_for_a_run()
    assert process.returncode == 0, "".join(told)
