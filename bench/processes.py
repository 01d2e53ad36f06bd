"""Processes of this machine that a measurement has started, by /proc."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_PROC: Final = Path("/proc")


class Process(NamedTuple):
    """One that runs, or did a moment ago."""

    pid: int
    command: str

    def memory_mb(self) -> int:
        """Resident memory in megabytes; 0 where it has ended."""
        with suppress(OSError):
            status = (_PROC / str(self.pid) / "status").read_text()
            return (
                sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) // 1024
            )
        return 0

    def kill(self) -> None:
        """End it by SIGKILL."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def descendants(pid: int) -> Iterator[Process]:
    """Processes that a process has started, and those that these have."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    waiting = children.get(pid, [])
    while waiting:
        found = waiting.pop()
        waiting += children.get(found, [])
        with suppress(OSError):
            command = (_PROC / str(found) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            yield Process(found, command)
