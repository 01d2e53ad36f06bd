"""The logistic function, its loss, and the choice of a model by it.

numpy's vectorised exp may round differently by a value's place in the array; what is said of a student must
not depend on who else is computed, so predictions go through the scalar functions. Fitting may use `sigmoid_fast`.
"""

import math
from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

_FAST_EDGE: Final = 30.0
Kind = TypeVar("Kind")


def sigmoid(logit: float) -> float:
    """Probability of a logit; never overflows."""
    if logit >= 0.0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)


def sigmoid_each(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each logit, shape (n,), the same to the last bit whatever the others are."""
    return np.array([sigmoid(value) for value in logits.tolist()], dtype=np.float64)


def sigmoid_fast(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each logit within -30 and 30, of any shape; the last bit may depend on the place in the array."""
    p: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits, -_FAST_EDGE, _FAST_EDGE)))
    return p


def logit(probability: float) -> float:
    """Logit of a probability strictly between 0 and 1.

    Raises:
        ValueError: the probability is 0, 1 or outside.
    """
    return math.log(probability / (1.0 - probability))


def log_losses(p: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-loss of each prediction; a score between 0 and 1 counts by its share.

    Args:
        p: shape (n,), probabilities strictly between 0 and 1.
        scores: shape (n,), what came, 0 to 1.

    Returns:
        Shape (n,), in nats.
    """
    losses: NDArray[np.float64] = -(scores * np.log(p) + (1.0 - scores) * np.log1p(-p))
    return losses


def mean_and_error(values: NDArray[np.float64], student: NDArray[np.int64]) -> tuple[float, float]:
    """Mean of values and its standard error, in which a student's values go together (cluster-robust).

    Args:
        values: shape (n,), at least one.
        student: shape (n,), whose each is.
    """
    mean = float(values.mean())
    _, codes = np.unique(student, return_inverse=True)
    by_student = np.bincount(codes, weights=values - mean)
    return mean, math.sqrt(float((by_student**2).sum())) / len(values)


def simplest(
    losses: Mapping[Kind, NDArray[np.float64]], student: NDArray[np.int64], *, standard_errors: float
) -> Kind:
    """Choose the simplest model, unless a later one is better beyond error.

    Args:
        losses: shape (n,) each, of every model on the same cases, the simplest model first.
        student: shape (n,), whose each case is.
        standard_errors: by so many a later model's mean loss has to be below that of the best before it.
    """
    best, *others = losses
    for kind in others:
        gain, error = mean_and_error(losses[best] - losses[kind], student)
        if gain > standard_errors * error:
            best = kind
    return best
