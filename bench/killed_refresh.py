"""A refresh in buckets, killed at random instants: what readers see between, and what stands at the end.

    python -m bench.killed_refresh [--kills COUNT] [--seed SEED]

A class is landed in two halves and refreshed after the first. Then `refresh --full` is started as a process and killed
(SIGKILL) after a random time, again and again; a reader looks after each kill. What stands in the end is held against a
warehouse of the same statements that nobody disturbed.
"""

import argparse
import os
import platform
import random
import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.command import learnloom
from bench.killing import kill, opened, rows_of, started
from learnloom.pipelines.lake.relation import CATALOGUE

_DAY: Final = ("--as-of", "2026-11-02")
_SETTINGS: Final = {"LEARNLOOM_REFRESH__BUCKET_STATEMENTS": "1000", "LEARNLOOM_REFRESH__WORKERS": "2"}


def main() -> None:
    """Kill, count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("duckdb", "duckdb-extension-ducklake")))
    with tempfile.TemporaryDirectory() as made:
        disturbed, quiet = Path(made) / "disturbed", Path(made) / "quiet"
        _prepare(disturbed)
        shutil.copytree(disturbed, quiet)
        whole = learnloom(quiet, "refresh", "--full", *_DAY, settings=_SETTINGS)
        chance = random.Random(options.seed)  # noqa: S311 - seeded, so that it can be repeated
        n_torn = _kill(disturbed, options.kills, chance, whole.seconds)
        learnloom(disturbed, "refresh", "--full", *_DAY, settings=_SETTINGS)
        differing = _differing(disturbed, quiet)
        print(f"{options.kills} kills, seed {options.seed}: {n_torn} reads of half a refresh")
        print(f"tables that differ in the end: {sorted(differing) or 'none'}")
        print(f"files that are no table's: {_orphans(disturbed)}")


def _prepare(folder: Path) -> None:
    """Land and refresh a part of a class, and land the rest."""
    folder.mkdir()
    learnloom(folder, "simulate", "class", "--statements", "4000")
    lines = (folder / "class" / "statements.jsonl").read_bytes().splitlines(keepends=True)
    for name, part in (("first", lines[: len(lines) // 2]), ("second", lines[len(lines) // 2 :])):
        (folder / f"{name}.jsonl").write_bytes(b"".join(part))
        learnloom(folder, "import", f"{name}.jsonl", ok=(0, 3))
        if name == "first":
            learnloom(folder, "refresh", *_DAY)


def _kill(folder: Path, n_kills: int, chance: random.Random, seconds: float) -> int:
    """Start refreshes and kill them, each within the time that a whole one takes; return the torn reads."""
    n_torn = 0
    for _ in range(n_kills):
        process = started(folder, "refresh", "--full", *_DAY, **_SETTINGS)
        time.sleep(chance.uniform(0.1, seconds))
        kill(process)
        n_torn += _is_torn(folder)
    return n_torn


def _is_torn(folder: Path) -> bool:
    """Whether profiles, students and digests are not of one refresh."""
    with opened(folder) as warehouse:
        counts = warehouse.one(
            "SELECT (SELECT count(*) FROM dimensional.dim_student), "
            "(SELECT count(*) FROM feedback.student_profile), "
            "(SELECT count(DISTINCT student_key) FROM run.student_digest), "
            "(SELECT count(DISTINCT student_key) FROM feedback.student_profile)"
        )
    return len(set(counts)) > 1


def _differing(one: Path, other: Path) -> set[str]:
    """Tables of which not the same rows stand in both; logs of what happened left out."""
    found = {name: rows_of(folder) for name, folder in (("one", one), ("other", other))}
    return {
        name for name in found["one"] | found["other"] if found["one"].get(name) != found["other"].get(name)
    }


def _orphans(folder: Path) -> int:
    """Parquet files under the warehouse's data that the catalogue does not name."""
    with opened(folder) as warehouse:
        known = warehouse.rows(
            f"SELECT path FROM {CATALOGUE}.ducklake_data_file "
            f"UNION ALL SELECT path FROM {CATALOGUE}.ducklake_delete_file "
            f"UNION ALL SELECT path FROM {CATALOGUE}.ducklake_files_scheduled_for_deletion"
        )
    names = {Path(path).name for (path,) in known}
    return sum(
        file.name not in names for file in (folder / "learnloom-warehouse" / "data").rglob("*.parquet")
    )


if __name__ == "__main__":
    main()
