"""The backtest of signals: day after day of a school's own past, held against what came."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learnloom.pipelines.backtest.came import After
from learnloom.pipelines.backtest.cases import Case, cases_of
from learnloom.pipelines.backtest.figures import KindFigures, kind_figures
from learnloom.pipelines.backtest.past import days_of, past_days
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.refresh.errors import UnreadableVersionsError
from learnloom.pipelines.refresh.state import read_state
from learnloom.pipelines.refresh.versions import check_versions
from learnloom.pipelines.vault.names import barred
from learnloom.schemas.errors import LearnloomError

_FIRST_DAYS = 14
"""Days after the first answer before which nothing is known to speak of."""
_LAST_DAYS = 14
"""Days before the end of what is known, after which next to nothing is decided yet."""
MOST_DAYS = 400


class NoDayError(LearnloomError):
    """There is no day to compute signals of."""


@dataclass(frozen=True, slots=True)
class BacktestOptions:
    """What a caller may choose."""

    first: dt.date | None = None
    """First day; None: two weeks after the first answer."""
    last: dt.date | None = None
    """Last day at the most; None: two weeks before the day of the last refresh."""
    every: int = 7
    """Days from one to the next."""
    n_resamples: int = 1_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Backtest:
    """What became of a school's signals."""

    known_until: dt.datetime
    """As of when it is known what came."""
    days: Sequence[dt.date]
    n_students: int
    kinds: Sequence[KindFigures]


def backtest(
    warehouse: Warehouse,
    settings: Settings,
    options: BacktestOptions,
    *,
    on_progress: Callable[[str], None] = lambda _: None,
) -> tuple[Backtest, list[Case]]:
    """Compute the signals of days gone by and hold them against what came; return the figures and the cases.

    Students whose data may not be used for evaluation are in neither.

    Time grows with the days. Memory holds one day of one range of students, and a row for each case.

    Args:
        warehouse: the warehouse, open for reading, and refreshed.
        settings: a school's choices.
        options: which days.
        on_progress: is told which day is computed.

    Raises:
        NoDayError: no day lies between the first and the last.
        UnreadableVersionsError: the warehouse was never refreshed, or last by an earlier learnloom.
        VaultError: there is a vault, and it cannot be read.
    """
    check_versions(warehouse)
    state = read_state(warehouse)
    if state is None:
        raise UnreadableVersionsError("nothing was ever refreshed here: run learnloom refresh first")
    days = _days(warehouse, state.as_of, state.time_zone, options)
    without = barred(settings, warehouse, "evaluation")
    cases: list[Case] = []
    for day in past_days(warehouse, settings, days, on_progress=on_progress):
        students = day.students.column("student_key").to_pylist()
        after = After(warehouse, day.at, state.as_of, students)
        cases += (case for case in cases_of(day, after, settings.thresholds) if case.student not in without)
    on_progress("figures")
    kinds = kind_figures(cases, n_resamples=options.n_resamples, seed=options.seed)
    return Backtest(state.as_of, days, len({case.student for case in cases}), kinds), cases


def _days(
    warehouse: Warehouse, known_until: dt.datetime, time_zone: str, options: BacktestOptions
) -> list[dt.date]:
    began, until = warehouse.one(
        "SELECT (min(occurred_at) AT TIME ZONE $zone)::DATE, ($until::TIMESTAMPTZ AT TIME ZONE $zone)::DATE "
        f"FROM {LAKE}.dimensional.fact_attempt",
        {"zone": time_zone, "until": known_until},
    )
    if began is None:
        raise NoDayError("nothing was ever answered here: import statements and run learnloom refresh first")
    first = options.first or began + dt.timedelta(days=_FIRST_DAYS)
    last = min(options.last or until - dt.timedelta(days=_LAST_DAYS), until)
    days = days_of(first, last, options.every)
    if not days:
        raise NoDayError(
            f"there is no day from {first} to {last} (answers from {began}, refreshed as of {until}): name an earlier "
            "first day, or come back when more has been answered"
        )
    if len(days) > MOST_DAYS:
        raise NoDayError(f"{len(days)} days are too many at once, of at most {MOST_DAYS}: take every 7th")
    return days
