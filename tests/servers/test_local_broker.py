"""`make broker` and `make broker-stop`, on the way that needs Java."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from servers.kafka import local
from servers.kafka.broker import Broker
from servers.kafka.local_java import LocalJava
from servers.ports import free_port
from servers.waiting import wait_until
from tests.servers.fixtures import KafkaOnJava

_ROOT = Path(__file__).parents[2]


class Maker:
    """Calls the command as make does, without Docker, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "broker"
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.environment = {**os.environ, "BROKER_PORT": str(self.port), "PATH": _without_docker(folder)}

    def pid(self) -> int:
        """The broker's process, as it is written down."""
        return int((self.folder / "broker.pid").read_text(encoding="ascii"))

    def call(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call it in a process of its own, which a broker outlives."""
        return subprocess.run(
            [sys.executable, "-m", "servers.kafka.local", command, f"--folder={self.folder}"],
            cwd=_ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def ask(self, command: str, **environment: str) -> tuple[object, str]:
        """Call it in this process, where no broker is to be started; give its code or error, and what it prints."""
        arguments = ["servers.kafka.local", command, f"--folder={self.folder}"]
        out = io.StringIO()
        code: object = None
        with (
            patch.object(sys, "argv", arguments),
            patch.dict(os.environ, {**self.environment, **environment}),
            redirect_stdout(out),
        ):
            try:
                local.main()
            except SystemExit as end:
                code = end.code
        return code, out.getvalue()


def _without_docker(folder: Path) -> str:
    """A PATH with a docker that always fails before everything else."""
    programs = folder / "programs"
    programs.mkdir()
    docker = programs / "docker"
    docker.write_text("#!/bin/sh\necho no daemon here >&2\nexit 1\n", encoding="ascii")
    docker.chmod(0o755)
    return f"{programs}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def maker(tmp_path: Path, kafka_on_java: KafkaOnJava) -> Iterator[Maker]:
    """The command; what it has started is stopped in the end."""
    made = Maker(tmp_path)
    yield made
    made.ask("stop")


def test_broker_starts_once_and_stops(maker: Maker) -> None:
    """One call starts it, a second says that it runs, one stops it, and another says that none runs."""
    first = maker.call("start")
    assert first.returncode == 0, first.stderr
    assert f"runs at {maker.address}" in first.stdout
    pid = maker.pid()
    assert f"runs already at {maker.address}" in maker.ask("start")[1]
    assert maker.pid() == pid
    assert Broker(maker.address).is_ready()
    assert f"Kafka at {maker.address} is stopped" in maker.ask("stop")[1]
    assert "No Kafka of ours runs" in maker.ask("stop")[1]


@pytest.mark.long
def test_broker_that_was_killed_or_stopped_comes_back_with_its_data(maker: Maker) -> None:
    """A pid that a killed one leaves keeps nobody from starting it anew; a stopped one may take another port."""
    maker.call("start")
    Broker(maker.address).create_topic("kept")
    stale = maker.pid()
    os.kill(stale, signal.SIGKILL)
    way = LocalJava(maker.folder, os.environ)
    wait_until(lambda: not way.is_running(), lambda: None)
    assert f"runs at {maker.address}" in maker.call("start").stdout
    assert maker.pid() != stale
    assert f"Kafka at {maker.address} is stopped" in maker.call("stop").stdout
    port = free_port()
    assert f"runs at 127.0.0.1:{port}" in maker.call("start", BROKER_PORT=str(port)).stdout
    assert Broker(f"127.0.0.1:{port}").end_offsets("kept") == {0: 0}


def test_pid_of_somebody_else_is_left_alone(maker: Maker) -> None:
    """Where the pid of a broker that died is another program's by now, stop does not touch it."""
    maker.folder.mkdir()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        (maker.folder / "broker.pid").write_text(str(other.pid), encoding="ascii")
        record = {"way": "Java", "address": maker.address}
        (maker.folder / "broker.json").write_text(json.dumps(record), encoding="utf-8")
        assert maker.ask("stop") == (None, "No Kafka of ours runs.\n")
        assert other.poll() is None


def test_taken_port_is_told(maker: Maker) -> None:
    """Somebody else's port ends in an error that says which it is and how to take another."""
    with socket.create_server(("127.0.0.1", maker.port)):
        error, _ = maker.ask("start")
    assert f"port {maker.port} is taken by another program: take another one by BROKER_PORT" in str(error)


@pytest.mark.parametrize("port", ["0", "70000", "nine"])
def test_wrong_port_is_told(port: str, maker: Maker) -> None:
    """What is no port is named in the error."""
    error, _ = maker.ask("start", BROKER_PORT=port)
    assert f"BROKER_PORT={port} is not a port" in str(error)


def test_neither_docker_nor_java_is_told(maker: Maker, tmp_path: Path) -> None:
    """Where there is no way to a broker, each way is named with its reason."""
    error, _ = maker.ask("start", PATH=str(tmp_path / "programs"), JAVA_HOME="")
    assert "no Kafka can be had here. Docker: no daemon here; Java: no java" in str(error)


def test_make_calls_it() -> None:
    """The targets of the Makefile call this command."""
    for target, command in (("broker", "start"), ("broker-stop", "stop")):
        planned = subprocess.run(
            ["make", "--dry-run", target], cwd=_ROOT, capture_output=True, text=True, check=True
        )
        assert f"-m servers.kafka.local {command}" in planned.stdout
