"""A broker for people, on this machine's Java."""

import fcntl
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from servers.errors import StartError
from servers.kafka.broker import OwnBroker
from servers.kafka.jars import fetch_jars, find_java
from servers.kafka.java import STRONG, java_broker
from servers.kafka.properties import Listeners
from servers.waiting import wait_until


class LocalJava:
    """A process that may have been started by an earlier command.

    Whether it runs is not asked of its pid, which may be another program's by now, but of the lock that Kafka holds on
    its data as long as it lives.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`folder` is the broker's."""
        self._folder = folder
        self._environment = environment
        self._pid_file = folder / "broker.pid"

    def make(self, listeners: Listeners) -> OwnBroker:
        """Make ready a broker that goes on without us. Raises NotHereError: no Java, or no way to Kafka's jars."""
        java = find_java(self._environment)
        jars = fetch_jars(self._environment)
        return java_broker(
            self._folder, listeners, java=java, jars=jars, options=STRONG, pid_file=self._pid_file
        )

    def is_running(self) -> bool:
        """Whether a broker holds the data."""
        try:
            with (self._folder / "data" / ".lock").open("r+b") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def stop(self) -> None:
        """Stop it in good order, or if that takes too long at once."""
        pid = int(self._pid_file.read_text(encoding="ascii"))
        for how in (signal.SIGTERM, signal.SIGKILL):
            os.kill(pid, how)
            try:
                wait_until(lambda: not self.is_running(), lambda: None)
            except StartError:
                continue
            return
