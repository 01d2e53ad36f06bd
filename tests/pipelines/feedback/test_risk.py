"""Who may not pass: told to teachers, with reasons and figures; what was not learned says that it was not."""

from typing import Any

import pytest

from learnloom.schemas.risk import RiskReason, RiskTheme
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.pipelines.feedback.make import AS_OF, a_course, a_risk, a_student, ago, said


def _said(**changes: Any) -> list[Signal]:
    return said(a_student(risks=[a_risk(**changes)]), SignalKind.AT_RISK)


@pytest.mark.parametrize(("p", "is_told"), [(0.59, False), (0.6, True), (0.9, True)])
def test_a_teacher_is_warned_from_the_threshold_on(p: float, is_told: bool) -> None:
    """Below the model's threshold nothing is said; from it on the teacher alone is told, for a week."""
    found = _said(p_not_passing=p, threshold=0.6, precision=0.8)
    assert [signal.audience for signal in found] == ([Audience.TEACHER] if is_told else [])
    assert [(signal.expires_at - AS_OF).days for signal in found] == ([7] if is_told else [])


def test_the_warning_names_probability_precision_and_reasons() -> None:
    """A teacher reads how likely, how often such warnings are right, and why, with figures and what is usual."""
    reasons = (
        RiskReason(RiskTheme.HANDED_IN, 1.2, 0.86),
        RiskReason(RiskTheme.SUBMISSION_GAP, 0.5, 6.2),
        RiskReason(RiskTheme.ACTIVITY, 0.2, 11.0),
    )
    (signal,) = _said(
        p_not_passing=0.72,
        threshold=0.6,
        precision=0.81,
        n_due=5,
        n_submitted=2,
        is_last_missed=True,
        days_since_submission=31.4,
        active_days=3,
        reasons=reasons,
    )
    assert signal.value == 0.72
    assert signal.sentence == (
        "The student may not pass Course 1: this is 72 % likely, judging by runs that have ended. Of the students "
        "warned of at this stage of earlier runs, 81 % did not pass. 2 of 5 pieces of work due were handed in (usual: "
        "86 %). The work that was due last was not handed in. The last work was handed in 31 days ago. The usual gap "
        "is 6 days. The student was active on 3 of the last 28 days (usual: 11). Talk to them before you conclude "
        "anything."
    )


def test_an_unknown_precision_is_said_to_be() -> None:
    """Where too few were warned of in earlier runs, no precision is promised."""
    (signal,) = _said(p_not_passing=0.7, threshold=0.6)
    assert "not known yet how often such warnings are right" in signal.sentence


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({}, False),
        ({"days_since_active": 7.0}, False),
        ({"days_since_active": 7.1}, True),
        ({"is_last_missed": True}, True),
        ({"days_since_active": None}, True),
        ({"days_since_active": None, "enrolled_days": 6.0}, False),
    ],
)
def test_without_ended_runs_a_simple_rule_speaks(changes: dict[str, Any], is_told: bool) -> None:
    """Away for more than a week, or the last work missed: named without a probability, and said to be simple."""
    found = _said(**changes)
    assert bool(found) is is_told
    for signal in found:
        assert signal.value is None
        assert "simple rule, not a learned estimate" in signal.sentence


def test_what_was_learned_wins_over_the_rule() -> None:
    """Where a model says that all is well, the simple rule is silent."""
    assert _said(p_not_passing=0.1, threshold=0.6, is_last_missed=True) == []


def test_who_is_gone_is_not_warned_of() -> None:
    """Of a student who left, or was not seen for two months, there is nothing to warn."""
    risks = [a_risk(is_last_missed=True)]
    for changes in ({"courses": [a_course(unregistered_at=ago(3))]}, {"last_seen_at": ago(61)}):
        assert said(a_student(risks=risks, **changes), SignalKind.AT_RISK) == []
