"""Students of runs that have ended: what a risk model is judged on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.risk_train import RiskCases

Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Followed:
    """Students of ended runs, week by week, and when it was known that they did not pass: one entry per row."""

    cases: RiskCases
    cutoff_at: Times
    happened_at: Times
    """When the student left or failed; NaT for those who passed."""
    students: Sequence[str] = ()
    """Keys of the students, by their codes in the cases."""

    def where(self, is_kept: NDArray[np.bool_]) -> "Followed":
        """Return the rows for which is_kept is true."""
        return Followed(
            self.cases.where(is_kept), self.cutoff_at[is_kept], self.happened_at[is_kept], self.students
        )
