"""Decided cases stand for those of which too few answers came."""

import numpy as np
import pytest

from learnloom.pipelines.evaluate.weights import weights

_ANSWERS = 10


def _watched(n: int, p_right: float, p_stop: float) -> tuple[list[bool], list[bool | None], list[int | None]]:
    """Claims that no three right in a row come in ten answers: the truth, and what is seen where some stop."""
    rng = np.random.default_rng(7)
    truth: list[bool] = []
    told: list[bool | None] = []
    seen: list[int | None] = []
    for _ in range(n):
        right = rng.random(_ANSWERS) < p_right
        ends = [k for k in range(3, _ANSWERS + 1) if right[k - 3 : k].all()]
        needed = ends[0] if ends else _ANSWERS
        stopped = int(rng.geometric(p_stop)) - 1
        truth.append(not ends)
        told.append(not ends if stopped >= needed else None)
        seen.append(min(needed, stopped))
    return truth, told, seen


@pytest.mark.slow
def test_a_share_is_that_of_all_though_many_stop_before_it_is_certain() -> None:
    """Of the decided alone too few come true; weighted, as many as in truth."""
    truth, told, seen = _watched(20_000, 0.4, 0.15)
    weight = weights(told, seen)
    is_true = np.array([one is True for one in told])
    known = np.array([one is not None for one in told])
    real = np.mean(truth)
    assert is_true[known].mean() < real - 0.1
    assert (weight * is_true).sum() / weight.sum() == pytest.approx(real, abs=0.02)


def test_the_undecided_weigh_nothing_and_the_decided_stand_for_all() -> None:
    """Where everything is decided, or is about no number of answers, each counts once."""
    assert weights([True, False, None], [10, 3, None]).tolist() == [1.0, 1.0, 0.0]
    assert weights([True, None], [None, None]).tolist() == [1.0, 0.0]
    assert weights([], []).tolist() == []
    # One of three stopped after four answers, when the first was decided: the last stands for it.
    assert weights([False, None, True], [3, 4, 10]).tolist() == [1.0, 0.0, 2.0]
