"""The measures of prediction, each of all rows at once.

What each means and where it comes from: docs/explanation/evaluate.md.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as mean_log_loss

from learnloom.pipelines.evaluate.predictions import Predictions

N_BINS: Final = 15
"""Bins of equal width for reliability and calibration error, as in Guo et al. 2017."""
_FARTHEST: Final = 1e-9
"""How near to 0 and 1 a probability is taken to be, at the nearest: a certainty that fails costs 20.7 nats."""


def certain_to_a_point(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities a little away from 0 and 1, so that each has a logit."""
    return np.clip(p, _FARTHEST, 1.0 - _FARTHEST)


def logits(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits of probabilities."""
    inside = certain_to_a_point(p)
    found: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
    return found


def bin_of(p: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the bin, 0 to N_BINS - 1, in which each probability lies."""
    return np.minimum((p * N_BINS).astype(np.int64), N_BINS - 1)


def auc(found: Predictions) -> float:
    """Probability that a row that came was given more than one that did not; both kinds must be there."""
    return float(roc_auc_score(found.label, found.p))


def log_loss(found: Predictions) -> float:
    """Mean negative logarithm of the probability given to what came, in nats."""
    return float(mean_log_loss(found.label, certain_to_a_point(found.p), labels=[False, True]))


def brier(found: Predictions) -> float:
    """Mean squared difference of probability and outcome."""
    return float(brier_score_loss(found.label, found.p, pos_label=True))


def ece(found: Predictions) -> float:
    """Mean distance of what was said from what came, over bins of equal width (Naeini et al. 2015)."""
    bins = bin_of(found.p)
    gap = np.bincount(bins, weights=found.label - found.p, minlength=N_BINS)
    return float(np.abs(gap).sum() / len(found))


def calibration_line(found: Predictions) -> tuple[float, float] | None:
    """Intercept and slope of the outcome on the predicted logits, by logistic regression (Cox 1958).

    Returns:
        None where no line can be found: the outcome or the prediction never varies, or a threshold parts those
        that came from those that did not, so that no slope is steep enough.
    """
    z = logits(found.p)
    came, not_come = z[found.label], z[~found.label]
    if not len(came) or not len(not_come) or np.ptp(z) == 0.0:
        return None
    if came.min() >= not_come.max() or came.max() <= not_come.min():
        return None
    # C is the inverse of a penalty: none.
    line = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1_000).fit(z[:, None], found.label)
    return float(line.intercept_[0]), float(line.coef_[0, 0])
