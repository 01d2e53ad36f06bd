"""Difficulties and norms: what is frozen of a class once a model version has been fitted."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.lines import Lines, no_lines
from learnloom.pipelines.learner.orders import Orders, no_orders

STUDENT_RATE: Final = 0.4
STUDENT_DECAY: Final = 0.02
ITEM_RATE: Final = 1.0
ITEM_DECAY: Final = 0.05
SKILL_RATE: Final = 0.1
SKILL_DECAY: Final = 0.05
"""Step sizes: rate / (1 + decay * answers so far). Elo with steps that shrink: Pelanek 2016, "Applications of
the Elo rating system in adaptive educational systems"; values measured on ASSISTments 2009."""

MEASURED_SLOPE: Final = 0.81
"""Slope of the outcome on plain Elo's logit on ASSISTments 2009: plain Elo is over-confident by this much."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Item and skill parameters, and the norms measured with them. NaN where there was no evidence."""

    base_logit: float
    """m0: logit of the share right of all answers."""
    item_difficulty: NDArray[np.float64]
    """d, in logits: how much harder than the average item."""
    item_n: NDArray[np.int64]
    """Answers from which it was found."""
    item_rate: NDArray[np.float64]
    """Mean score of the item."""
    skill_difficulty: NDArray[np.float64]
    """d_k, in logits."""
    skill_n: NDArray[np.int64]
    skill_rate: NDArray[np.float64]
    """Mean score of the skill's answers: the class's norm."""
    skill_item_difficulty: NDArray[np.float64]
    """Mean difficulty of the skill's items, each weighted by its answers on the skill: its average item."""
    skill_item_log_n: NDArray[np.float64]
    """Mean of log1p(item_n) of the skill's answers: how well known its average item is."""
    log_gap_skill: float
    """Median of log1p(seconds) between two answers of a student on a skill: when the next one is to be expected."""
    log_gap_any: float
    """Median of log1p(seconds) between two answers of a student."""
    lines: Lines = field(default_factory=no_lines)
    """Questions' own lines; a version of an earlier learnloom has none."""
    orders: Orders = field(default_factory=no_orders)
    """What questions are easier by after which others; likewise."""
