"""Two predictors on the same answers: the same answers make the difference sure, and too few make it unknown."""

import numpy as np
import pytest
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.differences import differences
from learnloom.pipelines.learner.logistic import log_losses

Floats = NDArray[np.float64]


def _answers(seed: int, *, n_students: int = 60) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Scores, students and true probabilities; students differ far more than answers."""
    rng = np.random.default_rng(seed)
    student = np.repeat(np.arange(n_students), 30)
    z = rng.normal(size=n_students)[student] + rng.normal(size=len(student))
    p = 1.0 / (1.0 + np.exp(-z))
    return (rng.random(len(p)) < p).astype(np.float64), student, p


def test_a_predictor_is_no_different_from_itself() -> None:
    """All differences and their errors are 0, and the figures those of the one."""
    scores, student, p = _answers(1)
    for found in differences(scores, student, p, p):
        assert (found.difference, found.standard_error, found.unknown) == (0.0, 0.0, None)
        assert found.one == found.other


def test_the_order_turns_the_sign() -> None:
    """Exchanged, the two have each other's figures, the difference is turned round, and its error the same."""
    scores, student, p = _answers(2)
    worse = np.clip(p + 0.1, 0.01, 0.99)
    for there, back in zip(
        differences(scores, student, p, worse), differences(scores, student, worse, p), strict=True
    ):
        assert (there.one, there.other) == (back.other, back.one)
        assert there.difference == pytest.approx(-(back.difference or 0.0))
        assert there.standard_error == pytest.approx(back.standard_error)


@pytest.mark.slow
def test_errors_are_those_of_other_classes() -> None:
    """Over many classes drawn anew, differences spread as far as one class alone says they do."""
    told: dict[str, list[tuple[float, float]]] = {}
    for seed in range(40):
        scores, student, p = _answers(seed)
        blurred = np.clip(0.5 + 0.6 * (p - 0.5) + 0.1 * np.sin(40.0 * p), 0.02, 0.98)
        for found in differences(scores, student, p, blurred, seed=seed):
            assert found.difference is not None
            assert found.standard_error is not None
            told.setdefault(found.measure, []).append((found.difference, found.standard_error))
    assert list(told) == ["log_loss", "auc", "ece"]
    for measure, pairs in told.items():
        found_differences, errors = np.array(pairs).T
        assert np.median(errors) / found_differences.std() == pytest.approx(1.0, abs=0.4), measure


def test_partial_scores_count_by_their_share() -> None:
    """The log-loss is that by which versions are trained and judged."""
    scores, student, p = _answers(3)
    scores[::3] = 0.3
    (log_loss, _, _) = differences(scores, student, p, p)
    assert log_loss.one == pytest.approx(log_losses(p, scores).mean())


def test_few_students_and_equal_outcomes_are_unknown() -> None:
    """Of twenty students nothing is told; where all are right there is no AUC; the reason stands with it."""
    scores, student, p = _answers(4, n_students=20)
    assert {(each.one, each.unknown) for each in differences(scores, student, p, p)} == {
        (None, "too few students (20 of at least 30)")
    }
    scores, student, p = _answers(4)
    _, auc, ece = differences(np.ones(len(scores)), student, p, p)
    assert (auc.difference, auc.unknown) == (None, "the outcome never varies")
    assert ece.one is not None
