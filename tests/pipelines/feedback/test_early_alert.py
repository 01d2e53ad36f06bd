"""Care: drops against the own past, and whom to talk to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.schemas.evidence import DayEvidence, StudentEvidence
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import (
    AS_OF,
    a_course,
    a_risk,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_activity,
    an_estimate,
    days,
    profile_of,
    said,
)


def _weeks(*seconds: float) -> tuple[DayEvidence, ...]:
    """Make one active day in each week, the running one first."""
    return days(*[(7 * week + 3, each, 5) for week, each in enumerate(seconds) if each])


_QUIET = an_activity(last_contact_at=None)


def _every_other_day(seconds: float, this_week: float) -> dict[str, object]:
    """Make who worked every other day up to nine days ago, and once since, six days ago, if at all."""
    since = [(6, this_week, 1)] if this_week else []
    before = [(back, seconds, 5) for back in range(9, 35, 2)]
    return {
        "days": days(*since, *before),
        "last_seen_at": ago(6 if this_week else 9),
        "first_seen_at": ago(40),
    }


@pytest.mark.parametrize(
    ("seconds", "this_week", "is_drop"),
    [(1_000, 0, True), (1_000, 324, True), (1_000, 326, False), (200, 0, False)],
)
def test_a_drop_is_a_week_of_next_to_nothing(seconds: float, this_week: float, is_drop: bool) -> None:
    """Less than a tenth of the own usual, here 3,250 seconds, and only where there is enough to drop from."""
    student = a_student(**_every_other_day(seconds, this_week))
    found = said(student, SignalKind.ENGAGEMENT_CHANGE, thresholds=Thresholds(drop_min_days=5))
    assert [signal.audience for signal in found] == ([Audience.TEACHER] if is_drop else [])


@pytest.mark.parametrize(("every", "is_drop"), [(1, True), (2, True), (7, False)])
def test_a_week_away_is_a_drop_for_whoever_comes_more_often(every: int, is_drop: bool) -> None:
    """Nine days away are unlike who works every other day, and like who works once a week."""
    active = days(*[(back, 900.0 * every, 5) for back in range(9, 44, every)])
    student = a_student(days=active, last_seen_at=ago(9), first_seen_at=ago(44))
    assert bool(said(student, SignalKind.ENGAGEMENT_CHANGE)) is is_drop


@pytest.mark.parametrize(("gone", "is_drop"), [(7, False), (8, True)])
def test_nobody_drops_within_a_week(gone: int, is_drop: bool) -> None:
    """Whoever worked every day may be away for a week before a teacher hears of it."""
    active = days(*[(back, 900.0, 5) for back in range(gone, 40)])
    student = a_student(days=active, last_seen_at=ago(gone), first_seen_at=ago(40))
    assert bool(said(student, SignalKind.ENGAGEMENT_CHANGE)) is is_drop


@pytest.mark.parametrize(("breaks", "is_drop"), [([True], False), ([True, None], True), ([None], True)])
def test_nobody_drops_in_holidays(breaks: list[bool | None], is_drop: bool) -> None:
    """Where by all plans nothing was due for longer than usual, being away tells nothing; without a plan it does."""
    named = {f"c{place}": each for place, each in enumerate(breaks)}
    risks = [a_risk(course_id=course, is_break=each) for course, each in named.items()]
    courses = [a_course(course_id=course) for course in named]
    student = a_student(**_every_other_day(1_000, 0), courses=courses, risks=risks)
    assert bool(said(student, SignalKind.ENGAGEMENT_CHANGE)) is is_drop


@given(st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_the_longer_away_the_less_like_the_own_rhythm(active: set[int], gone: int) -> None:
    """A probability that falls with each day away, whatever the rhythm, and is 1 on an active day."""
    known = days(*[(back, 60.0, 1) for back in sorted(active | {gone}) if back >= gone])
    student = a_student(days=known, first_seen_at=ago(61), last_seen_at=ago(gone))
    p = [profile_of(student, as_of=AS_OF + timedelta(days=more)).rhythm.p_away or 0.0 for more in range(3)]
    assert (p[0] == 1) is (gone == 0)
    assert p == sorted(p, reverse=True)


@pytest.mark.parametrize(("first_seen", "is_known"), [(27, True), (26.4, False)])
def test_three_known_weeks_make_a_past(first_seen: float, is_known: bool) -> None:
    """A student of three weeks has no past to drop from, and that is said to be unknown, not zero."""
    student = a_student(
        days=_weeks(0, 3_600, 3_600, 3_600), first_seen_at=ago(first_seen), last_seen_at=ago(10)
    )
    assert bool(said(student, SignalKind.ENGAGEMENT_CHANGE)) is is_known


def _checked(student: StudentEvidence) -> bool:
    return bool(said(student, SignalKind.CHECK_IN))


@pytest.mark.parametrize(
    ("changes", "is_named"),
    [
        ({"activity": _QUIET}, True),
        ({"activity": an_activity(last_contact_at=ago(14))}, False),
        ({"activity": an_activity(last_contact_at=ago(14.1))}, True),
        ({"activity": _QUIET, "first_seen_at": ago(14)}, False),
        ({"activity": _QUIET, "courses": [a_course(passed_at=ago(3))]}, False),
        ({"activity": _QUIET, "courses": [a_course(unregistered_at=ago(3))]}, False),
        ({"activity": _QUIET, "courses": []}, True),
        ({"activity": _QUIET, "risks": []}, False),
        ({"activity": _QUIET, "last_seen_at": ago(59.9)}, True),
        ({"activity": _QUIET, "last_seen_at": ago(61)}, False),
        (
            {
                "activity": _QUIET,
                "skills": [a_skill(n=20, right=20, class_rate=0.5)],
                "mastery": [an_estimate(p=0.9)],
            },
            False,
        ),
        (_every_other_day(1_000, 0), True),
    ],
)
def test_whom_to_check_in_with(changes: dict[str, object], is_named: bool) -> None:
    """No good word and no contact for fourteen days, or a drop; not who is long gone, nor where no course goes on."""
    assert _checked(a_student(**changes)) is is_named


def test_a_check_in_gives_its_reasons_and_a_beginning() -> None:
    """A teacher is told why, and with what to begin."""
    skills, mastery = [a_skill(n=12, right=1)], [an_estimate(p=0.03, n=12)]
    student = a_student(activity=_QUIET, skills=skills, mastery=mastery, last_seen_at=ago(9))
    found = said(student, SignalKind.CHECK_IN)
    assert "no good word and no contact" in found[0].sentence
    assert "last seen on 11 November 2026" in found[0].sentence
    assert "Skill s1" in found[0].sentence


def test_good_words_count_after_they_have_expired() -> None:
    """A streak of ten days ago is not shown any more, and is still a good word."""
    student = a_student(
        activity=_QUIET,
        skills=[
            a_skill(n_recoveries=1, last_recovery_at=ago(13.9), last_recovery_misses=2, last_recovery_id="r")
        ],
    )
    assert not _checked(student)


def test_a_wish_to_talk_stands_until_somebody_has() -> None:
    """Nothing is more urgent to teachers; a contact that was told later ends it, an earlier one does not."""
    wish = a_voice("talk", "c1", occurred_at=ago(3))
    (found,) = said(a_student(voices=[wish]), SignalKind.WANTS_TO_TALK)
    assert (found.audience, found.urgency) == (Audience.TEACHER, 1.0)
    for days_ago, stands in ((4, True), (2, False)):
        contact = a_voice("contacted", "c1", occurred_at=ago(days_ago), stated_by="teacher")
        student = a_student(voices=[wish, contact])
        assert bool(said(student, SignalKind.WANTS_TO_TALK)) is stands
    taken_back = wish._replace(is_affirmed=False)
    assert said(a_student(voices=[taken_back]), SignalKind.WANTS_TO_TALK) == []
