"""The course plan of a simulated school: when its courses begin and end, and what is due in them."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.course import Course
from learnloom.pipelines.simulate.statements import rfc3339

COLUMNS: Final = ("course", "activity", "due", "weight", "begins", "ends")
# Shares of the final score: graded quizzes count for three fifths, assignments for two.
_WEIGHTS: Final = {"graded": 0.6, "assignment": 0.4}


def write_plan(
    path: Path, config: SimulationConfig, courses: Sequence[Course], told_as: Callable[[str], str]
) -> None:
    """Write the plan as a school would keep it, days and times in UTC.

    `told_as` gives the IRI by which the statements name an activity.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for course in courses:
            rows.writerows(_rows(config, course, told_as))


def _rows(
    config: SimulationConfig, course: Course, told_as: Callable[[str], str]
) -> Iterator[tuple[object, ...]]:
    whole = told_as(course.activity.iri)
    last = config.start + timedelta(days=config.days - 1)
    yield whole, "", "", "", config.start, last
    for module in course.modules:
        for name, weight in _WEIGHTS.items():
            work = getattr(module, name)
            # Without the zone's Z: the plan is on the school's clock.
            due = rfc3339(work.due_ms)[: len("2026-09-13T22:00:00")]
            part = told_as(work.activity.iri)
            yield whole, part, due, round(weight / len(course.modules), 4), "", ""
