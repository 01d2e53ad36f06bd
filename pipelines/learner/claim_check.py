"""Which question to put to a student where what they say of a skill and what their answers say differ."""

from collections.abc import Sequence
from math import log1p
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.features import FEATURES, FORESEEN, STANDING_AT
from learnloom.pipelines.learner.lines import foreseen
from learnloom.pipelines.learner.model import Model

_AT: Final = {name: place for place, name in enumerate(FEATURES)}


class CandidateQuestion(NamedTuple):
    """A question that may be put to the student."""

    code: int
    """Its code, among those that the parameters know."""
    n_skills: int
    """Skills that it exercises: with one alone the answer tells of that one."""
    wins: float
    misses: float
    """The student's own scores on it so far, and what was missing to all of it."""


def p_items(model: Model, end: NDArray[np.float64], items: Sequence[CandidateQuestion]) -> list[float]:
    """Probability of a right answer at each item, put when the next answer is to be expected.

    Args:
        model: the model version.
        end: the row of `HistoryFeatures.end` of the student and the skill.
        items: questions on the skill.
    """
    rows = np.tile(end, (len(items), 1))
    parameters = model.parameters
    lines = parameters.lines.of_items(np.array([item.code for item in items], dtype=np.int64))
    rows[:, FORESEEN] = foreseen(lines, rows[:, STANDING_AT])
    for row, item in zip(rows, items, strict=True):
        ease = -float(parameters.item_difficulty[item.code])
        row[_AT["z"]] += ease - row[_AT["item_ease"]]
        row[_AT["item_ease"]] = ease
        row[_AT["item_n"]] = log1p(int(parameters.item_n[item.code]))
        row[_AT["item_wins"]], row[_AT["item_misses"]] = log1p(item.wins), log1p(item.misses)
    found: list[float] = model.calibrator.probability(rows).tolist()
    return found


def choose_check(
    p: Sequence[float], items: Sequence[CandidateQuestion], *, low: float, high: float
) -> int | None:
    """Choose the item from which most is to be learned: one that may go either way.

    Args:
        p: what is expected at each item.
        items: the items.
        low: least probability at which to check.
        high: highest one; where no item lies between, the nearest one is taken.

    Returns:
        The place of the chosen one: of those that exercise fewest skills the one in the band, nearest to its middle,
        ties by place; None where there is no item.
    """
    middle = (low + high) / 2.0
    ranked = [
        (item.n_skills, max(low - value, value - high, 0.0), abs(value - middle), place)
        for place, (value, item) in enumerate(zip(p, items, strict=True))
    ]
    return min(ranked)[-1] if ranked else None
