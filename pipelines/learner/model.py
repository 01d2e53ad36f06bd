"""A model version: what is frozen once a model has been fitted, and what it says right away."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import Calibrator, LinearLink
from learnloom.pipelines.learner.features import unmet
from learnloom.pipelines.learner.parameters import MEASURED_SLOPE, Parameters

PUBLISHED: Final = LinearLink(0.0, MEASURED_SLOPE)
"""The calibrator of a school with too few answers to have its own: Elo's logit, recalibrated by the published slope."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything by which answers to come are predicted."""

    parameters: Parameters
    """Difficulties and norms."""
    calibrator: Calibrator
    """From features to probabilities."""

    def expected(self, general: NDArray[np.float64], skill: NDArray[np.int64]) -> NDArray[np.float64]:
        """Probability of a right answer at an average item of skills that students have never met.

        Args:
            general: shape (n_rows, 4), what is known of each student in general: a row of `HistoryFeatures.general`.
            skill: shape (n_rows,), a skill for each row; one that the parameters do not know counts as average.
        """
        return self.calibrator.probability(unmet(self.parameters, general, skill))
