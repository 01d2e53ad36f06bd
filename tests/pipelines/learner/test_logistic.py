"""The logistic function and its inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.learner.logistic import logit, sigmoid


@given(st.floats(-30, 30))
def test_logit_undoes_sigmoid(value: float) -> None:
    """There and back again is where one was."""
    assert logit(sigmoid(value)) == pytest.approx(value, abs=1e-2)


@given(st.floats(allow_nan=False))
def test_sigmoid_never_overflows(value: float) -> None:
    """Any logit has a probability."""
    assert 0.0 <= sigmoid(value) <= 1.0
