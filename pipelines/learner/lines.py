"""A question's own line: how the logit of a right answer to it goes with how the student stands.

    intercept + sum_k slope_k * standing_k

A difficulty says that a question is as much harder for everybody. Where a question asks for one idea, whoever has it
answers right whatever their skill on the whole; another one hangs on practice. So each question has a line of its own,
drawn towards what holds for all of them (a logistic regression with random intercepts and slopes, as De Boeck & Wilson
2004, "Explanatory item response models"). No slope is below 0: standing better never lets expect less.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STANDING: Final = ("theta", "theta_skill", "recent", "skill_recent", "skill_last")
"""Features (features.py) that say how a student stands: each rises with right answers alone, and with no time."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a model version; in each row an intercept, in logits, then a slope for each of STANDING."""

    item: NDArray[np.float64]
    """Shape (n_items, 1 + len(STANDING))."""
    skill: NDArray[np.float64]
    """Shape (n_skills, 1 + len(STANDING)): mean of its questions' lines, each weighted by its answers on the skill;
    NaN where there was no answer."""
    common: NDArray[np.float64]
    """Shape (1 + len(STANDING),): mean of all questions' lines, each weighted by its answers."""

    def of_items(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """The line of each question; of those not known the common one."""
        return _taken(self.item, codes, self.common)

    def of_skills(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """The line of each skill's average question; of skills not known the common one."""
        return _taken(self.skill, codes, self.common)


def no_lines() -> Lines:
    """Lines that foresee nothing, 0 for everybody."""
    n_terms = 1 + len(STANDING)
    return Lines(np.zeros((0, n_terms)), np.zeros((0, n_terms)), np.zeros(n_terms))


def foreseen(lines: NDArray[np.float64], standing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logit that each line gives.

    Column after column, so that a row's value is the same to the last bit whoever else is in the call.

    Args:
        lines: shape (n_rows, 1 + len(STANDING)), or (1 + len(STANDING),) for one line for all.
        standing: shape (n_rows, len(STANDING)).
    """
    total = np.zeros(len(standing)) + lines[..., 0]
    for place, column in enumerate(standing.T, 1):
        total += lines[..., place] * column
    return total


def mean_line(lines: NDArray[np.float64], n_answers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of lines, each weighted by its answers; with no answer that of nothing, 0."""
    weights = n_answers / max(int(n_answers.sum()), 1)
    found: NDArray[np.float64] = (lines * weights[:, None]).sum(axis=0)
    return found


def _taken(
    lines: NDArray[np.float64], codes: NDArray[np.int64], common: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = np.tile(common, (len(codes), 1))
    is_known = codes < len(lines)
    of_known = lines[codes[is_known]]
    found[is_known] = np.where(np.isnan(of_known), common, of_known)
    return found
