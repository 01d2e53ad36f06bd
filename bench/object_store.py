"""What an object store costs: import and refreshes of a class, with the data in a folder and on a store.

    python -m bench.object_store [--students COUNT] [--weeks COUNT]

The store is one of this machine (servers/s3), so that no network is in it: its peer is the folder. Processor time is
that of learnloom, without the store's own.
"""

import argparse
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.command import learnloom
from servers.s3.find import own_store
from servers.s3.server import OwnStore

_DAY = "2026-10-10"
_COMMANDS = (
    ("import", "class/statements.jsonl"),
    ("refresh", "--as-of", _DAY),
    ("refresh", "--as-of", _DAY),
    ("status",),
)
_SOME_REFUSED = 3


def main() -> None:
    """Measure both, one after the other, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=5)
    asked = parser.parse_args()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python "
        f"{platform.python_version()}, duckdb {version('duckdb')}, httpfs {version('duckdb-extension-httpfs')}"
    )
    with tempfile.TemporaryDirectory() as made, own_store(os.environ) as store:
        folder = Path(made)
        size = ("--students", str(asked.students), "--weeks", str(asked.weeks))
        learnloom(folder, "simulate", "class", *size)
        records = (folder / "class" / "statements.jsonl").read_bytes().count(b"\n")
        print(f"{records:,} records of {asked.students} students")
        _measure(folder, "folder", {})
        _measure(folder, "store", _settings(store))


def _settings(store: OwnStore) -> dict[str, str]:
    return {
        "LEARNLOOM_DATA_PATH": f"s3://{store.create_bucket()}/lake/",
        "LEARNLOOM_S3__ENDPOINT_URL": store.address.endpoint_url,
        "LEARNLOOM_S3__ACCESS_KEY_ID": store.address.access_key_id,
        "LEARNLOOM_S3__SECRET_ACCESS_KEY": store.address.secret_access_key,
    }


def _measure(folder: Path, name: str, settings: dict[str, str]) -> None:
    for command in _COMMANDS:
        step = learnloom(
            folder, *command, ok=(0, _SOME_REFUSED), settings={**settings, "LEARNLOOM_WAREHOUSE": name}
        )
        print(
            f"{name:8} {command[0]:8} {step.seconds:6.1f} s, {step.cpu_seconds:5.1f} s of processor time, "
            f"{step.peak_mb:,.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
