"""A broker of one's own on this machine's Java."""

import base64
import subprocess
import uuid
from pathlib import Path

from servers.errors import StartError
from servers.kafka.broker import OwnBroker
from servers.kafka.properties import Listeners, Security, server_properties
from servers.process import ServerProcess
from servers.waiting import START_SECONDS

QUICK = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Up soon, small, and not made for throughput: for tests."""
STRONG = ("-Xmx1g",)
"""For measurements and for people."""


def java_broker(
    folder: Path,
    listeners: Listeners,
    security: Security | None = None,
    *,
    java: str,
    jars: Path,
    options: tuple[str, ...] = QUICK,
    pid_file: Path | None = None,
) -> OwnBroker:
    """Make ready a broker as a process; settings, data and log are in its folder.

    Args:
        folder: Its own, made where it is not there. Data in it are taken over.
        listeners: Ports.
        security: For the secured listeners.
        java: Program.
        jars: Folder of Kafka's jars.
        options: For Java.
        pid_file: Where its pid is written, for one that is to go on without us.

    Raises:
        StartError: The folder cannot be made ready.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = folder.resolve() / "data"
    settings = folder / "server.properties"
    settings.touch(mode=0o600)  # there may be passwords and a key in it
    settings.write_text(server_properties(listeners, security, data=str(data)), encoding="utf-8")
    logging = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    command = [java, *options, *logging, "-cp", f"{jars}/*"]
    if not (data / "meta.properties").exists():
        _format(command, settings)
    process = ServerProcess(
        [*command, "kafka.Kafka", str(settings)], folder / "broker.log", pid_file=pid_file
    )
    return OwnBroker(process, listeners, security)


def _format(command: list[str], settings: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    done = subprocess.run(
        [*command, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={settings}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    if done.returncode:
        raise StartError(f"Kafka cannot make its data folder: {done.stdout}{done.stderr}")
