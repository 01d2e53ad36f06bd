"""`make broker` and `make broker-stop`: a Kafka for people, which goes on when the command is done.

Needs nothing beyond what learnloom itself needs, and Docker, or Java and Maven.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock

from servers.errors import NoServerError, StartError
from servers.kafka.broker import OwnBroker
from servers.kafka.jars import KAFKA_VERSION
from servers.kafka.local_docker import LocalDocker
from servers.kafka.local_java import LocalJava
from servers.kafka.properties import Listeners
from servers.ladder import climb
from servers.ports import is_free

_PORT = 9092
_LOCK_SECONDS = 900.0
"""The first start downloads."""


@dataclass(frozen=True)
class Record:
    """What is known of the broker that was started last."""

    way: str
    """"Docker" or "Java"."""
    address: str


class LocalBroker:
    """The broker of a folder: it runs or it does not."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`folder` takes settings, log, data and the record."""
        folder.mkdir(parents=True, exist_ok=True)
        self._record = folder / "broker.json"
        self._lock = FileLock(folder / "command.lock", timeout=_LOCK_SECONDS)
        self._ways: dict[str, LocalDocker | LocalJava] = {
            "Docker": LocalDocker(folder, environment),
            "Java": LocalJava(folder, environment),
        }

    def running(self) -> Record | None:
        """Give the record of the broker where it runs; one that has died is forgotten."""
        if not self._record.exists():
            return None
        record = Record(**json.loads(self._record.read_text(encoding="utf-8")))
        if self._ways[record.way].is_running():
            return record
        self._record.unlink()
        return None

    def start(self, port: int) -> tuple[Record, bool]:
        """Start it where it does not run yet.

        Returns:
            What runs now, and whether it was started by this call.

        Raises:
            NoServerError: There is neither Docker nor Java with Maven.
            StartError: The port is taken, or Kafka does not come up.
        """
        with self._lock:
            found = self.running()
            if found is not None:
                return found, False
            if not is_free(port):
                raise StartError(f"port {port} is taken by another program: take another one by BROKER_PORT")
            listeners = Listeners.choose(port=port)
            rungs = {name: partial(self._make, name, listeners) for name in self._ways}
            way, broker = climb("Kafka", rungs)
            record = Record(way, broker.address)
            # Before it starts: what is killed half way through leaves a broker that can be stopped.
            self._record.write_text(json.dumps(asdict(record)), encoding="utf-8")
            broker.start()
            return record, True

    def _make(self, way: str, listeners: Listeners) -> tuple[str, OwnBroker]:
        return way, self._ways[way].make(listeners)

    def stop(self) -> Record | None:
        """Stop it where it runs, and tell what was stopped."""
        with self._lock:
            found = self.running()
            if found is not None:
                self._ways[found.way].stop()
                self._record.unlink()
            return found


def main() -> None:
    """Read the command line and the environment, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m servers.kafka.local", description=__doc__)
    parser.add_argument("command", choices=("start", "stop"))
    parser.add_argument("--folder", type=Path, default=Path(".broker"))
    chosen = parser.parse_args()
    local = LocalBroker(chosen.folder, os.environ)
    try:
        if chosen.command == "start":
            _say(_started(*local.start(_port(os.environ.get("BROKER_PORT"))), chosen.folder))
        else:
            found = local.stop()
            _say(
                f"Kafka at {found.address} is stopped; its data stay." if found else "No Kafka of ours runs."
            )
    except (NoServerError, StartError, ValueError) as error:
        sys.exit(f"make broker: {error}")


def _port(text: str | None) -> int:
    if not text:
        return _PORT
    if not text.isdigit() or not 1 <= int(text) <= 65_535:  # noqa: PLR2004 - the last port
        raise ValueError(f"BROKER_PORT={text} is not a port (1 to 65535)")
    return int(text)


def _started(record: Record, is_new: bool, folder: Path) -> str:
    python = os.path.relpath(sys.executable)
    return f"""Kafka {KAFKA_VERSION} {"runs" if is_new else "runs already"} at {record.address} (by {record.way}).
  bootstrap server  {record.address}, no security, reached from this machine only
  make a topic      {python} -m kafka.admin -b {record.address} topics create -t statements --num-partitions 4
  files             {folder}{", broker.log is its log" if record.way == "Java" else ""}
  stop it           make broker-stop
"""


def _say(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")


if __name__ == "__main__":
    main()
