"""The two ways of learning that the answer model and the risk model share, by scikit-learn.

Whoever calls them does so within `threadpool_limits(limits=1)`: several threads of one process wait for each other at
every split by turning round and round; where another process wants the cores too, a second of work then takes a minute.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.trees import Forest

_STEPS: Final = 1_000


class LogisticFit(NamedTuple):
    """logit = intercept + coefficients * features (+ if_unknown where a feature is NaN, and its mean in its place)."""

    intercept: float
    coefficients: NDArray[np.float64]
    """Shape (n_features,), of unscaled features."""
    if_unknown: NDArray[np.float64]
    """Shape (n_features,); empty where unknown values were not learned from."""


def fit_logistic(
    features: NDArray[np.float64],
    outcomes: NDArray[np.int64] | NDArray[np.bool_],
    *,
    mean: NDArray[np.float64],
    spread: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
    learns_unknown: bool = False,
) -> LogisticFit:
    """Fit a logistic regression on scaled features, so that the ridge asks the same of all.

    Args:
        features: shape (n_rows, n_features).
        outcomes: shape (n_rows,), of two classes.
        mean: shape (n_features,), taken off each feature.
        spread: shape (n_features,), by which each is divided; where it is 0 the feature says nothing.
        weights: shape (n_rows,); None: all count the same.
        learns_unknown: whether NaN is allowed: it counts as the mean, and by a coefficient of its own.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second, not for those who fit nothing

    spread = np.where(spread > 0.0, spread, np.inf)
    scaled = (features - mean) / spread
    if learns_unknown:
        is_unknown = np.isnan(features)
        scaled = np.hstack([np.where(is_unknown, 0.0, scaled), is_unknown.astype(np.float64)])
    fitted = LogisticRegression(max_iter=_STEPS).fit(scaled, outcomes, sample_weight=weights)
    n_features = features.shape[1]
    coefficients = fitted.coef_[0][:n_features] / spread
    return LogisticFit(
        float(fitted.intercept_[0] - mean @ coefficients), coefficients, fitted.coef_[0][n_features:]
    )


def fit_trees(
    features: NDArray[np.float64],
    outcomes: NDArray[np.int64] | NDArray[np.bool_],
    settings: Mapping[str, Any],
    *,
    weights: NDArray[np.float64] | None = None,
    rising: Sequence[int] | None = None,
) -> Forest:
    """Fit gradient boosted trees.

    Args:
        features: shape (n_rows, n_features), NaN where a value is unknown, but not in all of a column.
        outcomes: shape (n_rows,), of two classes.
        settings: of `HistGradientBoostingClassifier`.
        weights: shape (n_rows,); None: all count the same.
        rising: for each feature 1 where the probability never falls as it rises, else 0; None: 0 for all.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    trees = HistGradientBoostingClassifier(**settings, monotonic_cst=rising)
    return Forest.from_sklearn(trees.fit(features, outcomes, sample_weight=weights))
