"""The measures of prediction, each of all rows at once, and what they measure.

What each means and where it comes from: docs/explanation/evaluate.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as mean_log_loss

from learnloom.schemas.errors import LearnloomError


class PredictionsError(LearnloomError):
    """Outcomes, probabilities and students do not fit together."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Rows in any order, one entry per row in every column.

    Raises:
        PredictionsError: lengths do not fit, or a probability lies outside 0 to 1 or is unknown.
    """

    label: NDArray[np.bool_]
    """Whether it came: the answer was right, the student did not pass."""
    p: NDArray[np.float64]
    """Probability that was given to it before."""
    cluster: NDArray[np.int64]
    """Student of the row, as any whole number."""

    def __post_init__(self) -> None:
        lengths = {"label": len(self.label), "p": len(self.p), "cluster": len(self.cluster)}
        if len(set(lengths.values())) > 1:
            raise PredictionsError(f"columns of different lengths, {lengths}: give each one entry per row")
        if self.label.dtype != np.bool_:
            raise PredictionsError(f"label is of type {self.label.dtype}: give true and false")
        if len(self.p) and not (self.p.min() >= 0.0 and self.p.max() <= 1.0):
            raise PredictionsError(
                f"probabilities from {self.p.min()} to {self.p.max()}: give them from 0 to 1, none unknown"
            )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.label)

    @property
    def n_clusters(self) -> int:
        """Number of students."""
        return len(np.unique(self.cluster))

    def where(self, is_kept: NDArray[np.bool_]) -> "Predictions":
        """Return the rows for which is_kept, one entry per row, is true."""
        return Predictions(self.label[is_kept], self.p[is_kept], self.cluster[is_kept])


# Bins of equal width for reliability and calibration error, as in Guo et al. 2017.
N_BINS: Final = 15
# How near to 0 and 1 a probability is taken to be, at the nearest: a certainty that fails costs 20.7 nats.
_FARTHEST: Final = 1e-9


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
    """Mean distance of the predicted from the observed rate, over bins of equal width (Naeini et al. 2015)."""
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
    observed, not_come = z[found.label], z[~found.label]
    if not len(observed) or not len(not_come) or np.ptp(z) == 0.0:
        return None
    if observed.min() >= not_come.max() or observed.max() <= not_come.min():
        return None
    # C is the inverse of a penalty: none.
    line = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1_000).fit(z[:, None], found.label)
    return float(line.intercept_[0]), float(line.coef_[0, 0])


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose probability lies from `low` up to `high`."""

    low: float
    high: float
    n: int
    mean_p: float | None
    """Mean predicted probability; None without a row."""
    rate: float | None
    """Observed rate; None without a row."""


def reliability(found: Predictions) -> list[Bin]:
    """Compare predicted and observed rates in bins of equal width."""
    bins = bin_of(found.p)
    n = np.bincount(bins, minlength=N_BINS)
    predicted = np.bincount(bins, weights=found.p, minlength=N_BINS)
    observed = np.bincount(bins, weights=found.label, minlength=N_BINS)
    return [
        Bin(
            low=number / N_BINS,
            high=(number + 1) / N_BINS,
            n=int(n[number]),
            mean_p=float(predicted[number] / n[number]) if n[number] else None,
            rate=float(observed[number] / n[number]) if n[number] else None,
        )
        for number in range(N_BINS)
    ]
