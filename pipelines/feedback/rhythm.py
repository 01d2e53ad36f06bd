"""When and how fast a student learns, measured against their own past only."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.schemas.evidence import DayEvidence, StudentEvidence
from learnloom.schemas.level import Level
from learnloom.schemas.profile import PaceProfile, RhythmProfile, SkillProfile

WEEK_DAYS: Final = 7
MONTH_DAYS: Final = 28
MIN_WEEKS: Final = 3
"""Weeks known of the four before, below which they make no baseline."""
MAX_WEEKS: Final = 10
_RHYTHM_DAYS: Final = 56
"""Days up to the last active one that make a rhythm; the latest 70 active days are known."""
_PRIOR_ACTIVE: Final = 2.0
_PRIOR_QUIET: Final = 5.0
"""A week of two active days stands before what is known of a student: few days say little of a rhythm."""
_HOUR_SECONDS: Final = 3_600.0


def rhythm_profile(evidence: StudentEvidence, *, as_of: datetime, thresholds: Thresholds) -> RhythmProfile:
    """Describe the student's rhythm; the date of `as_of` in its own time zone is today."""
    today = as_of.date()
    zone = as_of.tzinfo
    first_day = evidence.first_seen_at.astimezone(zone).date()
    last_day = evidence.last_seen_at.astimezone(zone).date()
    days = evidence.days
    last_week = _seconds(days, today, 0, WEEK_DAYS)
    mean, sd = _baseline(days, today, first_day)
    change = None
    if mean is not None and sd is not None:
        floor = max(sd, thresholds.drop_min_sd_share * mean)
        # Weeks of less than a second's spread are no rhythm to depart from.
        change = (last_week - mean) / floor if floor >= 1 else None
    recent = _within(days, today, 0, MONTH_DAYS)
    before = _within(days, today, MONTH_DAYS, 2 * MONTH_DAYS)
    return RhythmProfile(
        days_since_seen=max((today - last_day).days, 0),
        seconds_7d=last_week,
        weekly_seconds_before=mean,
        change_sd=change,
        p_away=_p_away(days, today, first_day, last_day),
        days_7d=len(_within(days, today, 0, WEEK_DAYS)),
        days_28d=len(recent),
        streak_days=_streak({day.local_day for day in days}, today),
        weeks_in_row=_weeks_in_row(days, today),
        n_attempts_28d=sum(day.n_attempts for day in recent),
        days_per_ten_answers=_spacing(recent, thresholds.spacing_min_answers),
        days_per_ten_answers_before=_spacing(before, thresholds.spacing_min_answers),
    )


def pace_profile(
    evidence: StudentEvidence, skills: Sequence[SkillProfile], *, thresholds: Thresholds
) -> PaceProfile:
    """Describe the student's pace."""
    activity = evidence.activity
    n_mastered = sum(skill.level is Level.MASTERED for skill in skills)
    is_known = any(skill.n_attempts for skill in skills)
    hours = activity.active_seconds / _HOUR_SECONDS
    is_timed = activity.n_timed >= thresholds.pace_min_answers
    return PaceProfile(
        active_seconds=activity.active_seconds,
        n_timed=activity.n_timed,
        relative_duration=activity.median_relative_duration if is_timed else None,
        median_session_seconds=activity.median_session_seconds,
        n_mastered=n_mastered if is_known else None,
        # Below an hour a rate per hour says more about the clock than about the student.
        mastered_per_hour=n_mastered / hours if is_known and hours >= 1 else None,
    )


def _within(days: Sequence[DayEvidence], today: date, start: int, end: int) -> list[DayEvidence]:
    """Days from `start` up to and without `end` days ago."""
    return [day for day in days if start <= (today - day.local_day).days < end]


def _seconds(days: Sequence[DayEvidence], today: date, start: int, end: int) -> float:
    return float(sum(day.active_seconds for day in _within(days, today, start, end)))


def _baseline(
    days: Sequence[DayEvidence], today: date, first_day: date
) -> tuple[float, float] | tuple[None, None]:
    """Mean and sample deviation of the weekly time on task in the known of the four weeks before this one."""
    weeks = [
        _seconds(days, today, week * WEEK_DAYS, (week + 1) * WEEK_DAYS)
        for week in range(1, 5)
        if today - timedelta(days=(week + 1) * WEEK_DAYS - 1) >= first_day
    ]
    if len(weeks) < MIN_WEEKS:
        return None, None
    mean = sum(weeks) / len(weeks)
    return mean, sqrt(sum((week - mean) ** 2 for week in weeks) / (len(weeks) - 1))


def _p_away(days: Sequence[DayEvidence], today: date, first_day: date, last_day: date) -> float:
    """Probability that a student who keeps to their rhythm is away for as long as now, or longer.

    Each day is active with the same probability, of which the days up to the last active one tell: beta-geometric
    (Fader and Hardie 2007).
    """
    start = max(first_day, last_day - timedelta(days=_RHYTHM_DAYS))
    n = (last_day - start).days
    active = min(sum(start < day.local_day <= last_day for day in days), n)
    quiet = _PRIOR_QUIET + n - active
    p = 1.0
    for gone in range(max((today - last_day).days, 0)):
        p *= (quiet + gone) / (quiet + gone + _PRIOR_ACTIVE + active)
    return p


def _streak(days: set[date], today: date) -> int:
    """Days in a row that end today, or yesterday while today is still young."""
    end = today if today in days else today - timedelta(days=1)
    length = 0
    while end - timedelta(days=length) in days:
        length += 1
    return length


def _weeks_in_row(days: Sequence[DayEvidence], today: date) -> int:
    active = {(today - day.local_day).days // WEEK_DAYS for day in days}
    return next((week for week in range(MAX_WEEKS) if week not in active), MAX_WEEKS)


def _spacing(days: Sequence[DayEvidence], min_answers: int) -> float | None:
    n_attempts = sum(day.n_attempts for day in days)
    if n_attempts < min_answers:
        return None
    return 10.0 * sum(day.n_attempts > 0 for day in days) / n_attempts
