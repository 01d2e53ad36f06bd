"""A broker for people, in a container."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from servers.docker import find_docker
from servers.errors import NotHereError, StartError
from servers.kafka.broker import OwnBroker
from servers.kafka.image import COMMAND, DATA, IMAGE, environment_inside
from servers.kafka.properties import Listeners
from servers.ports import LOOPBACK
from servers.waiting import wait_until

_FETCH_SECONDS = 600.0
_STOP_SECONDS = 30


class LocalDocker:
    """A container that may have been started by an earlier command; its data are in a volume of the same name.

    By Docker's own command: testcontainers, made for tests, removes what it has started.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`folder` gives the container its name: each checkout has its own."""
        self._environment = dict(environment)
        self._program = shutil.which("docker", path=environment.get("PATH")) or "docker"
        self._name = f"learnloom-broker-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"
        self._run: tuple[str, ...] = ()

    def make(self, listeners: Listeners) -> OwnBroker:
        """Fetch the image, where it is not there yet. Raises NotHereError: no Docker, or it cannot fetch it."""
        find_docker(self._environment)
        if self._docker("image", "inspect", IMAGE).returncode:
            fetched = self._docker("pull", "--quiet", IMAGE)
            if fetched.returncode:
                raise NotHereError(f"Docker does not give {IMAGE}: {fetched.stderr.strip()}")
        variables = environment_inside(listeners)
        ports = [f"--publish={LOOPBACK}:{port}:{port}" for port in listeners.ports.values()]
        told = [f"--env={name}={value}" for name, value in variables.items()]
        kept = [f"--name={self._name}", f"--volume={self._name}:{DATA}"]
        self._run = ("run", "--detach", *kept, *ports, *told, IMAGE, *COMMAND)
        return OwnBroker(self, listeners)

    def is_running(self) -> bool:
        """Whether the container runs."""
        return self._docker("inspect", "--format={{.State.Running}}", self._name).stdout.strip() == "true"

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and wait until it is ready."""
        self.close()  # what has died
        made = self._docker(*self._run)
        if made.returncode:
            self.close()
            raise StartError(f"Docker does not start {IMAGE}: {made.stderr.strip()}")
        try:
            wait_until(is_ready, lambda: None if self.is_running() else "has ended")
        except StartError as error:
            log = self._docker("logs", "--tail=30", self._name)
            self.kill()
            raise StartError(f"{error}. The end of its log:\n{log.stdout}{log.stderr}") from error

    def stop(self) -> None:
        """Stop it in good order; the data stay."""
        self._docker("stop", "-t", str(_STOP_SECONDS), self._name)
        self.close()

    def kill(self) -> None:
        """End it at once."""
        self.close()

    def close(self) -> None:
        """End it and remove the container; the data stay."""
        self._docker("rm", "--force", self._name)

    def _docker(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=_FETCH_SECONDS,
            env=self._environment,
        )
