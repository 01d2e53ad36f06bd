"""What erasing costs: processor time, bytes written, and how long landing waits meanwhile.

    python -m bench.erase [--statements COUNT] [--students COUNT ...] [--folder FOLDER]

A class is landed and refreshed, or the warehouse of another run copied. So many students are hidden (`erase request`)
and taken out of all files (`erase run --now`), while another process imports small files, one after the other.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

from bench.command import Step, learnloom
from learnloom.pipelines.lake.connection import Warehouse

_WAREHOUSE: Final = "learnloom-warehouse"
_DAY: Final = ("--as-of", "2026-11-02")


class _Landing:
    """Lands a statement at a time, for as long as it is asked to, and keeps how long each took."""

    def __init__(self, folder: Path) -> None:
        self._over = threading.Event()
        self.seconds: list[float] = []
        self._folder = folder
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        code = (
            "import sys, time, json, datetime as dt\n"
            "from pathlib import Path\n"
            "from learnloom.pipelines.config.settings import Settings\n"
            "from learnloom.pipelines.ingest.land.run import LandingJob, land_files\n"
            "from learnloom.pipelines.ingest.land.stop import StopSignal\n"
            "from learnloom.pipelines.ingest.opening import file_source\n"
            "settings = Settings(warehouse=Path('learnloom-warehouse'), lock_wait_seconds=300)\n"
            "for number, line in enumerate(sys.stdin):\n"
            "    path = Path(f'small-{number}.jsonl'); path.write_text(line)\n"
            "    job = LandingJob(settings, lambda: dt.datetime.now(dt.UTC), StopSignal())\n"
            "    began = time.perf_counter()\n"
            "    land_files(job, file_source(settings, [path]))\n"
            "    print(time.perf_counter() - began, flush=True)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        number = 0
        while not self._over.is_set():
            process.stdin.write(json.dumps(_statement(number)) + "\n")
            process.stdin.flush()
            self.seconds.append(float(process.stdout.readline()))
            number += 1
            time.sleep(0.2)
        process.stdin.close()
        process.wait()


def _statement(number: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-9000-{number:012x}",
        "actor": {"account": {"homePage": "https://lms.school.example", "name": "newcomer"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://school.example/page"},
        "timestamp": "2026-10-30T10:00:00Z",
    }


def main() -> None:
    """Prepare, erase, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--students", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--folder", type=Path, help="a folder where another run has made its warehouse; it stays"
    )
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("duckdb", "duckdb-extension-ducklake")))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if options.folder:
            shutil.copytree(options.folder / _WAREHOUSE, folder / _WAREHOUSE)
        else:
            learnloom(folder, "simulate", "class", "--statements", str(options.statements))
            learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))
        _tell("refresh before", [learnloom(folder, "refresh", *_DAY)])
        for n_students in options.students:
            _erase(folder, n_students)


def _erase(folder: Path, n_students: int) -> None:
    """Erase the students of whom most is known, and say what it took."""
    with Warehouse(folder / _WAREHOUSE, read_only=True) as warehouse:
        (count,) = warehouse.one("SELECT count(*) FROM landing.statement")
        students = warehouse.rows(
            "SELECT student_key, n_statements FROM dimensional.dim_student "
            "ORDER BY n_statements DESC, student_key LIMIT ?",
            [n_students],
        )
    before = _files(folder)
    print(
        f"{count:,} statements, {sum(n for _, n in students):,} of {n_students} students, "
        f"{sum(before.values()):,} bytes of data",
        flush=True,
    )
    with _Landing(folder) as landing:
        time.sleep(3)
        alone = len(landing.seconds)
        _tell("erase request", [learnloom(folder, "erase", "request", *(str(key) for key, _ in students))])
        asked = len(landing.seconds)
        _tell("erase run --now", [learnloom(folder, "erase", "run", "--now")])
    with Warehouse(folder / _WAREHOUSE, read_only=True) as warehouse:
        (n_gone,) = warehouse.one("SELECT count(*) FROM landing.erasure WHERE step = 'gone'")
    print(f"receipts by now: {n_gone}")
    after = _files(folder)
    written = sum(size for name, size in after.items() if name not in before)
    print(f"bytes written: {written:,} in {len(after.keys() - before.keys())} files")
    for name, some in (
        ("before", landing.seconds[1:alone]),
        ("during request", landing.seconds[alone:asked]),
        ("during run", landing.seconds[asked:]),
    ):
        if some:
            print(f"landing one statement {name}: {len(some)} times, longest {max(some):.2f} s", flush=True)


def _tell(name: str, steps: Sequence[Step]) -> None:
    print(
        f"{name}: {sum(each.seconds for each in steps):.1f} s, {sum(each.cpu_seconds for each in steps):.1f} s of "
        f"processor, {max(each.peak_mb for each in steps):.0f} MB",
        flush=True,
    )


def _files(folder: Path) -> dict[str, int]:
    data = folder / _WAREHOUSE / "data"
    return {str(path): path.stat().st_size for path in data.rglob("*.parquet")}


if __name__ == "__main__":
    main()
