"""A composition of its own, started from docker-compose.yml, and questions to it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

from servers.waiting import wait_until
from tests.documents import ROOT

PROJECT: Final = "learnloom-tests"
_LONG_SECONDS: Final = 1_800.0
"""A build from nothing downloads what the locks name."""
_LANDS_SECONDS: Final = 300.0
_KILL: Final = """
import os, pathlib, signal
for place in pathlib.Path("/proc").glob("[0-9]*"):
    words = (place / "cmdline").read_bytes().split(b"\\0")
    if int(place.name) != os.getpid() and {word!r} in b" ".join(words[1:]):
        os.kill(int(place.name), signal.SIGKILL)
"""


class Composition:
    """Runs Docker's commands on one project, whose volumes are its own."""

    def __init__(
        self,
        docker: str,
        environment: dict[str, str] | None = None,
        folder: Path = ROOT,
        project: str = PROJECT,
    ) -> None:
        """Nothing is started yet; the file is that of a folder."""
        self._docker = docker
        self._environment = {**os.environ, **(environment or {})}
        self._folder = folder
        self._project = project

    def with_settings(self, **environment: str) -> "Composition":
        """The same project, with variables that a file .env would hold."""
        return Composition(self._docker, {**self._environment, **environment}, self._folder, self._project)

    def docker(self, *arguments: str, given: str | None = None, may_fail: bool = False) -> str:
        """Run a command of Docker's and give its standard output.

        Raises:
            AssertionError: it fails, and may not; with both outputs.
        """
        ran = subprocess.run(
            [self._docker, *arguments],
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONG_SECONDS,
        )
        assert may_fail or ran.returncode == 0, (
            f"{' '.join(arguments)}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        )
        return ran.stdout

    def compose(self, *arguments: str, given: str | None = None, may_fail: bool = False) -> str:
        """Run a command of Compose's on the project."""
        return self.docker(
            "compose", "--project-name", self._project, *arguments, given=given, may_fail=may_fail
        )

    def up(self, *arguments: str) -> None:
        """Start services, or all of them, and wait until they are healthy."""
        self.compose("up", "--detach", "--wait", "--no-build", *arguments)

    def down_with_volumes(self) -> None:
        """Take everything away, whatever the profile."""
        profiles = ("--profile", "watch", "--profile", "object-store", "--profile", "tools")
        self.compose(*profiles, "down", "--volumes", "--remove-orphans")

    def tools(self, *arguments: str, given: str | None = None) -> str:
        """Run a command of learnloom's in the service for tools."""
        return self.compose("run", "--rm", "-T", "tools", *arguments, given=given)

    def python(self, service: str, code: str) -> str:
        """Run a program within a service's container."""
        return self.compose("exec", "-T", service, "python", "-c", code)

    def answer(self, service: str, url: str, **headers: str) -> Any:
        """Ask an address from within a service's container, and give its JSON."""
        code = (
            "import urllib.request as u; "
            f"print(u.urlopen(u.Request({url!r}, headers={headers!r}), timeout=30).read().decode())"
        )
        return json.loads(self.python(service, code))

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Ask the warehouse."""
        return [json.loads(line) for line in self.tools("query", sql, "--json").splitlines()]

    def kill(self, service: str, word: str) -> None:
        """Kill the processes of a container whose command has a word in it, as the kernel does where memory ends."""
        # With the container's first process goes also the one that has killed it.
        code = _KILL.format(word=word.encode())
        self.compose("exec", "-T", service, "python", "-c", code, may_fail=True)

    def landed(self) -> tuple[int, int, int]:
        """How many records of the topic were taken in, and how many statements stand there, all and distinct."""
        (row,) = self.query(
            "SELECT (SELECT sum(next_offset)::BIGINT FROM landing.position WHERE topic = 'xapi') AS taken, "
            "(SELECT sum(accepted)::BIGINT FROM landing.position WHERE topic = 'xapi') AS accepted, "
            "count(*) AS stand, count(DISTINCT statement_id) AS distinct_ids FROM landing.statement "
            "WHERE topic = 'xapi'"
        )
        assert row["stand"] == row["distinct_ids"] == row["accepted"], row
        return row["taken"], row["stand"], row["distinct_ids"]

    def wait_until_taken(self, records: int) -> int:
        """Wait until so many records of the topic were taken in; give how many statements stand there."""
        found: list[tuple[int, int, int]] = []

        def is_taken() -> bool:
            found.append(self.landed())
            return found[-1][0] >= records

        wait_until(is_taken, lambda: None, seconds=_LANDS_SECONDS)
        assert found[-1][0] == records
        return found[-1][1]

    def runs_again(self, service: str, restarts: int) -> bool:
        """Whether the one container of a service was started again so often, and runs."""
        if self.restarts(service) != [restarts]:
            return False
        states = self.compose("ps", "--all", "--format", "{{.State}}", service).split()
        return states == ["running"]

    def restarts(self, service: str) -> list[int]:
        """How often the containers of a service were started again."""
        ids = self.compose("ps", "--quiet", service).split()
        return [int(self.docker("inspect", "--format", "{{.RestartCount}}", each)) for each in ids]
