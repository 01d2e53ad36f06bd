"""The logit of a probability, kept from where it would have none."""

import math


def bounded_logit(p: float, *, edge: float) -> float:
    """Give the logit of a probability, which counts as at least `edge` from 0 and from 1: beyond, it says too much."""
    bounded = min(max(p, edge), 1.0 - edge)
    return math.log(bounded / (1.0 - bounded))
