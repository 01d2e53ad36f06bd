"""The commands that a user would type, each in a process of its own, and what it took."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from learnloom.pipelines.simulate.config import SimulationConfig

_ROOT: Final = Path(__file__).parents[1]
_RUN: Final = "import sys; from learnloom.pipelines.cli.main import main; sys.argv[0] = 'learnloom'; main()"


class Step(NamedTuple):
    """What one command took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    told: list[Any]


def program() -> list[str]:
    """The command `learnloom`, to which arguments are added."""
    return [sys.executable, "-c", _RUN]


def environment(**more: str) -> dict[str, str]:
    """The environment in which this very source is found, and more."""
    return {**os.environ, "PYTHONPATH": str(_ROOT), **more}


def learnloom(
    folder: Path, *arguments: str, ok: Sequence[int] = (0,), settings: Mapping[str, str] | None = None
) -> Step:
    """Run a command with --json in the folder, with these settings beside those of the environment.

    Raises:
        SystemExit: it left with a code that is not among `ok`.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [*program(), *arguments, "--json"],
        cwd=folder,
        env=environment(**(settings or {})),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = [json.loads(line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in ok:
        raise SystemExit(f"learnloom {' '.join(arguments)} left with {code}")
    return Step(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told)


def simulated_class(folder: Path, config: SimulationConfig) -> Path:
    """Simulate a class in the folder, import it with its skills and plan, and refresh it as of its last day.

    Returns:
        Its warehouse.
    """
    last = config.start + dt.timedelta(days=config.days - 1)
    size = ("--students", str(config.students), "--seed", str(config.seed), "--world", config.world)
    learnloom(folder, "simulate", "class", *size)
    learnloom(folder, "import", "class/statements.jsonl", "-w", "warehouse", ok=(0, 3))
    learnloom(folder, "skills", "import", "class/skills.csv", "-w", "warehouse")
    learnloom(folder, "plan", "import", "class/plan.csv", "-w", "warehouse")
    learnloom(folder, "refresh", "--as-of", str(last), "-w", "warehouse")
    return folder / "warehouse"
