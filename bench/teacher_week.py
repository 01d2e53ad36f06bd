"""How many calls a teacher gets in a week, each as it comes up, and as messages with a budget.

    python -m bench.teacher_week [--students COUNT...] [--world WORLD...] [--every DAYS]

A class is simulated, imported, and refreshed day after day from the second week on, as a school does. What came up is
counted by the signals that stand and did not the day before; what was told, by the events.
"""

import argparse
import datetime as dt
import tempfile
from pathlib import Path
from typing import Final, NamedTuple, get_args

from bench.command import learnloom
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.simulate.config import SimulationConfig, WorldName

_FIRST_WEEK: Final = 2
_STANDS: Final = """
    SELECT signal_id, student_key, cause FROM feedback.signal
    WHERE cause IS NOT NULL
"""
_TOLD: Final = "SELECT count(DISTINCT student_key) FROM feedback.teacher_told WHERE week = ?"
_WAITS: Final = "SELECT count(*) FROM feedback.teacher_message WHERE NOT is_told AND NOT is_noted"


class _Week(NamedTuple):
    """What one week brought."""

    signals: int
    """Calls that came up."""
    students: int
    """Of so many students."""
    told: int
    """Students of whom was told."""
    waiting: int
    """Students who waited at its end."""


def main() -> None:
    """Measure, and print a line for each class."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", nargs="*", type=int, default=[30, 300])
    parser.add_argument("--world", nargs="*", choices=get_args(WorldName), default=get_args(WorldName))
    parser.add_argument("--every", type=int, default=1, help="Days from one refresh to the next.")
    arguments = parser.parse_args()
    print("world    students  calls/week  of students  told  waiting at the end")
    for students in arguments.students:
        for world in arguments.world:
            weeks = _weeks(students, world, arguments.every)
            means = [sum(column) / len(weeks) for column in zip(*weeks, strict=True)]
            print(
                f"{world:<9}{students:>8}{means[0]:>12.1f}{means[1]:>13.1f}{means[2]:>6.1f}{means[3]:>10.1f}"
            )
            for number, week in enumerate(weeks, _FIRST_WEEK + 1):
                print(f"  week {number}: {week}", flush=True)


def _weeks(students: int, world: str, every: int) -> list[_Week]:
    config = SimulationConfig.model_validate({"students": students, "seed": 1, "world": world})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        learnloom(folder, "simulate", "class", "--students", str(students), "--seed", "1", "--world", world)
        learnloom(folder, "import", "class/statements.jsonl", "-w", "warehouse", ok=(0, 3))
        learnloom(folder, "skills", "import", "class/skills.csv", "-w", "warehouse")
        learnloom(folder, "plan", "import", "class/plan.csv", "-w", "warehouse")
        settings = read_settings(folder / "warehouse")
        with open_to_write(settings) as warehouse:
            return [
                _week(warehouse, settings, config, number, every)
                for number in range(_FIRST_WEEK, config.weeks)
            ]


def _week(
    warehouse: Warehouse, settings: Settings, config: SimulationConfig, number: int, every: int
) -> _Week:
    """Refresh on the days of a week, from Monday on, and count."""
    monday = config.start + dt.timedelta(weeks=number)
    before = _standing(warehouse, settings, monday - dt.timedelta(days=1))
    signals, students = set[str](), set[str]()
    for day in range(every - 1, 7, every):
        now = _standing(warehouse, settings, monday + dt.timedelta(days=day))
        new = {signal: student for signal, student in now.items() if signal not in before}
        signals |= new.keys()
        students |= set(new.values())
        before = now
    (told,) = warehouse.one(_TOLD, [monday])
    (waiting,) = warehouse.one(_WAITS)
    return _Week(len(signals), len(students), int(told), int(waiting))


def _standing(warehouse: Warehouse, settings: Settings, day: dt.date) -> dict[str, str]:
    """Calls that stand at the end of a day, with the student."""
    request = RefreshRequest(end_of_day(day, settings.time_zone))
    refresh(warehouse, settings, request, clock=lambda: dt.datetime.now(dt.UTC))
    return {row[0]: row[1] for row in warehouse.rows(_STANDS)}


if __name__ == "__main__":
    main()
