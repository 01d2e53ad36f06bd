"""The interval around an estimate of mastery."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.learner.interval import interval, intervals
from learnloom.pipelines.learner.logistic import logit, sigmoid
from learnloom.pipelines.learner.trace import trace
from tests.pipelines.learner.make import Answer, a_history, flat_model

_P = st.floats(0.001, 0.999)
_INFORMATION = st.floats(0.0, 1_000.0)


@given(p=_P, information=_INFORMATION, more=st.floats(0.01, 100.0))
def test_an_interval_holds_its_estimate_and_narrows_with_answers(
    p: float, information: float, more: float
) -> None:
    """The ends lie on either side of the estimate, within 0 and 1; more information brings them nearer."""
    low, high = interval(p, information)
    assert 0.0 < low < p < high < 1.0
    nearer_low, nearer_high = interval(p, information + more)
    assert low < nearer_low < nearer_high < high


@given(p=_P, information=_INFORMATION)
def test_a_higher_level_takes_a_wider_interval(p: float, information: float) -> None:
    """To be right more often the interval has to be wider."""
    assert interval(p, information, level=0.9)[0] < interval(p, information, level=0.8)[0]
    assert interval(p, information, level=0.9)[1] > interval(p, information, level=0.8)[1]


def test_the_interval_is_as_wide_as_the_formula_says() -> None:
    """At level .8 it reaches 1.2816 standard errors to either side, in logits."""
    low, high = interval(0.75, 5.0, 3.0, 0.80, spread=0.125)
    assert logit(0.75) - logit(low) == pytest.approx(1.2816 * 0.5, abs=1e-4)
    assert logit(high) - logit(0.75) == pytest.approx(1.2816 * 0.5, abs=1e-4)


@given(st.lists(st.tuples(_P, _INFORMATION), max_size=5))
def test_many_are_reckoned_each_alone(pairs: list[tuple[float, float]]) -> None:
    """A column of intervals has the very ends that each has alone."""
    low, high = intervals([p for p, _ in pairs], [information for _, information in pairs])
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [interval(*pair) for pair in pairs]


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    """Where logits are drawn as the model assumes, eight of ten intervals hold the truth."""
    rng = np.random.default_rng(7)
    n, information = 20_000, 4.0
    error = rng.normal(0.0, np.sqrt(1.0 / (3.0 + information) + 0.1), n)
    truth = rng.normal(0.5, 1.0, n)
    held = [
        low <= sigmoid(real) <= high
        for real, (low, high) in (
            (real, interval(sigmoid(real + off), information, 3.0, spread=0.1))
            for real, off in zip(truth.tolist(), error.tolist(), strict=True)
        )
    ]
    assert np.mean(held) == pytest.approx(0.80, abs=0.01)


def test_information_is_that_of_the_answers() -> None:
    """An answer adds weight * p * (1 - p) to each of its skills: a quarter where it could go either way."""
    found = trace(
        flat_model(),
        a_history([Answer(0, 0, (0, 1), 1.0), Answer(0, 1, (1,), 0.0, weight=0.25)]),
    )
    second = found.p_right[1]
    assert found.information.tolist() == pytest.approx([0.25, 0.25 + 0.25 * second * (1.0 - second)])
