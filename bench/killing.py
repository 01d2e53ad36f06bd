"""What benches that kill commands have in common: a command in a group of its own, its end, and what stands then."""

import os
import signal
import subprocess
from pathlib import Path

from bench.command import environment, program
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables, load_relations

_SCOPES = ("mention", "reference", "student", "activity", "course", "skill")


def opened(folder: Path) -> Warehouse:
    """Open the warehouse of a bench's folder for reading."""
    return Warehouse(folder / "learnloom-warehouse", read_only=True)


def started(folder: Path, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
    """Start a command in the folder, with all that it starts in a group of its own."""
    return subprocess.Popen(
        [*program(), *arguments],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command, and all that it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def rows_of(folder: Path) -> dict[str, tuple[int, str]]:
    """Number and digest of the rows of each table that a refresh writes; logs of what happened left out."""
    with opened(folder) as warehouse:
        filled = filled_tables(warehouse)
        return {
            relation.full_name: warehouse.one(
                "SELECT count(*), md5(string_agg(t::VARCHAR, '' ORDER BY t::VARCHAR)) "
                f"FROM {LAKE}.{relation.full_name} AS t"
            )
            for relation in load_relations()
            if relation.scope in _SCOPES and relation.stored == "table" and relation.full_name in filled
        }
