"""Two predictors on the same answers: the figures of each, and how surely they differ."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.figures import MIN_ANSWERS
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import Weighted, draws
from learnloom.pipelines.learner.history import RIGHT_FROM
from learnloom.pipelines.learner.logistic import log_losses, mean_and_error

# As many as a standard error asks for (Efron & Tibshirani 1993, chapter 6).
_N_RESAMPLES: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two predictors; an unknown one is None."""

    measure: str
    one: float | None
    other: float | None
    difference: float | None
    """That of the other minus that of the one."""
    standard_error: float | None
    """Of the difference, over students."""
    unknown: str | None = None
    """Why there is no value."""


def differences(
    scores: NDArray[np.float64],
    student: NDArray[np.int64],
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    *,
    seed: int = 0,
) -> list[Difference]:
    """Hold two predictors against each other by log-loss (partial scores count by their share), AUC and ECE.

    Both are drawn on the same resamples of students, so that what makes an answer hard for both cancels out.

    Args:
        scores: what came of each answer, 0 to 1.
        student: whose each is.
        one: probability right that the one gave before each, strictly between 0 and 1.
        other: likewise the other.
        seed: of the resamples.
    """
    missing = MIN_ANSWERS.missing(len(scores), len(np.unique(student)))
    if missing:
        return [Difference(name, None, None, None, None, missing) for name in ("log_loss", "auc", "ece")]
    labels = scores >= RIGHT_FROM
    found = [Predictions(labels, p, student) for p in (one, other)]
    weighted = [Weighted(each, None) for each in found]
    drawn = np.array(
        [
            (weighted[1].auc(w) - weighted[0].auc(w), weighted[1].ece(w) - weighted[0].ece(w))
            for w in draws(weighted[0].n_clusters, n_resamples=_N_RESAMPLES, seed=seed)
        ]
    ).T
    auc = (
        _difference("auc", measures.auc(found[0]), measures.auc(found[1]), drawn[0])
        if 0 < labels.sum() < len(labels)
        else Difference("auc", None, None, None, None, "the outcome never varies")
    )
    ece = _difference("ece", measures.ece(found[0]), measures.ece(found[1]), drawn[1])
    return [_log_loss(scores, student, one, other), auc, ece]


def _log_loss(
    scores: NDArray[np.float64],
    student: NDArray[np.int64],
    one: NDArray[np.float64],
    other: NDArray[np.float64],
) -> Difference:
    losses, losses_other = log_losses(one, scores), log_losses(other, scores)
    mean, error = mean_and_error(losses_other - losses, student)
    return Difference("log_loss", float(losses.mean()), float(losses_other.mean()), mean, error)


def _difference(measure: str, one: float, other: float, drawn: NDArray[np.float64]) -> Difference:
    """A difference with the spread of those of the resamples; NaN where a resample has none."""
    defined = drawn[np.isfinite(drawn)]
    error = float(defined.std(ddof=1)) if len(defined) > 1 else None
    return Difference(measure, one, other, other - one, error)
