"""The school's course plan: when runs of courses begin and end, and what is due in them, from a CSV file.

A row without an activity is a run; a row with one is a frame of work. Times are those of the school's clock.
"""

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, read_rows, weight_of
from learnloom.pipelines.ingest.catalogue.skill_row import check_iri
from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.sources.errors import PlanFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING

COLUMNS: Final = Columns(("course",), ("activity", "due", "weight", "begins", "ends"))
MAX_ROWS: Final = 1_000_000
_MAX_WEIGHT: Final = Decimal(100_000)
_END_OF_DAY: Final = dt.time(23, 59, 59)


class Run(NamedTuple):
    """A run of a course, first and last day included."""

    place: str
    course: str
    begins: dt.date
    ends: dt.date


class Work(NamedTuple):
    """A frame of work."""

    place: str
    course: str
    activity: str
    due: dt.datetime
    """On the school's clock, without a time zone."""
    weight: Decimal


class CoursePlan(NamedTuple):
    """A course plan, read and checked."""

    runs: list[Run]
    work: list[Work]


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
            tables.replace_plan(warehouse, runs, work)

    tables.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(replace, wait_seconds=wait_seconds)
    return PlanCounts(len({run.course for run in plan.runs}), len(plan.runs), len(plan.work))


def read_plan(path: Path) -> CoursePlan:
    """Read and check a plan; runs and work in order.

    Raises:
        PlanFileError: it cannot be read or is wrong; the message names line and column.
    """
    runs, work = [], []
    try:
        for place, row in read_rows(path, COLUMNS, max_rows=MAX_ROWS, error=PlanFileError):
            if row.get("activity"):
                work.append(_work(row, place))
            else:
                runs.append(_run(row, place))
    except OSError as error:
        raise PlanFileError(f"{path} cannot be read: {error.strerror or error}") from error
    plan = CoursePlan(
        sorted(runs, key=lambda run: (run.course, run.begins)),
        sorted(work, key=lambda each: (each.course, each.activity, each.due)),
    )
    _check(plan)
    return plan


def _run(row: dict[str, str], place: str) -> Run:
    _forbid(
        row, ("due", "weight"), place, "a row without an activity is a run; name the activity that is due"
    )
    course = _course(row, place)
    begins, ends = (_day(row.get(name, ""), f"{place}, column {name}") for name in ("begins", "ends"))
    if ends < begins:
        raise PlanFileError(f"{place}, column ends: {ends} is before {begins}, when the run begins")
    return Run(place, course, begins, ends)


def _work(row: dict[str, str], place: str) -> Work:
    _forbid(row, ("begins", "ends"), place, "a run has a row of its own, without an activity")
    course = _course(row, place)
    activity = check_iri(row["activity"], f"{place}, column activity", PlanFileError)
    due = _moment(row.get("due", ""), f"{place}, column due")
    return Work(place, course, activity, due, _weight(row.get("weight", ""), f"{place}, column weight"))


def _forbid(row: dict[str, str], names: tuple[str, ...], place: str, why: str) -> None:
    for name in names:
        if row.get(name):
            raise PlanFileError(f"{place}, column {name}: {row[name]!r} cannot stand here: {why}")


def _course(row: dict[str, str], place: str) -> str:
    if not row["course"]:
        raise PlanFileError(
            f"{place}, column course: it is empty; give the course's IRI, as statements name it"
        )
    return check_iri(row["course"], f"{place}, column course", PlanFileError)


def _day(text: str, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise PlanFileError(f"{place}: {text!r} is no day; write it like 2026-09-01") from error


def _moment(text: str, place: str) -> dt.datetime:
    """A moment, or the end of a day where no time is given."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise PlanFileError(
            f"{place}: {text!r} is no day or time; write it like 2026-09-20 or 2026-09-20T18:00"
        ) from error
    if found.tzinfo is not None:
        raise PlanFileError(f"{place}: {text!r} has a time zone; write it as the school's own clock shows it")
    has_time = any(sign in text for sign in "T :")
    return found if has_time else dt.datetime.combine(found, _END_OF_DAY)


def _weight(text: str, place: str) -> Decimal:
    weight = weight_of(text)
    if weight is None or not 0 <= weight < _MAX_WEIGHT:
        raise PlanFileError(f"{place}: {text!r} is no number from 0 to below {_MAX_WEIGHT}")
    return weight


def _check(plan: CoursePlan) -> None:
    for run, following in itertools.pairwise(plan.runs):
        if run.course == following.course and following.begins <= run.ends:
            raise PlanFileError(
                f"{following.place}, column begins: {following.begins} lies in the run of {run.course} that begins on "
                f"{run.begins} ({run.place}): runs of a course may not overlap"
            )
    for one, other in itertools.pairwise(plan.work):
        if one[1:4] == other[1:4]:
            raise PlanFileError(
                f"{other.place}: {other.activity} is due then in {one.place} already: remove one"
            )
    by_course: dict[str, list[Run]] = {}
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
