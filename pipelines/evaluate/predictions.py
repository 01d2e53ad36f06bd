"""Predictions and what came of them: the one thing that every figure is reckoned from.

A row is whatever was predicted: an answer, or a student who may not pass. Rows of one student hang together, so
each row names its student, and intervals draw students, never rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.errors import PredictionsError


@dataclass(frozen=True, slots=True)
class Predictions:
    """Rows in any order, one entry per row in every column.

    Raises:
        PredictionsError: lengths do not fit, or a probability lies outside 0 to 1 or is unknown.
    """

    label: NDArray[np.bool_]
    """Whether it came: the answer was right, the student did not pass."""
    p: NDArray[np.float64]
    """Probability that was given to it before."""
    cluster: NDArray[np.int64]
    """Student of the row, as any whole number."""

    def __post_init__(self) -> None:
        lengths = {"label": len(self.label), "p": len(self.p), "cluster": len(self.cluster)}
        if len(set(lengths.values())) > 1:
            raise PredictionsError(f"columns of different lengths, {lengths}: give each one entry per row")
        if self.label.dtype != np.bool_:
            raise PredictionsError(f"label is of type {self.label.dtype}: give true and false")
        if len(self.p) and not (self.p.min() >= 0.0 and self.p.max() <= 1.0):
            raise PredictionsError(
                f"probabilities from {self.p.min()} to {self.p.max()}: give them from 0 to 1, none unknown"
            )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.label)

    @property
    def n_clusters(self) -> int:
        """Number of students."""
        return len(np.unique(self.cluster))

    def where(self, is_kept: NDArray[np.bool_]) -> "Predictions":
        """Return the rows for which is_kept, one entry per row, is true."""
        return Predictions(self.label[is_kept], self.p[is_kept], self.cluster[is_kept])
