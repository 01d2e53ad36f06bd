"""Recalibration of logits (Platt scaling).

Elo's steps keep it lively and therefore over-confident: on ASSISTments 2009 the outcome rises with its logit
by a slope of .81. From enough answers slope and intercept are measured on the school's own students, each
predicted by parameters from which they were held out (train.py); before that the published slope is the better
guess. A straight line on the logits is a first approximation.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.logistic import sigmoid_fast
from learnloom.pipelines.learner.parameters import MEASURED_SLOPE

MIN_ANSWERS: Final = 2_000
"""With fewer the standard error of the slope is near .05 or more, and the published value is kept."""
_STEPS: Final = 12
_RIDGE: Final = 1e-6
_SLOPE_RANGE: Final = (0.4, 1.2)


def recalibration(logits: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[float, float]:
    """Intercept and slope of the outcome on predicted logits, by Newton's method.

    Args:
        logits: shape (n_answers,), predicted before each answer, of students from whom the parameters were not learned.
        scores: shape (n_answers,), what came, 0 to 1.

    Returns:
        Intercept within -1 and 1, and slope within .4 and 1.2, so that a school where all answers are right does
        not turn hopes into certainties.
    """
    design = np.column_stack([np.ones_like(logits), logits])
    beta = np.array([0.0, MEASURED_SLOPE])
    for _ in range(_STEPS):
        p = sigmoid_fast(design @ beta)
        information = (design * (p * (1.0 - p))[:, None]).T @ design + _RIDGE * np.eye(2)
        beta = beta + np.linalg.solve(information, design.T @ (scores - p))
    low, high = _SLOPE_RANGE
    return float(np.clip(beta[0], -1.0, 1.0)), float(np.clip(beta[1], low, high))
