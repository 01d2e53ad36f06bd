"""Processes of their own, to be killed, paused and continued; forked with everything imported, which takes seconds."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

import duckdb

from tests.quick import CONNECT

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "learnloom.pipelines.cli.consume",
        "learnloom.pipelines.cli.main",
        "learnloom.pipelines.lrs.opening",
        "learnloom.pipelines.refresh.carry_out",
        "learnloom.pipelines.refresh.refresh",
        "pyarrow",
        "pytz",
        "stamina",
        "uvicorn",
    ]
)


class Forked:
    """One process that does some work, and what it says on one of its streams."""

    def __init__(self, work: Callable[..., object], *arguments: Any, stream: int = 1) -> None:
        """Start it.

        Args:
            work: a function of a module.
            arguments: what it is called with.
            stream: which of its streams is heard: 1, or 2 for its errors.
        """
        ours, theirs = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_work, args=(theirs, stream, work, arguments))
        self._process.start()
        theirs.close()
        self._lines: SimpleQueue[str] = SimpleQueue()
        # Read all the time: a process whose pipe is full stops where it is, with all that it holds.
        self._reader = Thread(target=_read, args=(ours, self._lines), daemon=True)
        self._reader.start()
        self.said: list[str] = []

    def hear(self, *words: str) -> str:
        """Wait for a line with one of the words; nothing where it ends before."""
        while line := self._lines.get():
            self.said.append(line)
            if any(word in line for word in words):
                return line
        self._lines.put("")
        return ""

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, as `kill -9` does; also one that has ended."""
        self._process.kill()
        self.end()

    def end(self) -> int:
        """Wait for its end; give its exit code."""
        self.hear()
        self._reader.join()
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


def _read(pipe: Connection, lines: SimpleQueue[str]) -> None:
    """Hand on every line; at the end an empty one."""
    with pipe, os.fdopen(os.dup(pipe.fileno()), encoding="utf-8", errors="replace") as stream:
        for line in stream:
            lines.put(line)
    lines.put("")


def _work(pipe: Connection, stream: int, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    os.dup2(pipe.fileno(), stream)
    duckdb.connect = CONNECT
    work(*arguments)
