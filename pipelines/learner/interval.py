"""How sure an estimate of mastery is: a credible interval around it.

Each answer tells of its logit the Fisher information weight * p * (1 - p), most where it could go either way. With
the precision that is known before any answer, the posterior of a logit that stood still would be near a normal one
whose variance is one over their sum (Laplace's approximation). But it does not stand still: students learn and
forget while they answer, and the questions of a skill differ by more than their difficulty. However many answers
there are, that spread stays, so it is added to the variance.
"""

from collections.abc import Iterable
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.logistic import logit, sigmoid

LEVEL: Final = 0.80
"""How often the truth lies within, in the long run."""
PRIOR_PRECISION: Final = 4.0
SPREAD: Final = 0.25
"""Both measured on seven simulated classes of 40 to 200 students, 6,145 estimates: one over the mean squared
difference of true and estimated logit is 2.3 where the information is .7, and only 3.4 where it is 9."""


@cache
def _standard_errors(level: float) -> float:
    """Half the width of the interval in standard errors."""
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def interval(
    p: float,
    information: float,
    prior_precision: float = PRIOR_PRECISION,
    level: float = LEVEL,
    *,
    spread: float = SPREAD,
) -> tuple[float, float]:
    """Give the ends of the interval around a probability of mastery.

    Args:
        p: the estimate, strictly between 0 and 1.
        information: Fisher information of the student's answers on the skill, in 1 / logits².
        prior_precision: what is known of the skill before any answer on it, in the same unit; above 0.
        level: probability with which the truth lies within, between 0 and 1.
        spread: variance in logits² that no number of answers takes away.

    Returns:
        The lower and the upper end, on either side of p.
    """
    width = _standard_errors(level) * (1.0 / (prior_precision + information) + spread) ** 0.5
    centre = logit(p)
    return sigmoid(centre - width), sigmoid(centre + width)


def intervals(
    p: Iterable[float], information: Iterable[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the lower and the upper ends for many estimates, each reckoned alone."""
    ends = [interval(*pair) for pair in zip(p, information, strict=True)]
    return np.array([low for low, _ in ends], dtype=np.float64), np.array(
        [high for _, high in ends], dtype=np.float64
    )
