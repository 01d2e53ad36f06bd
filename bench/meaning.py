"""What other platforms' statements mean to us: prints tables of what arrives, what is lost and what is said wrongly.

    python -m bench.meaning class [--students 24] [--weeks 8] [--seed 3] [--dialect NAME...]
                                  [--vocabulary DIALECT=FILE...]
    python -m bench.meaning events [NAME=]FOLDER... [--defaults FILE] [--limit COUNT]
    python -m bench.meaning videos FILE

`class`: one simulated class in every dialect of `learnloom simulate`. `events`: a folder of statements, such as the
fixtures of an emitter, each statement told of a student of its own, by kind of event. `videos`: a file of statements
of the video profile, and the views whose share is too low. Every step is the command that a user would type.
"""

import argparse
import os
import platform
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from bench.meaning_class import ClassInDialect, measure_class
from learnloom.pipelines.simulate.config import DialectName, SimulationConfig


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    of_class = kinds.add_parser("class")
    of_class.add_argument("--students", type=int, default=24)
    of_class.add_argument("--weeks", type=int, default=8)
    of_class.add_argument("--seed", type=int, default=3)
    of_class.add_argument("--dialect", nargs="*", default=list(get_args(DialectName)))
    of_class.add_argument("--vocabulary", nargs="*", default=[])
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("learnloom", "duckdb")))
    with tempfile.TemporaryDirectory() as folder:
        config = SimulationConfig(students=arguments.students, weeks=arguments.weeks, seed=arguments.seed)
        own = dict(entry.split("=", 1) for entry in arguments.vocabulary)
        _show_class(
            measure_class(
                Path(folder), arguments.dialect, config, {name: Path(file) for name, file in own.items()}
            )
        )


def _show_class(found: list[ClassInDialect]) -> None:
    width = max(len(one.dialect) for one in found) + 2
    print(f"{'':<20}" + "".join(f"{one.dialect:>{width}}" for one in found))
    for name in found[0].figures:
        cells = ("-" if one.figures[name] is None else one.figures[name] for one in found)
        print(f"{name:<20}" + "".join(f"{cell:>{width}}" for cell in cells))
    whole: Counter[tuple[str, str]] = sum((one.false for one in found), Counter())
    for reason, kind in sorted(whole):
        cells = (one.false[reason, kind] or "" for one in found)
        print(f"{f'  {reason}: {kind}':<45}")
        print(f"{'':<20}" + "".join(f"{cell:>{width}}" for cell in cells))


if __name__ == "__main__":
    main()
