"""What is known of students from answers that are no longer kept: the state in which their history left them."""

from collections.abc import Mapping
from typing import NamedTuple

from learnloom.pipelines.learner.review import ReviewState


class SkillPrior(NamedTuple):
    """One student's state on one skill: values as in `SkillState` and `Trace`, times in microseconds since 1970."""

    theta: float
    weight: float
    wins: float
    misses: float
    recent: float
    last: float
    last_us: int
    information: float
    band: int
    """Level: 2 for mastered, 1 for near, 0 for neither."""
    since_us: int
    """Answer with which that level was reached."""
    mastered_us: int | None
    review: ReviewState | None


class StudentPrior(NamedTuple):
    """One student's state; values as in `StudentState`. What they made of single questions is not kept."""

    theta: float
    weight: float
    wins: float
    misses: float
    recent: float
    last_us: int
    skills: Mapping[int, SkillPrior]
    """By the skill's code."""
