"""What came after a day gone by: the outcomes of claims, from the facts of the last refresh."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.evaluate.outcomes import (
    DAY_SECONDS,
    MOST_DAYS,
    DatedOutcome,
    Series,
    of_series,
    seen_of,
)
from learnloom.pipelines.feedback.claims import Claim, Outcome
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.schemas.vocabulary import COMPLETED, FAILED, PASSED, REGISTERED, UNREGISTERED

MOST_ANSWERS: Final = 10
"""Answers, or opportunities, that are kept of each: no claim looks at more."""
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
    WITH told AS (
        SELECT student_key, course_id, occurred_at, verb_id, is_completion
        FROM {LAKE}.dimensional.fact_statement
        WHERE activity_id = course_id AND occurred_at > $at AND student_key IN (SELECT unnest($keys))
    ),
    -- Who enrols anew has another go, of which nobody knew that day.
    anew AS (
        SELECT student_key, course_id, min(occurred_at) AS enrolled_at
        FROM told
        WHERE verb_id = '{REGISTERED}'
        GROUP BY ALL
    ),
    outcomes AS (
        SELECT
            student_key,
            course_id,
            min(occurred_at) FILTER (verb_id = '{PASSED}') AS passed_at,
            min(occurred_at) FILTER (
                verb_id IN ('{FAILED}', '{UNREGISTERED}')
            ) AS failed_at,
            min(occurred_at) FILTER (
                is_completion OR verb_id = '{COMPLETED}'
            ) AS completed_at
        FROM told
        LEFT JOIN anew USING (student_key, course_id)
        WHERE coalesce(occurred_at < enrolled_at, TRUE)
        GROUP BY ALL
    ),
    runs AS (
        SELECT DISTINCT student_key, course_id, has_passed, ends_at
        FROM {LAKE}.dimensional.fact_course_progress
        INNER JOIN {LAKE}.dimensional.dim_course_run USING (course_id, begins_at)
        WHERE begins_at <= $at AND ends_at > $at AND has_passed IS NOT NULL AND
            student_key IN (SELECT unnest($keys))
    )
    SELECT
        student_key,
        course_id,
        least(ends_at, coalesce(passed_at, failed_at, completed_at)) AS at,
        NOT coalesce(has_passed, passed_at IS NOT NULL OR failed_at IS NULL) AS has_not_passed
    FROM outcomes
    FULL JOIN runs USING (student_key, course_id)
    WHERE coalesce(ends_at, passed_at, failed_at, completed_at) IS NOT NULL
"""


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
        # By the clock of the school: in hours, a day less where summer time began meanwhile.
        self.known_days = (known_until.astimezone(at.tzinfo) - at).total_seconds() / DAY_SECONDS
        self._answers = {(row[0], row[1]): Series(row[2], row[3]) for row in warehouse.rows(_ANSWERS, bound)}
        self._opportunities = {
            (row[0], row[1]): Series(row[2], row[3]) for row in warehouse.rows(_OPPORTUNITIES, bound)
        }
        self._days: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for key, days, seconds in warehouse.rows(_DAYS, {"day": at.date(), "keys": list(students)}):
            self._days[key] = list(zip(days, seconds, strict=True))
        self._ended = {
            (row[0], row[1]): DatedOutcome(float(row[3]), (row[2] - at).total_seconds() / DAY_SECONDS)
            for row in warehouse.rows(_ENDED, bound)
        }

    def came(
        self, claim: Claim, student: str, subject: str | None, usual: float | None
    ) -> DatedOutcome | None:
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

    def _time(self, claim: Claim, student: str, usual: float | None) -> DatedOutcome | None:
        days = claim.days or 0
        if not usual or self.known_days < days:
            return None
        spent = sum(seconds for day, seconds in self._days.get(student, ()) if day <= days)
        return DatedOutcome(spent / (usual * days / _WEEK_DAYS), float(days))
