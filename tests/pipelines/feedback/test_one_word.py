"""What is said of one skill at a time holds together, however many rules look at it."""

from typing import Any

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.signals import signals
from learnloom.pipelines.feedback.track_record import TrackRecord
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.signal import Audience, RightShare, RightSource, SignalKind
from tests.pipelines.feedback.make import (
    a_skill,
    a_student,
    an_estimate,
    profile_of,
    said,
)


def _with(p: float, **skill: Any) -> StudentEvidence:
    return a_student(skills=[a_skill(**skill)], mastery=[an_estimate(p=p, n=skill["n"])])


def test_who_is_told_to_leave_the_questions_is_not_told_to_try_two_of_them() -> None:
    """A student who is stuck on a weak skill hears the one, and the teacher both."""
    student = _with(0.1, n=12, right=0, class_rate=0.5)
    assert {signal.audience for signal in said(student, SignalKind.WHEEL_SPINNING)} == set(Audience)
    assert {signal.audience for signal in said(student, SignalKind.WEAKNESS)} == {Audience.TEACHER}


def test_where_nobody_says_stuck_a_weakness_is_said() -> None:
    """A school whose own past silences wheel-spinning leaves the student with the other word, not with none."""
    student, limits = _with(0.1, n=12, right=0, class_rate=0.5), Thresholds()
    seldom = RightShare(p=0.3, p_low=0.2, p_high=0.4, n=50, source=RightSource.SCHOOL)
    record = TrackRecord(school={"wheel_spinning.student": seldom}, shipped={})
    found = signals(student, profile_of(student), thresholds=limits, record=record)
    to_student = {signal.kind for signal in found if signal.audience is Audience.STUDENT}
    assert SignalKind.WEAKNESS in to_student
    assert SignalKind.WHEEL_SPINNING not in to_student


@pytest.mark.parametrize(
    ("p", "skill", "is_said"),
    [
        (0.85, {"n": 10, "right": 8, "longest_run": 3}, True),
        # Needs work, though the class does even less.
        (0.24, {"n": 5, "right": 0}, False),
        (0.69, {"n": 5, "right": 4, "longest_run": 3}, False),
        # Never three in a row.
        (0.85, {"n": 10, "right": 6, "longest_run": 2}, False),
        (0.85, {"n": 5, "right": 2, "longest_run": 2}, False),
        # Less than half right, where what is expected counts part of the marks.
        (0.75, {"n": 12, "right": 5, "longest_run": 3}, False),
        (0.75, {"n": 12, "right": 6, "longest_run": 3}, True),
    ],
)
def test_a_strength_is_nothing_that_needs_work(p: float, skill: dict[str, Any], is_said: bool) -> None:
    """Above the class, near mastery at least, at least half right, and nobody is stuck."""
    assert bool(said(_with(p, class_rate=0.05, **skill), SignalKind.STRENGTH)) is is_said
