"""An erasure, killed at random instants: what is seen between, and what is left at the end.

    python -m bench.killed_erase [--kills COUNT] [--seed SEED]

A class is landed and refreshed. A student is hidden; then `learnloom erase run --now` is started as a process and
killed (SIGKILL) after a random time, again and again. Between, nothing of the student may be seen, and everybody else's
statements stand. When it has ended, its receipt is verified, and the next student is erased, until there were so many
kills. At the end an incremental state is held against a full refresh.
"""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bench.command import learnloom
from bench.killing import kill, opened, rows_of, started
from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import filled_tables, load_relations

_DAY: Final = ("--as-of", "2026-11-02")
_TRIES: Final = 12
"""Kills of one erasure; then it may end."""


def main() -> None:
    """Kill, count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--statements", type=int, default=6_000)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - seeded, so that it can be repeated
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        learnloom(folder, "simulate", "class", "--statements", str(options.statements))
        learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))
        learnloom(folder, "refresh", *_DAY)
        n_kills, n_students, n_seen, n_others = 0, 0, 0, 0
        while n_kills < options.kills:
            key, name = _somebody(folder)
            others = _statements_of_others(folder, key)
            learnloom(folder, "erase", "request", key)
            n_students += 1
            seconds = 12.0
            for _ in range(min(_TRIES, options.kills - n_kills)):
                if _ends_before(folder, chance.uniform(0.3, seconds)):
                    break
                n_kills += 1
                n_seen += _is_seen(folder, key)
                n_others += _statements_of_others(folder, key) != others
            learnloom(folder, "erase", "run", "--now")
            _verify(folder, key, name)
            print(f"{n_students} students erased, {n_kills} kills", flush=True)
        rows = rows_of(folder)
        learnloom(folder, "refresh", "--full", *_DAY)
        again = rows_of(folder)
        differing = sorted(table for table in rows if rows[table] != again.get(table))
    print(f"{n_kills} kills, seed {options.seed}, {n_students} students erased: each receipt holds")
    print(f"student seen between: {n_seen}; statements of others changed: {n_others}")
    print(f"tables that a full refresh leaves otherwise: {differing or 'none'}")


def _ends_before(folder: Path, seconds: float) -> bool:
    process = started(folder, "erase", "run", "--now")
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill(process)
        return False
    return True


def _somebody(folder: Path) -> tuple[str, str]:
    with opened(folder) as warehouse:
        return warehouse.one(
            "SELECT student_key, student_name FROM dimensional.dim_student ORDER BY n_statements DESC LIMIT 1"
        )


def _statements_of_others(folder: Path, key: str) -> tuple[int, str]:
    with opened(folder) as warehouse:
        return warehouse.one(
            "SELECT count(*), md5(string_agg(statement_id::VARCHAR, '' ORDER BY statement_id)) "
            "FROM staging.stg_statement WHERE student_key IS DISTINCT FROM ?",
            [key],
        )


def _is_seen(folder: Path, key: str) -> bool:
    with opened(folder) as warehouse:
        filled = filled_tables(warehouse)
        return any(
            warehouse.one(f"SELECT count(*) FROM {LAKE}.{each.full_name} WHERE student_key = ?", [key])
            != (0,)
            for each in load_relations()
            if each.scope == "student" and each.full_name in filled
        )


def _verify(folder: Path, key: str, name: str) -> None:
    receipt = max((folder / "learnloom-warehouse" / "erasure" / "receipts").glob("*.json"))
    assert json.loads(receipt.read_text())["searched"]["tokens"]
    learnloom(folder, "erase", "verify", str(receipt), "--text", key, "--text", name)


if __name__ == "__main__":
    main()
