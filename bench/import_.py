"""How fast statements land: prints a table.

    python -m bench.import_ FILE...

Each FILE is imported into a warehouse of its own in a process of its own, so that the peak memory is that of
one import. What the duplicate check costs is measured by bench/known_ids.py.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.loop import LandingPolicy, import_statements
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.xapi.equality import is_same


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_import(options.files[0])))
        return
    packages = ("duckdb", "duckdb-extension-ducklake", "pyarrow", "numpy", "orjson")
    print(f"{platform.platform()}, {_cores()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in packages))
    heads = f"{'statements':>11}{'refused':>9}{'seconds':>9}{'per s':>9}{'MB/s':>7}{'peak MB':>9}"
    print(f"{'import':<28}{heads}")
    for path in options.files:
        command = [sys.executable, "-m", "bench.import_", str(path), "--one"]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{path.name[-27:]:<28}{told['read']:>11,}{told['dead']:>9,}{told['seconds']:>9.1f}"
            f"{told['read'] / told['seconds']:>9,.0f}{told['size'] / 1e6 / told['seconds']:>7.0f}"
            f"{told['peak_mb']:>9.0f}"
        )


def _import(path: Path) -> dict[str, Any]:
    """Import one file into a new warehouse, with the settings' defaults."""
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder, Warehouse(Path(folder)) as warehouse:
        summary = import_statements(
            FileSource(
                [path],
                max_records=settings.batch_records,
                max_bytes=settings.batch_bytes,
                max_record_bytes=settings.max_statement_bytes,
            ),
            warehouse,
            LandingPolicy(
                max_records=settings.batch_records,
                max_bytes=settings.batch_bytes,
                wait_seconds=settings.lock_wait_seconds,
            ),
            judge=Validator(
                default_version=settings.xapi_version,
                limits=Limits(max_bytes=settings.max_statement_bytes),
            ).validate,
            is_same=is_same,
            now=lambda: datetime.now(UTC),
        )
    return {
        "read": summary.read,
        "dead": summary.dead,
        "size": summary.size,
        "seconds": summary.seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
