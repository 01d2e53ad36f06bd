"""Fitting the last step of the answer model, for each kind of it.

A score between 0 and 1 is used as it is: for a model of two classes, an answer of .4 counts as .4 of a right one and
.6 of a miss. A rapid guess weighs less (history.py).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from learnloom.pipelines.learner.calibrator import Boosted, Calibrator, LinearLink, Logistic, ModelKind
from learnloom.pipelines.learner.estimators import fit_logistic, fit_trees
from learnloom.pipelines.learner.features import FEATURES
from learnloom.pipelines.learner.platt import recalibration

_RISING: Final = ("z", "theta", "theta_skill", "foreseen")
"""What never lowers a probability when it rises: without it single leaves contradict their neighbours. Asking the same
of difficulties costs .002 of AUC on Statics: there they are also how one question is told from another."""
_TREES: Final = {
    "max_iter": 100,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 100,
    "early_stopping": False,
    "random_state": 0,
}
"""Twice as many trees of half the weight gain .0003 of AUC on ASSISTments 2009, and take twice the time ever after."""


def fit_calibrator(
    kind: ModelKind,
    features: NDArray[np.float64],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> Calibrator:
    """Fit a calibrator of one kind.

    Args:
        kind: which one.
        features: shape (n_answers, len(FEATURES)), before each answer, by difficulties not learned from its student.
        scores: shape (n_answers,), what came, 0 to 1; some above 0 and some below 1.
        weights: shape (n_answers,), how much each answer says, above 0.
    """
    if kind is ModelKind.ELO:
        return LinearLink(*recalibration(features[:, FEATURES.index("z")], scores))
    rows, outcomes, shares = _outcomes(scores, weights)
    fit = _logistic if kind is ModelKind.LOGISTIC else _boosted
    with threadpool_limits(limits=1):
        return fit(features[rows], outcomes, shares)


def _boosted(
    features: NDArray[np.float64], outcomes: NDArray[np.int64], shares: NDArray[np.float64]
) -> Calibrator:
    rising = [int(name in _RISING) for name in FEATURES]
    return Boosted(fit_trees(features, outcomes, _TREES, weights=shares, rising=rising))


def _logistic(
    features: NDArray[np.float64], outcomes: NDArray[np.int64], shares: NDArray[np.float64]
) -> Calibrator:
    # A column that never varies, such as time where no times are known, says nothing.
    fitted = fit_logistic(
        features, outcomes, mean=features.mean(axis=0), spread=features.std(axis=0), weights=shares
    )
    return Logistic(fitted.intercept, tuple(fitted.coefficients.tolist()))


def _outcomes(
    scores: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows of the features, an outcome for each, and its weight: scores in between give two."""
    is_right, is_missed = scores > 0.0, scores < 1.0
    rows = np.concatenate([np.flatnonzero(is_right), np.flatnonzero(is_missed)])
    outcomes = np.repeat([1, 0], [is_right.sum(), is_missed.sum()])
    shares = np.concatenate([(weights * scores)[is_right], (weights * (1.0 - scores))[is_missed]])
    return rows, outcomes, shares
