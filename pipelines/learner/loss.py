"""How far predictions are from what came, and how sure that figure is."""

import math

import numpy as np
from numpy.typing import NDArray


def log_losses(p: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-loss of each prediction; a score between 0 and 1 counts by its share.

    Args:
        p: probabilities strictly between 0 and 1.
        scores: what came, 0 to 1.
    """
    losses: NDArray[np.float64] = -(scores * np.log(p) + (1.0 - scores) * np.log1p(-p))
    return losses


def mean_and_error(values: NDArray[np.float64], student: NDArray[np.int64]) -> tuple[float, float]:
    """Mean of values and its standard error, in which a student's values go together.

    Args:
        values: at least one.
        student: whose each is.
    """
    mean = float(values.mean())
    _, codes = np.unique(student, return_inverse=True)
    by_student = np.bincount(codes, weights=values - mean)
    return mean, math.sqrt(float((by_student**2).sum())) / len(values)
