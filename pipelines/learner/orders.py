"""What a question is easier by where it follows another one: parts of one problem, a question just after its example.

Only of which question went before, not of how it was answered: so a right answer never lets expect less of the next.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST = -1
"""In the place of the question before, where there was none."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Pairs of questions that often followed each other, by (item, before); shape (n_pairs,) each."""

    item: NDArray[np.int64]
    before: NDArray[np.int64]
    """The question that went before."""
    shift: NDArray[np.float64]
    """What the item is easier by, in logits."""

    def shifts(self, item: NDArray[np.int64], before: NDArray[np.int64]) -> NDArray[np.float64]:
        """The shift of each pair; 0 of those not known."""
        if not len(self.item):
            return np.zeros(len(item))
        n_codes = 1 + max(int(codes.max(initial=0)) for codes in (self.item, self.before, item, before))
        known, asked = self.item * n_codes + self.before, item * n_codes + before
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where((known[place] == asked) & (before != FIRST), self.shift[place], 0.0)


def no_orders() -> Orders:
    """Nothing is known to follow anything."""
    return Orders(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


def items_before(student: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.int64]:
    """The question that each answer's student answered before; FIRST where there was none.

    Args:
        student: shape (n_answers,), in order of time.
        item: shape (n_answers,).
    """
    order = np.argsort(student, kind="stable")
    before = np.full(len(item), FIRST)
    is_same = np.diff(student[order]) == 0
    before[order[1:][is_same]] = item[order[:-1][is_same]]
    return before
