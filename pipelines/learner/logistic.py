"""The logistic function and its inverse, in scalar arithmetic.

numpy's vectorised exp may round differently by a value's place in the array; what is said of a student must
not depend on who else is computed, so the learner model uses these.
"""

import math


def sigmoid(logit: float) -> float:
    """Probability of a logit; never overflows."""
    if logit >= 0.0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)


def logit(probability: float) -> float:
    """Logit of a probability strictly between 0 and 1.

    Raises:
        ValueError: the probability is 0, 1 or outside.
    """
    return math.log(probability / (1.0 - probability))
