"""How long a refresh takes: everything, then after 1,000 new statements; and one profile as a command.

    python -m bench.refresh [--statements COUNT...] [--copies COUNT]

For each size a class is simulated and all but 1,000 of its statements, of at the most 300 students, are imported and
refreshed; then the rest. Each step is the command that a user would type, in a process of its own. With copies, as many
classes stand beside it in the warehouse, who do the same under other names: 25 of 100,000 statements are about a
million answers.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import orjson

from bench.command import Step, learnloom

NEW = 1_000
NEW_STUDENTS = 300
# Among so many records at the end of the file the new statements are chosen.
TAIL = 100_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--statements", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--copies", type=int, default=0)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("duckdb", "duckdb-extension-ducklake", "pyarrow")))
    print(f"{'':<44}{'students':>9}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}")
    for size in arguments.statements:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), size, arguments.copies)


def _measure(folder: Path, size: int, copies: int) -> None:
    learnloom(folder, "simulate", "class", "--statements", str(size))
    class_file = folder / "class" / "statements.jsonl"
    file, later = folder / "statements.jsonl", folder / "later.jsonl"
    n_lines, n_new = _split(class_file, file, later)
    learnloom(folder, "import", str(file), ok=(0, 3))
    if copies:
        subprocess.run(
            [sys.executable, str(Path(__file__).with_name("copies.py")), str(folder), str(copies)], check=True
        )
    name = f"{n_lines * (copies + 1):,} records"
    day = ("--as-of", "2026-11-02")
    _show(f"{name}: refresh, everything", learnloom(folder, "refresh", *day))
    answers = learnloom(folder, "query", "SELECT count(*) AS n FROM dimensional.fact_attempt").told[0]["n"]
    print(f"{answers:,} answers")
    with file.open("ab") as more:
        more.write(later.read_bytes())
    learnloom(folder, "import", str(file), ok=(0, 3))
    _show(f"{name}: refresh after {n_new:,} new", learnloom(folder, "refresh", *day))
    _show(f"{name}: refresh, nothing new", learnloom(folder, "refresh", *day))
    student = learnloom(folder, "students", "--limit", "1").told[0]["student_key"]
    steps = sorted(learnloom(folder, "profile", student) for _ in range(5))
    _show(f"{name}: profile (median of 5)", steps[2])


def _split(source: Path, most: Path, later: Path) -> tuple[int, int]:
    """Split a file: the last statements of a few students for later; return the lines of both and of these.

    Line by line: a child's peak memory begins with its parent's.
    """
    with source.open("rb") as lines:
        n_lines = sum(1 for _ in lines)
    chosen = 0
    students: Counter[bytes] = Counter()
    with source.open("rb") as lines, most.open("wb") as to_most, later.open("wb") as to_later:
        for number, line in enumerate(lines):
            is_chosen = chosen < NEW and number >= n_lines - TAIL and _is_of(line, students)
            chosen += is_chosen
            (to_later if is_chosen else to_most).write(line)
    return n_lines, chosen


def _is_of(line: bytes, students: Counter[bytes]) -> bool:
    """Whether the record is one more of a student among those chosen, each of whom gives about as many."""
    try:
        student = orjson.dumps(orjson.loads(line)["actor"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    if students[student] > NEW // NEW_STUDENTS or (student not in students and len(students) == NEW_STUDENTS):
        return False
    students[student] += 1
    return True


def _show(what: str, step: Step) -> None:
    students = step.told[0].get("students", "") if step.told else ""
    print(
        f"{what:<44}{students:>9}{step.seconds:>9.2f}{step.cpu_seconds:>8.2f}{step.peak_mb:>9.0f}", flush=True
    )


if __name__ == "__main__":
    main()
