"""Who stays stuck on a skill: the probability that no three right in a row come in the next ten answers.

A logistic model of what is known by then, of a student who never had three right in a row. Coefficients are shipped
(stuck_coefficients.py): bench/stuck_model.py fits them on classes of both simulated worlds. Where the school's own past
tells better, a model version has its own (estimates.stuck_model).
"""

import math
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.logit import bounded_logit
from learnloom.pipelines.feedback.stuck_coefficients import COEFFICIENTS, INTERCEPT
from learnloom.schemas.level import NEAR

_EDGE: Final = 0.02
"""How far the estimates of mastery count as from 0 and 1, at the least."""
_USUAL_ANSWERS: Final = 10


class Standing(NamedTuple):
    """How a student stands with a skill, as the model takes it; each in logits or as a share."""

    mastery: float
    """Logit of the probability right at an average question."""
    right: float
    """Logit of the share right, one answer of each kind added."""
    tries: float
    """Logarithm of the answers, against ten."""
    aided: float
    """Share of answers known to be with a hint."""
    rapid: float
    """Share of answers known to be rapid guesses."""
    before: float
    """Logit of the lowest mastery among the prerequisites that were answered on; as near mastery without any."""


class StuckModel(NamedTuple):
    """By what it is foreseen."""

    intercept: float
    coefficients: tuple[float, ...]
    """Of the terms of a Standing, in their order."""

    def p(self, found: Standing) -> float:
        """Probability that no three right in a row come in the next ten answers on the skill."""
        terms = zip(self.coefficients, found, strict=True)
        return 1.0 / (1.0 + math.exp(-(self.intercept + sum(weight * value for weight, value in terms))))


SHIPPED: Final = StuckModel(INTERCEPT, COEFFICIENTS)


def standing(
    *,
    p_mastery: float,
    n: int,
    n_right: int,
    n_aided: int,
    n_rapid: int,
    p_before: float | None,
) -> Standing:
    """Say how a student stands with a skill.

    Args:
        p_mastery: probability right at an average question of the skill.
        n: answers, at least one.
        n_right: right ones.
        n_aided: answers known to be with a hint.
        n_rapid: answers known to be rapid guesses.
        p_before: lowest p_mastery of the skills that come before it; None where none was answered on.
    """
    return Standing(
        mastery=bounded_logit(p_mastery, edge=_EDGE),
        right=bounded_logit((n_right + 1) / (n + 2), edge=0.0),
        tries=math.log(n / _USUAL_ANSWERS),
        aided=n_aided / n,
        rapid=n_rapid / n,
        before=bounded_logit(NEAR if p_before is None else p_before, edge=_EDGE),
    )
