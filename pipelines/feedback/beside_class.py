"""A student's skill beside the class: how far above it lies what is expected, and how likely it is to stay below."""

from typing import Final

from learnloom.pipelines.feedback.beta_binomial import p_true
from learnloom.pipelines.feedback.claims import WEAK

_EDGE: Final = 0.01
"""What is expected counts as at least so far from 0 and 1: the next answers may be anything."""


def p_stays_below(p_mastery: float, n: int, class_rate: float) -> float:
    """Probability that less of the next five answers is right than is usual in the class.

    Each is right with a probability that is known as well as by so many answers: the model's estimate stands for the
    share right among them, for it knows of their order, their questions and other skills.

    Args:
        p_mastery: probability of a right answer at an average question of the skill.
        n: answers on it, at least one.
        class_rate: share right of the class on it.
    """
    p = min(max(p_mastery, _EDGE), 1.0 - _EDGE)
    return p_true(WEAK, taken=n * p, left=n * (1.0 - p), usual=class_rate)
