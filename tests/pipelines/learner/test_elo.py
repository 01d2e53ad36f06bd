"""Fitting: the formulas by hand, what is recovered, what is kept from breaking."""

import math

import numpy as np
import pytest
from hypothesis import given

from learnloom.pipelines.learner.elo import fit
from learnloom.pipelines.learner.errors import HistoryShapeError
from learnloom.pipelines.learner.platt import MIN_ANSWERS, recalibration
from tests.pipelines.learner.make import Answer, a_class, a_history, answers


def _sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def test_two_answers_move_difficulties_as_the_formulas_say() -> None:
    """Steps shrink with the answers so far, and theta carries over from the first answer to the second."""
    parameters = fit(a_history([Answer(0, 0, (0,), 1.0), Answer(0, 1, (0,), 0.0)]))
    e1 = 1.0 - _sigmoid(0.0)
    z2 = 0.4 * e1 + 0.4 * e1 + 0.1 * e1
    e2 = 0.0 - _sigmoid(z2)
    d1, d2 = parameters.item_difficulty.tolist()
    assert (d1, d2) == pytest.approx((_sigmoid(0.0 - d1) - 1.0, _sigmoid(z2 - d2)))
    assert parameters.skill_difficulty.tolist() == pytest.approx([-0.1 * e1 - 0.1 / 1.05 * e2])
    assert parameters.skill_rate.tolist() == [0.5]
    assert parameters.skill_item_difficulty.tolist() == pytest.approx([(d1 + d2) / 2])


def test_an_answer_with_two_skills_is_one_answer() -> None:
    """Skills of one answer share it by their mean, and each is moved by the whole error."""
    parameters = fit(a_history([Answer(0, 0, (0, 1), 1.0), Answer(0, 0, (0, 1), 0.0)]))
    e1 = 1.0 - _sigmoid(0.0)
    z2 = 0.4 * e1 + (0.4 * e1 + 0.1 * e1) + 1.0 * e1
    e2 = 0.0 - _sigmoid(z2)
    d = parameters.item_difficulty.item()
    assert d == pytest.approx(_sigmoid(0.0 - d) - 1.0 + _sigmoid(0.9 * e1 - d))
    assert parameters.skill_difficulty.tolist() == pytest.approx([-0.1 * e1 - 0.1 * e2 / 1.05] * 2)
    assert parameters.item_n.tolist() == [2]
    assert parameters.skill_n.tolist() == [2, 2]


def test_difficulties_are_recovered() -> None:
    """From eighty answers an item, estimated difficulty goes with the true one at .9 or more."""
    history, truth = a_class(n_students=300, n_items=100, n_skills=5, n_answers=8_000, seed=1)
    parameters = fit(history)
    found = parameters.item_difficulty + parameters.skill_difficulty[np.arange(100) % 5]
    assert np.corrcoef(found, truth.difficulty)[0, 1] > 0.9


def test_of_an_item_all_answers_say_as_much_whenever_they_came() -> None:
    """Its difficulty is as that of another item with as many right, though all its wrong answers came last."""
    right, wrong = (
        [Answer(one, 0, (), 1.0) for one in range(50)],
        [Answer(one + 50, 0, (), 0.0) for one in range(50)],
    )
    mixed = [Answer(one + 100, 1, (), float(one % 2)) for one in range(100)]
    parameters = fit(a_history([*right, *wrong, *mixed]))
    assert parameters.item_difficulty[0] == pytest.approx(parameters.item_difficulty[1], abs=1e-6)


@given(answers)
def test_parameters_are_numbers_wherever_there_was_an_answer(history: list[Answer]) -> None:
    """No history leads to a NaN or an infinity, and what was never answered has no rate."""
    parameters = fit(a_history(history), n_items=8, n_skills=5)
    assert np.isfinite(parameters.item_difficulty).all()
    assert np.isfinite(parameters.skill_difficulty).all()
    assert (np.isnan(parameters.item_rate) == (parameters.item_n == 0)).all()
    assert (np.isnan(parameters.skill_rate) == (parameters.skill_n == 0)).all()
    assert math.isfinite(parameters.base_logit)


def test_too_few_codes_are_refused() -> None:
    """A caller who counts the codes wrongly is told which one is beyond."""
    with pytest.raises(HistoryShapeError, match="item code 3"):
        fit(a_history([Answer(0, 3, (), 1.0)]), n_items=3)


def test_recalibration_finds_the_line() -> None:
    """Where the outcome rises with half the logit, half is what is found."""
    rng = np.random.default_rng(2)
    logits = rng.normal(0.0, 2.0, 40_000)
    scores = (rng.random(40_000) < 1.0 / (1.0 + np.exp(-(0.2 + 0.5 * logits)))).astype(np.float64)
    intercept, slope = recalibration(logits, scores)
    assert intercept == pytest.approx(0.2, abs=0.04)
    assert slope == pytest.approx(0.5, abs=0.03)


def test_where_all_answers_are_right_nothing_runs_away() -> None:
    """A school without a single miss gets finite parameters."""
    intercept, slope = recalibration(np.full(MIN_ANSWERS, 3.0), np.ones(MIN_ANSWERS))
    assert -1.0 <= intercept <= 1.0
    assert 0.4 <= slope <= 1.2
