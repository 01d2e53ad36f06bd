"""How likely a claim about the next so many tries is to come true, where each has a chance that is known from a few."""

import math

from learnloom.pipelines.feedback.claims import Claim


def p_true(claim: Claim, *, taken: float, left: float, usual: float = 0.0) -> float:
    """Probability that a claim about a share of the next tries comes true (the beta-binomial distribution).

    Args:
        claim: about a share of the next so many.
        taken: tries that succeeded so far, those counted that stand before them; above 0.
        left: tries that failed, likewise.
        usual: is taken off the share, where the claim holds it against what is usual.
    """
    n = claim.answers
    return math.fsum(
        math.comb(n, k) * math.exp(_log_beta(taken + k, left + n - k) - _log_beta(taken, left))
        for k in range(n + 1)
        if claim.comes_true(k / n - usual)
    )


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
