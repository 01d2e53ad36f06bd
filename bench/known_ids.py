"""What the duplicate check costs in time and memory, by how many ids are known: prints a table.

    python bench/known_ids.py [--known COUNT...]

Each line is a process of its own over a new warehouse, whose table of statements holds as many random hashes. `arrays`
is what was before: all hashes in memory. `index` is `KnownIds`, as landing uses it. Time is that of asking for and
adding 5,000 ids, as a batch of new statements does: median, worst, and median of CPU time, which tells less of what
else the machine does. Memory is what the process holds of its own beyond what it held before (RssAnon), at the end and
at its peak; pages of files that the kernel may drop are told apart (RssFile).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema, tables
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.hash_runs import Hashes, MemoryRun
from learnloom.pipelines.lake.connection import Warehouse

ASKED = 5_000
ROUNDS = 60
_MANY = """
INSERT INTO landing.statement
SELECT '00000000-0000-4000-8000-000000000000'::UUID, hash(i), hash(i + 1_000_000_000_000), '', '', 0, 0, 0, now(), NULL
FROM range({first}, {last}) AS t(i)
"""
_NEW = """
INSERT INTO landing.statement
SELECT '00000000-0000-4000-8000-000000000000'::UUID, id_hash, content_hash, '', '', 0, 0, 0, now(), NULL FROM new
"""
_AT_ONCE = 10_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--known", nargs="*", type=int, default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_MEASURED[options.one[0]](Path(options.one[1]))))
        return
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    heads = (
        f"{'start s':>9}{'ms per 5,000: median, worst':>30}{'own MB':>9}{'peak MB':>9}{'file pages MB':>15}"
    )
    print(f"{'':<14}{'ids known':>13}{heads}{'files MB':>10}")
    for known in options.known:
        with tempfile.TemporaryDirectory() as folder:
            _fill(Path(folder), known)
            for what in _MEASURED:
                _show(what, known, _part(what, folder))


def _fill(folder: Path, known: int) -> None:
    with Warehouse(folder) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=60)
        for first in range(0, known, _AT_ONCE):
            warehouse.run(_MANY.format(first=first, last=min(first + _AT_ONCE, known)))


def _part(what: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", what, folder]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _show(what: str, known: int, told: dict[str, Any]) -> None:
    times = f"{told['median_ms']:.1f}, {told['worst_ms']:.0f}, {told['cpu_ms']:.1f}"
    print(
        f"{what:<14}{known:>13,}{told['start']:>9.1f}{times:>34}{told['own']:>9.0f}{told['peak']:>9.0f}"
        f"{told['pages']:>15.0f}{told['files']:>10.0f}",
        flush=True,
    )


def _measured(
    warehouse: Warehouse, start: Callable[[], None], ask: Callable[[Hashes, Hashes], Callable[[int], None]]
) -> dict[str, Any]:
    """Time a start and some rounds; note the memory that they take."""
    rng = np.random.default_rng(os.getpid())
    before, peaks, is_over = _memory("RssAnon"), [0.0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.01):
            peaks[0] = max(peaks[0], _memory("RssAnon"))

    looking = threading.Thread(target=look)
    looking.start()
    started = time.perf_counter()
    start()
    seconds = time.perf_counter() - started
    times, cpu_times = [], []
    for _ in range(ROUNDS):
        ids, contents = (rng.integers(0, 2**64 - 1, size=ASKED, dtype=np.uint64) for _ in range(2))
        began, cpu = time.perf_counter(), time.thread_time()
        landed = ask(ids, contents)
        seconds, cpu_seconds = time.perf_counter() - began, time.thread_time() - cpu
        snapshot = _land(warehouse, ids, contents)
        began, cpu = time.perf_counter(), time.thread_time()
        landed(snapshot)
        times.append(1e3 * (seconds + time.perf_counter() - began))
        cpu_times.append(1e3 * (cpu_seconds + time.thread_time() - cpu))
    is_over.set()
    looking.join()
    return {
        "start": seconds,
        "median_ms": sorted(times)[ROUNDS // 2],
        "worst_ms": max(times),
        "cpu_ms": sorted(cpu_times)[ROUNDS // 2],
        "own": _memory("RssAnon") - before,
        "peak": peaks[0] - before,
        "pages": _memory("RssFile"),
        "files": sum(file.stat().st_size for file in warehouse.folder.glob("known-ids/*/*")) / 1e6,
    }


def _land(warehouse: Warehouse, ids: Hashes, contents: Hashes) -> int:
    """Land what was asked for, in no time that counts."""
    with warehouse.holding(new=pa.table({"id_hash": ids, "content_hash": contents})):
        warehouse.run(_NEW)
    return tables.last_commit(warehouse)


def _memory(kind: str) -> float:
    """Megabytes of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def _with_arrays(folder: Path) -> dict[str, Any]:
    """All hashes in sorted arrays, as before."""
    runs: list[MemoryRun] = []

    def add(run: MemoryRun) -> None:
        while runs and len(runs[-1]) <= 2 * len(run):
            run = MemoryRun.merged([runs.pop(), run])
        runs.append(run)

    def ask(ids: Hashes, contents: Hashes) -> Callable[[int], None]:
        order = np.argsort(ids)
        for run in runs:
            run.find(ids[order], contents[order])
        return lambda _: add(MemoryRun.of(ids, contents, np.zeros_like(ids)))

    with Warehouse(folder) as warehouse:

        def start() -> None:
            table = warehouse.arrow("SELECT id_hash, content_hash FROM landing.statement")
            ids, contents = (table.column(name).to_numpy() for name in table.column_names)
            add(MemoryRun.of(ids, contents, np.zeros_like(ids)))

        return _measured(warehouse, start, ask)


def _with_index(folder: Path) -> dict[str, Any]:
    """The index, from nothing, and then from the files of the process before."""
    with Warehouse(folder) as warehouse, KnownIds(warehouse, sql_asks=0) as known:

        def ask(ids: Hashes, contents: Hashes) -> Callable[[int], None]:
            known.catch_up()
            known.refresh(warehouse.snapshot())
            known.find(ids, contents)
            entries = MemoryRun.of(ids, contents, np.zeros_like(ids))
            return lambda snapshot: known.landed(entries, snapshot)

        return _measured(warehouse, known.catch_up, ask)


def _with_found_index(folder: Path) -> dict[str, Any]:
    """Likewise, where an earlier process has left its files: they are read from end to end."""
    return _with_index(folder)


_MEASURED = {"arrays": _with_arrays, "index": _with_index, "index found": _with_found_index}

if __name__ == "__main__":
    main()
