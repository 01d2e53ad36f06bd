"""How long a full refresh of many students takes with one worker, and with more.

    python -m bench.workers [--students COUNT] [--workers COUNT...] [--bucket-statements COUNT] [--folder FOLDER]

The command `refresh --full`: staging and publishing by one process, buckets of students by the workers. The peak of
memory is that of the process that took most.
"""

import argparse
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.command import learnloom
from learnloom.pipelines.lake.connection import Warehouse

_PACKAGES: Final = ("duckdb", "duckdb-extension-ducklake", "numpy")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--bucket-statements", type=int, default=200_000)
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
        print(f"{'workers':<24}{'students':>10}{'seconds':>10}{'CPU s':>9}{'peak MB':>9}")
        for workers in options.workers:
            _measure(folder, workers, options.bucket_statements)


def _make(folder: Path, students: int) -> None:
    learnloom(folder, "simulate", "class", "--students", str(students), "--weeks", "1", "--skills", "1")
    learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))


def _measure(folder: Path, workers: int, bucket_statements: int) -> None:
    settings = {
        "LEARNLOOM_REFRESH__WORKERS": str(workers),
        "LEARNLOOM_REFRESH__BUCKET_STATEMENTS": str(bucket_statements),
    }
    step = learnloom(folder, "refresh", "--full", settings=settings)
    students = step.told[0]["students"]
    print(
        f"{workers:<24}{students:>10,}{step.seconds:>10.1f}{step.cpu_seconds:>9.1f}{step.peak_mb:>9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
