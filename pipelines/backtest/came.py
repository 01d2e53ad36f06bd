"""What came after a day gone by: the outcomes of claims, from the facts of the last refresh."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.claims import Claim, Outcome
from learnloom.pipelines.lake.connection import LAKE, Warehouse

MOST_ANSWERS: Final = 10
"""Answers, or opportunities, that are kept of each: no claim looks at more."""
MOST_DAYS: Final = 28
"""Days after which answers are kept: no claim looks further."""
_DAY_SECONDS: Final = 86_400.0
_WEEK_DAYS: Final = 7

_ANSWERS: Final = f"""
    SELECT
        student_key,
        skill_id,
        list(is_correct ORDER BY opportunity)[:{MOST_ANSWERS}] AS happened,
        list(epoch(occurred_at) - epoch($at::TIMESTAMPTZ) ORDER BY opportunity)[:{MOST_ANSWERS}] AS seconds
    FROM {LAKE}.dimensional.fact_attempt_skill
    WHERE is_correct IS NOT NULL AND occurred_at > $at AND occurred_at <= $at + INTERVAL {MOST_DAYS} DAY AND
        student_key IN (SELECT unnest($keys))
    GROUP BY ALL
"""
_OPPORTUNITIES: Final = f"""
    SELECT
        student_key,
        measure_name,
        list(is_taken ORDER BY occurred_at, statement_id)[:{MOST_ANSWERS}] AS happened,
        list(epoch(occurred_at) - epoch($at::TIMESTAMPTZ) ORDER BY occurred_at, statement_id)[:{MOST_ANSWERS}]
            AS seconds
    FROM {LAKE}.norms.opportunity
    WHERE is_taken IS NOT NULL AND occurred_at > $at AND occurred_at <= $at + INTERVAL {MOST_DAYS} DAY AND
        student_key IN (SELECT unnest($keys))
    GROUP BY ALL
"""
_DAYS: Final = f"""
    SELECT student_key, list(local_day - $day::DATE), list(active_seconds::DOUBLE)
    FROM {LAKE}.dimensional.fact_day
    WHERE local_day > $day AND local_day <= $day::DATE + {MOST_DAYS} AND student_key IN (SELECT unnest($keys))
    GROUP BY ALL
"""
_ENDED: Final = f"""
    SELECT
        student_key,
        course_id,
        coalesce(passed_at, failed_at, unregistered_at) AS at,
        passed_at IS NULL AS has_not_passed
    FROM {LAKE}.dimensional.fact_enrolment
    WHERE coalesce(passed_at, failed_at, unregistered_at) > $at AND student_key IN (SELECT unnest($keys))
"""


class Came(NamedTuple):
    """An outcome, and how many days after the signal it was certain."""

    outcome: float
    days: float


class Decided(NamedTuple):
    """How a run came out after so many answers."""

    longest: int
    """Right answers in a row at the most."""
    seen: int
    """Answers until it was certain; of what is not, all that came."""
    is_certain: bool


class Series(NamedTuple):
    """What happened one after the other, and seconds after the day's end at which."""

    happened: list[bool]
    seconds: list[float]


_NONE: Final = Series([], [])


