"""What is made once for a whole run of tests, though several processes (pytest-xdist) work on it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

from servers.server import Server

AServer = TypeVar("AServer", bound=Server)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder of the run, filled by the process that asks first; whoever asks meanwhile waits.

    Args:
        factory: pytest's own; by it the folder is a new one in every run.
        name: name of the folder: the same for what is the same.
        make: fills the folder, which is there and empty.
    """
    folder = _shared(factory) / name
    finished = folder / "finished"
    with FileLock(f"{folder}.lock"):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what another process has left unfinished
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder


@contextmanager
def started_once(
    factory: pytest.TempPathFactory, name: str, find: Callable[[], AServer], address: Callable[[AServer], str]
) -> Iterator[str]:
    """Give the address of a server of the run, started by the process that asks first.

    That process ends it when it is done itself and no other uses it any more. A process that uses it holds a lock of
    the operating system, which a process that has crashed holds no longer.

    Args:
        factory: pytest's own.
        name: of the server.
        find: gives it, not started.
        address: what another process needs to know of it.
    """
    told = _shared(factory) / f"{name}.address"
    mutex = FileLock(f"{told}.lock")
    with ExitStack() as ours, told.with_suffix(".users").open("a", encoding="ascii") as users:
        with mutex:
            fcntl.flock(users, fcntl.LOCK_SH)
            is_ours = not told.exists()
            if is_ours:
                server = find()
                ours.enter_context(server)
                told.write_text(address(server), encoding="utf-8")
        yield told.read_text(encoding="utf-8")
        if is_ours:
            with mutex:
                told.unlink()
            fcntl.flock(users, fcntl.LOCK_EX)


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of one run have in common."""
    ours = factory.getbasetemp()
    return ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
