"""The school's course plan: when runs of courses begin and end, and what is due in them, from a CSV file.

A row without an activity is a run; a row with one is a frame of work. Times are those of the school's clock.
"""

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Self

import pyarrow as pa
from pydantic import BeforeValidator, model_validator

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, CsvRow, Iri, read_rows, weight_of
from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.ingest.sources.errors import PlanFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING

COLUMNS: Final = Columns(("course",), ("activity", "due", "weight", "begins", "ends"))
_MAX_WEIGHT: Final = 100_000
_END_OF_DAY: Final = dt.time(23, 59, 59)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it like 2026-09-01") from None


def _moment(text: str) -> dt.datetime:
    """A moment, or the end of a day where no time is given."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no day or time; write it like 2026-09-20 or 2026-09-20T18:00"
        ) from None
    if found.tzinfo is not None:
        raise ValueError(f"{text!r} has a time zone; write it as the school's own clock shows it")
    has_time = any(sign in text for sign in "T :")
    return found if has_time else dt.datetime.combine(found, _END_OF_DAY)


def _weight(text: str) -> Decimal:
    weight = weight_of(text)
    if weight.is_nan() or not 0 <= weight < _MAX_WEIGHT:
        raise ValueError(f"{text!r} is no number from 0 to below {_MAX_WEIGHT}")
    return weight


class CourseRun(CsvRow):
    """A run of a course, first and last day included."""

    other_columns = "a row without an activity is a run; name the activity that is due"

    course: Iri
    begins: Annotated[dt.date, BeforeValidator(_day)]
    ends: Annotated[dt.date, BeforeValidator(_day)]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends < self.begins:
            raise ValueError(f"column ends: {self.ends} is before {self.begins}, when the run begins")
        return self


class CourseWork(CsvRow):
    """A piece of work."""

    other_columns = "a run has a row of its own, without an activity"

    course: Iri
    activity: Iri
    due: Annotated[dt.datetime, BeforeValidator(_moment)]
    """On the school's clock, without a time zone."""
    weight: Annotated[Decimal, BeforeValidator(_weight)]


class CoursePlan(NamedTuple):
    """A course plan, read and checked."""

    runs: list[CourseRun]
    work: list[CourseWork]


class PlanCounts(NamedTuple):
    """What a plan says."""

    courses: int
    runs: int
    work: int


def import_plan(warehouse: Warehouse, path: Path, *, wait_seconds: float) -> PlanCounts:
    """Put the plan in the file at `path` in the place of the stored one, as one transaction.

    Raises:
        PlanFileError: the file cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    plan = read_plan(path)
    runs = pa.table(
        {
            "course_id": pa.array([run.course for run in plan.runs], pa.string()),
            "begins_on": pa.array([run.begins for run in plan.runs], pa.date32()),
            "ends_on": pa.array([run.ends for run in plan.runs], pa.date32()),
        }
    )
    work = pa.table(
        {
            "course_id": pa.array([each.course for each in plan.work], pa.string()),
            "activity_id": pa.array([each.activity for each in plan.work], pa.string()),
            "due_local": pa.array([each.due for each in plan.work], pa.timestamp("us")),
            "weight": pa.array([each.weight for each in plan.work], pa.decimal128(9, 4)),
        }
    )

    def replace() -> None:
        with warehouse.transaction(LANDING):
            school_tables.replace_plan(warehouse, runs, work)

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(replace, wait_seconds=wait_seconds)
    return PlanCounts(len({run.course for run in plan.runs}), len(plan.runs), len(plan.work))


def read_plan(path: Path) -> CoursePlan:
    """Read and check a plan; runs and work in order.

    Raises:
        PlanFileError: it cannot be read or is wrong; the message names line and column.
    """
    rows = list(
        read_rows(
            path, COLUMNS, lambda cells: CourseWork if cells["activity"] else CourseRun, error=PlanFileError
        )
    )
    runs = [row for row in rows if isinstance(row, CourseRun)]
    work = [row for row in rows if isinstance(row, CourseWork)]
    plan = CoursePlan(
        sorted(runs, key=lambda run: (run.course, run.begins)),
        sorted(work, key=lambda each: (each.course, each.activity, each.due)),
    )
    _check(plan)
    return plan


def _check(plan: CoursePlan) -> None:
    for run, following in itertools.pairwise(plan.runs):
        if run.course == following.course and following.begins <= run.ends:
            raise PlanFileError(
                f"{following.place}, column begins: {following.begins} lies in the run of {run.course} that begins on "
                f"{run.begins} ({run.place}): runs of a course may not overlap"
            )
    for one, other in itertools.pairwise(plan.work):
        if one.due == other.due and (one.course, one.activity) == (other.course, other.activity):
            raise PlanFileError(
                f"{other.place}: {other.activity} is due then in {one.place} already: remove one"
            )
    by_course: dict[str, list[CourseRun]] = {}
    for run in plan.runs:
        by_course.setdefault(run.course, []).append(run)
    for each in plan.work:
        runs = by_course.get(each.course, [])
        if not any(run.begins <= each.due.date() <= run.ends for run in runs):
            known = ", ".join(f"{run.begins} to {run.ends}" for run in runs) or "none"
            raise PlanFileError(
                f"{each.place}, column due: {each.due:%Y-%m-%d} lies in no run of {each.course} (there are: {known}): "
                f"add a row with its begins and ends, and without an activity"
            )