class After:
    """What came of some students after the end of a day."""

    def __init__(
        self, warehouse: Warehouse, at: dt.datetime, known_until: dt.datetime, students: Sequence[str]
    ) -> None:
        """Read what came.

        Args:
            warehouse: the warehouse, refreshed.
            at: the end of the day, in the school's time zone.
            known_until: as of when the facts of the warehouse stand.
            students: their keys.
        """
        bound = {"at": at, "keys": list(students)}
        self.known_days = (known_until - at).total_seconds() / _DAY_SECONDS
        self._answers = {(row[0], row[1]): Series(row[2], row[3]) for row in warehouse.rows(_ANSWERS, bound)}
        self._opportunities = {
            (row[0], row[1]): Series(row[2], row[3]) for row in warehouse.rows(_OPPORTUNITIES, bound)
        }
        self._days: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for key, days, seconds in warehouse.rows(_DAYS, {"day": at.date(), "keys": list(students)}):
            self._days[key] = list(zip(days, seconds, strict=True))
        self._ended = {
            (row[0], row[1]): Came(float(row[3]), (row[2] - at).total_seconds() / _DAY_SECONDS)
            for row in warehouse.rows(_ENDED, bound)
        }

    def came(self, claim: Claim, student: str, subject: str | None, usual: float | None) -> Came | None:
        """The outcome that a claim is about; None where it is not known, or not yet.

        Args:
            claim: what is looked at.
            student: key of the student.
            subject: id of the skill or course.
            usual: what is usual: share right of the class on the skill, or seconds a week of the student.
        """
        if claim.outcome is Outcome.NOT_PASSING:
            return self._ended.get((student, subject or ""))
        if claim.outcome is Outcome.TIME:
            return self._time(claim, student, usual)
        if claim.outcome is Outcome.TAKEN:
            series = self._opportunities.get((student, claim.measure or ""), _NONE)
        else:
            series = self._answers.get((student, subject or ""), _NONE)
        return of_series(claim, series, usual, self.known_days)

    def seen(self, claim: Claim, student: str, subject: str | None) -> int | None:
        """After how many answers a claim about a run was certain: as `seen_of`."""
        return seen_of(claim, self._answers.get((student, subject or ""), _NONE), self.known_days)

    def _time(self, claim: Claim, student: str, usual: float | None) -> Came | None:
        days = claim.days or 0
        if not usual or self.known_days < days:
            return None
        spent = sum(seconds for day, seconds in self._days.get(student, ()) if day <= days)
        return Came(spent / (usual * days / _WEEK_DAYS), float(days))


def of_series(claim: Claim, series: Series, usual: float | None, known_days: float) -> Came | None:
    """The outcome of what happened one after the other; None where it is not known, or not yet.

    Args:
        claim: what is looked at.
        series: what happened after the signal.
        usual: share right of the class, where the outcome is held against it.
        known_days: days after the signal of which it is known what happened.
    """
    n = _within(claim, series)
    if claim.outcome is Outcome.RUN:
        found = _run(claim, series.happened[:n])
        is_known = found.is_certain and known_days >= (claim.days or 0)
        return Came(found.longest, series.seconds[found.seen - 1] / _DAY_SECONDS) if is_known else None
    if n < claim.answers:
        return None
    share = sum(series.happened[:n]) / n
    days = series.seconds[n - 1] / _DAY_SECONDS
    if claim.outcome is Outcome.OVER_CLASS:
        return None if usual is None else Came(share - usual, days)
    return Came(share, days)


def seen_of(claim: Claim, series: Series, known_days: float) -> int | None:
    """After how many answers a claim about a run was certain, or how many came without that.

    None where it is about no run, or where its horizon lies beyond what is known.
    """
    if claim.outcome is not Outcome.RUN or known_days < (claim.days or 0):
        return None
    return _run(claim, series.happened[: _within(claim, series)]).seen


def _within(claim: Claim, series: Series) -> int:
    """How many of the answers that a claim is about came within its days."""
    last = (claim.days or MOST_DAYS) * _DAY_SECONDS
    return min(claim.answers, sum(seconds <= last for seconds in series.seconds))


def _run(claim: Claim, happened: Sequence[bool]) -> Decided:
    """The longest run among the answers that came.

    A run that proves the claim wrong decides it, however few answers came, so that success never counts as unknown;
    that there was none is known only of as many answers as the claim is about.
    """
    longest = run = 0
    for seen, is_right in enumerate(happened, 1):
        run = run + 1 if is_right else 0
        longest = max(longest, run)
        if not claim.comes_true(longest):
            return Decided(longest, seen, is_certain=True)
    return Decided(longest, len(happened), is_certain=len(happened) >= claim.answers)
