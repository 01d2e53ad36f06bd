"""How likely it is that a student will do again what they did so far."""

from typing import Final

from learnloom.pipelines.feedback.beta_binomial import p_true
from learnloom.pipelines.feedback.claims import Claim
from learnloom.schemas.evidence import MeasureEvidence

_PRIOR_N: Final = 2.0
"""Opportunities at the class's share that stand before a student's own."""
_USUAL: Final = 0.05
"""Share taken where that of the class is not known."""
_EDGE: Final = 0.01
"""The class's share counts as at least so far from 0 and 1, so that the student's own can be anything."""


def p_again(measure: MeasureEvidence, claim: Claim) -> float:
    """Probability that a claim about the next opportunities of a measure comes true, by all opportunities so far.

    Each is taken with a probability of the student's own, of which all that were tell, and before them two at the
    class's share.

    Args:
        measure: what the student did.
        claim: about a share of the next so many opportunities.
    """
    usual = min(max(_USUAL if measure.class_rate is None else measure.class_rate, _EDGE), 1.0 - _EDGE)
    n_taken = measure.n_taken + measure.n_earlier_taken
    return p_true(
        claim,
        taken=_PRIOR_N * usual + n_taken,
        left=_PRIOR_N * (1.0 - usual) + measure.n + measure.n_earlier - n_taken,
    )
