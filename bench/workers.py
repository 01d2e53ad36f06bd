"""How long a full refresh of many students takes with one worker, and with more.

    python -m bench.workers [--students COUNT] [--workers COUNT...] [--runner threads|processes] [--folder FOLDER]

The flow `refresh` as a run of Prefect's, with a server of its own: tables and estimates are computed by DuckDB and
numpy in one process, profiles and signals in buckets by the workers.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.command import environment, learnloom
from learnloom.pipelines.lake.connection import Warehouse

_RUN: Final = """
import json, sys
from prefect.testing.utilities import prefect_test_harness
from learnloom.flows.refresh import refresh

with prefect_test_harness(server_startup_timeout=120):
    told = refresh(full=True)
print(json.dumps({"students": told["students"], "seconds": told["seconds"]}))
"""
_PACKAGES: Final = ("prefect", "duckdb", "duckdb-extension-ducklake", "numpy")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--runner", choices=("threads", "processes"), default="processes")
    parser.add_argument("--folder", type=Path, help="a folder where an earlier run has made its warehouse")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in _PACKAGES))
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        if not (folder / "learnloom-warehouse").exists():
            _make(folder, options.students)
        with Warehouse(folder / "learnloom-warehouse", read_only=True) as warehouse:
            (n_statements,) = warehouse.one("SELECT count(*) FROM landing.statement")
        print(f"{n_statements:,} statements")
        print(f"{'full refresh':<24}{'students':>10}{'seconds':>10}{'CPU s':>9}{'peak MB':>9}")
        for workers in options.workers:
            _measure(folder, options.runner, workers)


def _make(folder: Path, students: int) -> None:
    learnloom(folder, "simulate", "class", "--students", str(students), "--weeks", "1", "--skills", "1")
    learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))


def _measure(folder: Path, runner: str, workers: int) -> None:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN],
        cwd=folder,
        env=environment(
            LEARNLOOM_FLOWS__RUNNER=runner,
            LEARNLOOM_FLOWS__WORKERS=str(workers),
            LEARNLOOM_WAREHOUSE="learnloom-warehouse",
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(
            f"the refresh with {workers} workers failed after {time.perf_counter() - started:.0f} s"
        )
    told = json.loads(lines[-1])
    name = f"{workers} {runner}"
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(f"{name:<24}{told['students']:>10,}{told['seconds']:>10.1f}{cpu:>9.1f}{peak:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
