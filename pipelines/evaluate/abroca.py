"""ABROCA: does a model rank one group as well as the others? (Gardner, Brooks & Baker 2019).

The area between the ROC curves of a group and of the rest: 0 where they are the same. Unlike a difference of AUCs it
also sees curves that cross. By chance it is above 0, the more so the smaller the group, so it comes with a permutation
test: how large is it where membership is dealt out to students at random?
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.measures import Predictions

N_PERMUTATIONS: Final = 1_000
# To which probabilities are rounded: at most ten thousand thresholds, however many rows there are.
_DECIMALS: Final = 4
# False positive rates at which the curves are compared.
_GRID: Final = (np.arange(2_000) + 0.5) / 2_000
# Share of the permutations in which both curves have to exist.
_MIN_SHARE: Final = 0.95
# Differences of rounding are none.
_SAME: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Abroca:
    """The area between a group's ROC curve and that of the rest; or None and the reason."""

    value: float | None
    p_value: float | None = None
    """Probability of so large an area or a larger one, were membership dealt out at random."""
    by_chance: float | None = None
    """Mean area where membership is dealt out at random."""
    unknown: str | None = None


class _Curves:
    """The rows counted by threshold, ready for any division of the students into two parts."""

    def __init__(self, found: Predictions) -> None:
        self.students, self._student = np.unique(found.cluster, return_inverse=True)
        # From the highest probability down: a curve begins with the strictest threshold.
        _, self._threshold = np.unique(-np.round(found.p, _DECIMALS), return_inverse=True)
        self._n = int(self._threshold.max()) + 1 if len(found) else 0
        self._label = found.label.astype(np.float64)
        self._all = self._counts(np.ones(len(found)))

    def area(self, is_member: NDArray[np.bool_]) -> float:
        """Area between the curves of the members and of the others, by student; NaN where one does not exist."""
        group = self._counts(is_member[self._student].astype(np.float64))
        curves = [self._curve(*counts) for counts in (group, self._all - group)]
        if any(curve is None for curve in curves):
            return float("nan")
        first, second = (curve for curve in curves if curve is not None)
        return float(np.abs(first - second).mean())

    def _counts(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows that came and that did not, by threshold."""
        came = np.bincount(self._threshold, weights=weight * self._label, minlength=self._n)
        everything = np.bincount(self._threshold, weights=weight, minlength=self._n)
        return np.array([came, everything - came])

    @staticmethod
    def _curve(came: NDArray[np.float64], not_come: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """True positive rate at each false positive rate of the grid."""
        true, false = np.cumsum(came), np.cumsum(not_come)
        if not len(true) or true[-1] == 0.0 or false[-1] == 0.0:
            return None
        curve: NDArray[np.float64] = np.interp(
            _GRID, np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1])
        )
        return curve


def abroca(
    found: Predictions, members: NDArray[np.int64], *, n_permutations: int = N_PERMUTATIONS, seed: int = 0
) -> Abroca:
    """Reckon the area between the ROC curves of some students and of the others, and its permutation test.

    The p value counts the division that was observed among those that could have been, so it is never 0 (Phipson &
    Smyth 2010).

    Args:
        found: the predictions of both.
        members: clusters that are the group.
        n_permutations: how often membership is dealt out at random to as many students.
        seed: of the permutations.
    """
    curves = _Curves(found)
    is_member = np.isin(curves.students, members)
    value = curves.area(is_member)
    if np.isnan(value):
        return Abroca(None, unknown="in one of the parts the outcome never varies")
    rng = np.random.default_rng(seed)
    drawn = np.array([curves.area(rng.permutation(is_member)) for _ in range(n_permutations)])
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < _MIN_SHARE * n_permutations or len(defined) == 0:
        return Abroca(value)
    p_value = (1 + int((defined >= value - _SAME).sum())) / (1 + len(defined))
    return Abroca(value, p_value, float(defined.mean()))
