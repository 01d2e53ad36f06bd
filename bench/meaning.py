"""What other platforms' statements mean to us: prints tables of what arrives, what is lost and what is said wrongly.

    python -m bench.meaning class [--students 24] [--weeks 8] [--seed 3] [--dialect NAME...]
                                  [--vocabulary DIALECT=FILE...] [--ceiling]
                                  [--then "staff import {folder}/staff.csv"...]
    python -m bench.meaning events [NAME=]FOLDER... [--defaults FILE] [--limit COUNT]
    python -m bench.meaning videos FILE

`class`: one simulated class in every dialect of `learnloom simulate`; with `--ceiling` also, marked with a star, our
own statements less what the dialect does not tell: the most that can be made of it. `events`: a folder of statements,
such as the fixtures of an emitter, each told of a student of its own, by kind of event. `videos`: a file of statements
of the video profile, and the views whose share is too low. Every step is the command that a user would type.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from bench.meaning_class import ClassInDialect, measure_class
from bench.meaning_events import Event, Fate, follow, read_events
from bench.meaning_videos import measure_videos
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
    of_class.add_argument("--ceiling", action="store_true")
    of_class.add_argument("--then", nargs="*", default=[])
    of_events = kinds.add_parser("events")
    of_events.add_argument("folders", nargs="+")
    of_events.add_argument("--defaults", type=Path)
    of_events.add_argument("--limit", type=int, default=1_000_000)
    of_videos = kinds.add_parser("videos")
    of_videos.add_argument("file", type=Path)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("learnloom", "duckdb")))
    {"class": _of_class, "events": _of_events, "videos": _of_videos}[arguments.kind](arguments)


def _of_class(arguments: argparse.Namespace) -> None:
    config = SimulationConfig(students=arguments.students, weeks=arguments.weeks, seed=arguments.seed)
    own = dict(entry.split("=", 1) for entry in arguments.vocabulary)
    files = {name: Path(file) for name, file in own.items()}
    with tempfile.TemporaryDirectory() as folder:
        _show_class(
            measure_class(
                Path(folder),
                arguments.dialect,
                config,
                files,
                with_ceiling=arguments.ceiling,
                then=arguments.then,
            )
        )


def _of_events(arguments: argparse.Namespace) -> None:
    defaults = json.loads(arguments.defaults.read_bytes()) if arguments.defaults else {}
    for named in arguments.folders:
        name, _, folder = named.rpartition("=")
        events = read_events(Path(folder), defaults, arguments.limit)
        if not events:
            sys.exit(f"there is no statement in {folder}")
        with tempfile.TemporaryDirectory() as place:
            _show_events(name or Path(folder).name, events, follow(Path(place), events))


def _show_events(source: str, events: list[Event], fates: list[Fate]) -> None:
    """One line for each kind of event, and one for all."""
    columns = ("statements", "refused", "in a table", "course", "kind", "wrong")
    print(f"{source:<52}" + "".join(f"{name:>12}" for name in columns) + "  tables; what is wrong")
    kinds: dict[str, list[int]] = {}
    for number, event in enumerate(events):
        kinds.setdefault(event.kind, []).append(number)
    for kind, numbers in [*sorted(kinds.items()), ("all", list(range(len(events))))]:
        _show_kind(kind, [events[n] for n in numbers], [fates[n] for n in numbers])


def _show_kind(kind: str, events: list[Event], fates: list[Fate]) -> None:
    has_parts = any(event.statement["object"].get("objectType") == "GroupActivity" for event in events)
    tables: Counter[str] = Counter(table for fate in fates for table in fate.tables)
    wrongs = [
        fate.wrong(event.statement, "parts" if has_parts else "all")
        for event, fate in zip(events, fates, strict=True)
    ]
    wrong: Counter[str] = Counter(name for names in wrongs for name in names)
    landed = [fate for fate in fates if not fate.is_refused]
    cells = (
        len(fates),
        len(fates) - len(landed),
        sum(bool(fate.tables) for fate in landed),
        sum(fate.course is not None for fate in landed),
        sum(fate.activity_kind not in {None, "other"} for fate in landed),
        sum(bool(names) for names in wrongs),
    )
    told = ", ".join(f"{name} {count:,}" for name, count in tables.most_common())
    said = ", ".join(f"{name} {count:,}" for name, count in wrong.most_common())
    print(
        f"{kind[:51]:<52}"
        + "".join(f"{cell:>12,}" for cell in cells)
        + f"  {told}{'; ' if said else ''}{said}"
    )


def _of_videos(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as place:
        views = measure_videos(Path(place), arguments.file)
    low = [view for view in views if view.found is not None and view.found < (view.true or 0.0) - 0.001]
    print(
        f"{len(views):,} views, of {sum(bool(view.true) for view in views):,} of which stretches and length are told"
    )
    known = sum(view.found is not None for view in views)
    print(f"{known:,} have a share, {len(low):,} of them one that is too low")


def _show_class(found: list[ClassInDialect]) -> None:
    width = max(len(one.dialect) for one in found) + 2
    print(f"{'':<20}" + "".join(f"{one.dialect:>{width}}" for one in found))
    for name in found[0].figures:
        cells = ("-" if one.figures[name] is None else one.figures[name] for one in found)
        print(f"{name:<20}" + "".join(f"{cell:>{width}}" for cell in cells))
    whole: Counter[tuple[str, str]] = sum((one.false for one in found), Counter())
    if whole:
        print("false signals, both days:")
    for reason, kind in sorted(whole):
        where = ", ".join(
            f"{one.dialect} {one.false[reason, kind]}" for one in found if one.false[reason, kind]
        )
        print(f"  {reason}: {kind}: {where}")


if __name__ == "__main__":
    main()
