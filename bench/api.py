"""A call of the HTTP interface: a connection opened for each, as it was, and one that is held.

    python -m bench.api [--students COUNT] [--rounds COUNT] [--folder FOLDER]

A class is simulated, imported and refreshed. Each call is made through the application itself, without a socket; shown
is the processor time of this process, which others on the machine do not change, and the wall time. `opened` opens the
warehouse for each call and closes it after; `held` lends a connection of the pool.
"""

import argparse
import contextlib
import datetime as dt
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from bench.command import learnloom
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.pull import read_page
from learnloom.pipelines.serve.students import key_now, list_students, read_profile, read_signals

_PACKAGES: Final = ("duckdb", "duckdb-extension-ducklake")
Lend = Callable[[], contextlib.AbstractContextManager[Warehouse]]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--folder", type=Path, help="Keeps the warehouse here, and uses the one that is there."
    )
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        warehouse = folder / "learnloom-warehouse"
        if not warehouse.exists():
            learnloom(folder, "simulate", "class", "--students", str(given.students))
            learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))
            learnloom(folder, "refresh")
        settings = Settings(warehouse=warehouse)
        told = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        load = os.getloadavg()[0]
        day, python = dt.datetime.now(dt.UTC).date(), platform.python_version()
        print(f"{day}, {os.cpu_count()} cores, load {load:.0f}, Python {python}, {told}")
        pool = stack.enter_context(ReadingPool(partial(open_to_read, settings), size=1, wait_seconds=60))
        _measure(partial(open_to_read, settings), pool.lent, given.rounds)


def _measure(opened: Lend, held: Lend, rounds: int) -> None:
    with opened() as warehouse:
        (student,) = warehouse.one("SELECT min(student_key) FROM feedback.signal")
    print(f"{'call':12}{'opened: cpu':>14}{'wall':>9}{'held: cpu':>14}{'wall':>9}   processor time saved")
    for name, call in _calls(student):
        before, after = (_times(lend, call, rounds) for lend in (opened, held))
        cells = "".join(f"{cpu * 1e3:11.1f} ms{wall * 1e3:6.0f} ms" for cpu, wall in (before, after))
        print(f"{name:12}{cells}   {before[0] / after[0]:.0f} times")


def _calls(student: str) -> Iterator[tuple[str, Callable[[Warehouse], object]]]:
    yield "profile", lambda warehouse: read_profile(warehouse, key_now(warehouse, student))
    yield (
        "signals",
        lambda warehouse: read_signals(warehouse, student_key=key_now(warehouse, student), limit=1_000),
    )
    yield (
        "events",
        lambda warehouse: read_page(warehouse, since=1, limit=100, audience=None, student_key=None),
    )
    yield "students", lambda warehouse: list_students(warehouse, search=None, course=None, limit=100)


def _times(lend: Lend, call: Callable[[Warehouse], object], rounds: int) -> tuple[float, float]:
    """Median processor and wall time of a call, in seconds; the first one, which fills caches, is left out."""
    found = []
    for _ in range(rounds + 1):
        cpu, wall = time.process_time(), time.perf_counter()
        with lend() as warehouse:
            call(warehouse)
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpus, walls = zip(*found[1:], strict=True)
    return median(cpus), median(walls)


if __name__ == "__main__":
    main()
