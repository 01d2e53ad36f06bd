"""Which signals call a teacher to a student, and why."""

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS, Cause
from learnloom.schemas.signal import Audience, Signal


def cause_of(signal: Signal, thresholds: Thresholds) -> Cause | None:
    """Say why a signal calls a teacher to the student; None where it does not.

    Of what is known to be right less often than a school wants of that which asks somebody to act, nobody is sent to a
    student: it is a hint beside other calls.
    """
    cause = SIGNAL_KINDS[signal.kind].cause
    if cause is None or signal.audience is not Audience.TEACHER:
        return None
    least = thresholds.least_right.get(signal.kind, thresholds.least_right_to_act)
    return Cause.HINT if signal.p_right is not None and signal.p_right.p < least else cause
