"""What came of a claim: decided only by what is known, and never so that success is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.backtest.compared import COMPARED
from learnloom.pipelines.evaluate.outcomes import Series, of_series
from learnloom.pipelines.feedback import claims
from learnloom.pipelines.feedback.claims import Outcome, told
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.schemas.signal import SignalKind

_DAY = 86_400.0
_LATER = 100.0


def _answers(happened: list[bool]) -> Series:
    return Series(happened, [60.0 * number for number in range(1, len(happened) + 1)])


def test_a_run_is_decided_by_the_first_that_comes_and_never_by_too_few_answers() -> None:
    """Three right in a row prove a claim of being stuck wrong at once; none in nine answers proves nothing yet."""
    came = of_series(claims.STUCK, _answers([False, True, True, True]), None, _LATER)
    assert came is not None
    assert not claims.STUCK.comes_true(came.outcome)
    assert of_series(claims.STUCK, _answers([False] * 9), None, _LATER) is None
    came = of_series(claims.STUCK, _answers([False, True, True] * 4), None, _LATER)
    assert came is not None
    assert claims.STUCK.comes_true(came.outcome)


def test_what_comes_after_the_horizon_does_not_count() -> None:
    """An answer later than the claim looks leaves it undecided."""
    late = Series([True], [(claims.MONTH + 1) * _DAY])
    assert of_series(claims.RIGHT_AS_PROMISED, late, None, _LATER) is None
    in_time = Series([True], [(claims.MONTH - 1) * _DAY])
    came = of_series(claims.RIGHT_AS_PROMISED, in_time, None, _LATER)
    assert came is not None
    assert claims.RIGHT_AS_PROMISED.comes_true(came.outcome)


def test_a_run_waits_for_its_horizon() -> None:
    """Near the end of what is known a run that came counts no more than one that may still come."""
    assert of_series(claims.STUCK, _answers([True] * 3), None, 1.0) is None


@given(st.lists(st.booleans(), max_size=10))
def test_a_run_decided_as_wrong_stays_wrong_with_more_answers(happened: list[bool]) -> None:
    """What is decided does not hang on answers that come after."""
    came = of_series(claims.STUCK, _answers(happened), None, _LATER)
    if came is not None and not claims.STUCK.comes_true(came.outcome):
        more = of_series(claims.STUCK, _answers([*happened, False]), None, _LATER)
        assert more == came


def test_every_kind_that_claims_is_compared_and_every_other_says_that_it_is_a_fact() -> None:
    """The backtest knows of each claim whom it could be said of, and by which rule."""
    assert set(COMPARED) == {kind for kind, entry in SIGNAL_KINDS.items() if entry.claim is not None}
    for entry in SIGNAL_KINDS.values():
        assert told(entry.claim).startswith("Claim:" if entry.claim else "Fact:")
        assert entry.claim is not None or not entry.names_action


@pytest.mark.parametrize("kind", COMPARED)
def test_a_claim_that_may_come_true_may_also_be_wrong(kind: SignalKind) -> None:
    """A claim that no outcome contradicts claims nothing."""
    claim = SIGNAL_KINDS[kind].claim
    assert claim is not None
    found = {claim.comes_true(outcome) for outcome in (-0.5, 0.0, 0.3, 1.0, 10.0)}
    assert found == {False, True}
    assert claim.outcome is not Outcome.TAKEN or claim.measure is not None
