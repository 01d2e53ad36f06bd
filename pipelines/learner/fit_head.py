"""Fitting the last step of the answer model, for each kind of it.

A score between 0 and 1 is used as it is: for a model of two classes, an answer of .4 counts as .4 of a right one and
.6 of a miss. A rapid guess weighs less (history.py).

Fitting takes one thread. Several of one process wait for each other at every split by turning round and round; where
another process wants the cores too, a second of work then takes a minute.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from learnloom.pipelines.learner.calibrate import recalibration
from learnloom.pipelines.learner.head import Boosted, Head, Line, Logistic, ModelKind
from learnloom.pipelines.learner.replay import FEATURES
from learnloom.pipelines.learner.trees import Forest

_RISING: Final = ("z", "theta", "theta_skill")
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
_STEPS: Final = 1_000


def fit_head(
    kind: ModelKind,
    features: NDArray[np.float64],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> Head:
    """Fit a head of one kind.

    Args:
        kind: which one.
        features: (answers, FEATURES) before each answer, of students from whom the difficulties were not learned.
        scores: what came, 0 to 1; some above 0 and some below 1.
        weights: how much each answer says, above 0.
    """
    if kind is ModelKind.ELO:
        return Line(*recalibration(features[:, FEATURES.index("z")], scores))
    rows, outcomes, shares = _outcomes(scores, weights)
    fit = _logistic if kind is ModelKind.LOGISTIC else _boosted
    with threadpool_limits(limits=1):
        return fit(features[rows], outcomes, shares)


def _boosted(features: NDArray[np.float64], outcomes: NDArray[np.int64], shares: NDArray[np.float64]) -> Head:
    # Importing it takes a second, which whoever fits nothing need not wait for.
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    rising = [int(name in _RISING) for name in FEATURES]
    trees = HistGradientBoostingClassifier(**_TREES, monotonic_cst=rising)
    return Boosted(Forest.from_sklearn(trees.fit(features, outcomes, sample_weight=shares)))


def _logistic(
    features: NDArray[np.float64], outcomes: NDArray[np.int64], shares: NDArray[np.float64]
) -> Head:
    """Fit on scaled features, so that the ridge asks the same of all, and give coefficients of unscaled ones."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    mean, spread = features.mean(axis=0), features.std(axis=0)
    # A column that never varies, such as time where no times are known, says nothing.
    spread = np.where(spread > 0.0, spread, np.inf)
    fitted = LogisticRegression(max_iter=_STEPS).fit(
        (features - mean) / spread, outcomes, sample_weight=shares
    )
    coefficients = fitted.coef_[0] / spread
    intercept = float(fitted.intercept_[0] - mean @ coefficients)
    return Logistic(intercept, tuple(coefficients.tolist()))


def _outcomes(
    scores: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows of the features, an outcome for each, and its weight: scores in between give two."""
    is_right, is_missed = scores > 0.0, scores < 1.0
    rows = np.concatenate([np.flatnonzero(is_right), np.flatnonzero(is_missed)])
    outcomes = np.repeat([1, 0], [is_right.sum(), is_missed.sum()])
    shares = np.concatenate([(weights * scores)[is_right], (weights * (1.0 - scores))[is_missed]])
    return rows, outcomes, shares
