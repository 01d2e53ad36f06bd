"""The profile as a whole, its rhythm, and what it does not know."""

from datetime import datetime, timedelta, timezone

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.errors import NaiveTimeError
from learnloom.pipelines.feedback.profile import build_profile
from learnloom.schemas.measure import Measure, Vocabulary
from tests.pipelines.feedback.make import (
    AS_OF,
    a_course,
    a_day,
    a_measure,
    a_skill,
    a_student,
    ago,
    an_activity,
    an_estimate,
    days,
    profile_of,
)


def test_a_time_without_zone_is_refused() -> None:
    """No day can be told from a naive time, so none is guessed."""
    with pytest.raises(NaiveTimeError, match="no time zone"):
        build_profile(
            a_student(),
            as_of=datetime(2026, 11, 20),  # noqa: DTZ001 - the point of the case
            model_version="v1",
            thresholds=Thresholds(),
        )


def test_today_is_the_schools_day() -> None:
    """At noon in Greenwich it is already tomorrow in Kiritimati: the streak counts by the school's days."""
    student = a_student(days=days((1, 60.0, 1), (2, 60.0, 1)))
    there = AS_OF.astimezone(timezone(timedelta(hours=14)))
    assert profile_of(student).rhythm.streak_days == 2
    assert profile_of(student, as_of=there).rhythm.streak_days == 0
    assert there.date() == a_day(-1)


@pytest.mark.parametrize(
    ("active", "streak"), [([0, 1, 2], 3), ([1, 2], 2), ([2, 3], 0), ([0, 2], 1), ([], 0)]
)
def test_a_streak_ends_today_or_yesterday(active: list[int], streak: int) -> None:
    """A day that has only begun does not break it."""
    assert (
        profile_of(a_student(days=days(*[(back, 60.0, 1) for back in active]))).rhythm.streak_days == streak
    )


@pytest.mark.parametrize("vocabulary", list(Vocabulary))
def test_what_the_school_never_tells_is_named_with_its_statement(vocabulary: Vocabulary) -> None:
    """Each part of the vocabulary that is missing makes one school-wide unknown with the way to know it."""
    all_told = profile_of(a_student(vocabulary=frozenset(Vocabulary)))
    one_less = profile_of(a_student(vocabulary=frozenset(Vocabulary) - {vocabulary}))
    assert not [gap for gap in all_told.unknown if gap.is_school_wide]
    found = [gap for gap in one_less.unknown if gap.is_school_wide]
    assert len(found) == 1
    assert found[0].would_be_known_by


def test_what_is_missing_of_one_student_is_named_too() -> None:
    """A newcomer's profile says what it waits for."""
    student = a_student(activity=an_activity(n_attempts=0, n_correct=0), first_seen_at=ago(2))
    gaps = {gap.what for gap in profile_of(student).unknown}
    assert {"what the student knows", "pace", "whether engagement changes", "goals"} <= gaps


def test_a_measure_keeps_own_past_and_class_apart() -> None:
    """Without a past it is unknown, not zero."""
    with_past = a_measure(Measure.REVISED, 4, 8, n_earlier=10, n_earlier_taken=2, class_rate=0.4)
    profile = profile_of(a_student(measures=[with_past, a_measure(Measure.TRIED_AGAIN, 1, 2)]))
    revised, tried = profile.measures
    assert (revised.share, revised.own_past, revised.class_share) == (0.5, 0.2, 0.4)
    assert (tried.share, tried.own_past, tried.class_share) == (0.5, None, None)


@pytest.mark.parametrize(("hours", "rate"), [(2.0, 0.5), (0.9, None)])
def test_skills_per_hour_need_an_hour(hours: float, rate: float | None) -> None:
    """A rate from a few minutes would say nothing."""
    student = a_student(
        activity=an_activity(active_seconds=hours * 3_600), skills=[a_skill()], mastery=[an_estimate(p=0.96)]
    )
    assert profile_of(student).pace.mastered_per_hour == rate


def test_a_course_counts_its_mastered_skills() -> None:
    """And knows whether it is still going on."""
    student = a_student(
        courses=[a_course(completed_at=ago(1))],
        skills=[a_skill("s1"), a_skill("s2", course_id=None)],
        mastery=[an_estimate("s1", p=0.96), an_estimate("s2", p=0.96)],
    )
    course = profile_of(student).courses[0]
    assert (course.is_active, course.n_skills, course.n_mastered) == (False, 1, 1)
