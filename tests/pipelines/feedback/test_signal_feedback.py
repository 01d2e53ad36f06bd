"""What comes back: dismissed signals stay silent for a while, and following a check-in is contact."""

import pytest

from learnloom.schemas.evidence import ResponseEvidence, StudentEvidence
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.pipelines.feedback.make import a_skill, a_student, ago, an_activity, an_estimate, said

_STUCK = a_skill(n=12, right=1)


def _student(*responses: ResponseEvidence) -> StudentEvidence:
    mastery = [an_estimate(p=0.03, n=12)]
    activity = an_activity(last_contact_at=None)
    return a_student(skills=[_STUCK], mastery=mastery, activity=activity, responses=responses)


def _answer(signal: Signal, response: str, days: float) -> ResponseEvidence:
    return ResponseEvidence(
        signal.signal_id,
        signal.kind.value,
        signal.audience.value,
        signal.subject,
        response,
        None,
        ago(days),
        "statement",
    )


def _to(audience: Audience, student: StudentEvidence, kind: SignalKind) -> list[Signal]:
    return [signal for signal in said(student, kind) if signal.audience is audience]


def test_a_dismissed_signal_is_not_said_again() -> None:
    """It stays silent for good, while the same said to somebody else goes on."""
    (signal,) = _to(Audience.TEACHER, _student(), SignalKind.WHEEL_SPINNING)
    after = _student(_answer(signal, "dismissed", 100))
    assert _to(Audience.TEACHER, after, SignalKind.WHEEL_SPINNING) == []
    assert _to(Audience.STUDENT, after, SignalKind.WHEEL_SPINNING)


@pytest.mark.parametrize(("days", "is_silent"), [(13.9, True), (14.1, False)])
def test_its_like_cools_down(days: float, is_silent: bool) -> None:
    """Another signal of the kind on the same thing waits for two weeks after the dismissal."""
    (signal,) = _to(Audience.TEACHER, _student(), SignalKind.WHEEL_SPINNING)
    other = _answer(signal, "dismissed", days)._replace(signal_id="0" * 32)
    found = _to(Audience.TEACHER, _student(other), SignalKind.WHEEL_SPINNING)
    assert (found == []) is is_silent


@pytest.mark.parametrize("response", ["acknowledged", "followed"])
def test_only_a_dismissal_silences(response: str) -> None:
    """Who takes note of a signal or follows it has not asked to be left alone."""
    (signal,) = _to(Audience.TEACHER, _student(), SignalKind.WHEEL_SPINNING)
    assert _to(Audience.TEACHER, _student(_answer(signal, response, 1)), SignalKind.WHEEL_SPINNING)


@pytest.mark.parametrize(("response", "is_named"), [("followed", False), ("acknowledged", True)])
def test_a_followed_check_in_is_contact(response: str, is_named: bool) -> None:
    """A teacher who has talked to the student is not told to talk to them again this week."""
    (signal,) = said(_student(), SignalKind.CHECK_IN)
    found = said(_student(_answer(signal, response, 1)), SignalKind.CHECK_IN)
    assert bool(found) is is_named


def test_what_was_dismissed_under_another_key_stays_silent() -> None:
    """Whoever was two and is one now is not told again what one of the two had dismissed for good."""
    before = _student()._replace(student_key="another key")
    (signal,) = _to(Audience.TEACHER, before, SignalKind.WHEEL_SPINNING)
    now = _student(_answer(signal, "dismissed", 100))
    assert _to(Audience.TEACHER, now, SignalKind.WHEEL_SPINNING)
    merged = now._replace(other_keys=["another key"])
    assert _to(Audience.TEACHER, merged, SignalKind.WHEEL_SPINNING) == []
