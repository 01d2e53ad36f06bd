"""Which signals send a teacher to a student."""

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.calls import cause_of
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS, Cause
from learnloom.schemas.signal import Audience, RightShare, RightSource, SignalKind
from tests.pipelines.feedback.make import a_skill, a_student, an_estimate, said


def _right(p: float) -> RightShare:
    return RightShare(p=p, p_low=p / 2, p_high=(1 + p) / 2, n=40, source=RightSource.SIMULATED)


@pytest.mark.parametrize(
    ("p", "thresholds", "cause"),
    [
        (None, Thresholds(), Cause.LEARNING),
        (0.8, Thresholds(), Cause.LEARNING),
        (0.79, Thresholds(), Cause.HINT),
        (0.6, Thresholds(least_right_to_act=0.6), Cause.LEARNING),
        (0.6, Thresholds(least_right={SignalKind.WEAKNESS: 0.5}), Cause.LEARNING),
        (0.9, Thresholds(least_right={SignalKind.WEAKNESS: 0.95}), Cause.HINT),
    ],
)
def test_what_is_right_too_seldom_sends_nobody(p: float | None, thresholds: Thresholds, cause: Cause) -> None:
    """A share below the bar of the kind, or else of all that asks to act, makes a hint of a call."""
    hard = a_student(skills=[a_skill(n=10, right=2, class_rate=0.7)], mastery=[an_estimate(p=0.2)])
    for signal in said(hard, SignalKind.WEAKNESS):
        told = signal.model_copy(update={"p_right": None if p is None else _right(p)})
        expected = cause if signal.audience is Audience.TEACHER else None
        assert cause_of(told, thresholds) is expected


def test_only_what_a_teacher_may_see_calls_them() -> None:
    """A kind that calls is for teachers, too, and none is a hint from the start."""
    for kind, entry in SIGNAL_KINDS.items():
        if entry.cause is not None:
            assert Audience.TEACHER in entry.audiences, kind
            assert entry.cause is not Cause.HINT
