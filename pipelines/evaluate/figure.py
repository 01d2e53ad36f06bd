"""One figure with its interval; or why it is unknown."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.95
"""How often an interval holds the truth, in the long run."""
_MIN_SHARE: Final = 0.95
"""Share of the resamples in which a figure has to exist for its interval to be told."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, or None and the reason."""

    value: float | None
    low: float | None = None
    high: float | None = None
    """Ends of the interval; None where it cannot be told."""
    unknown: str | None = None
    """Why there is no value."""


class Enough(NamedTuple):
    """From how much evidence on a figure is told; below it, it would pretend."""

    rows: int
    clusters: int

    def missing(self, n_rows: int, n_clusters: int, row: str = "answer") -> str | None:
        """Say what is missing; None where there is enough."""
        if n_clusters < self.clusters:
            return f"too few students ({n_clusters:,} of at least {self.clusters:,})"
        if n_rows < self.rows:
            return f"too few {row}s ({n_rows:,} of at least {self.rows:,})"
        return None


ENOUGH_ANSWERS: Final = Enough(rows=100, clusters=30)
ENOUGH_STUDENTS: Final = Enough(rows=30, clusters=30)
"""Where each row is a student."""
ENOUGH_GROUP: Final = Enough(rows=20, clusters=20)
"""Of a group of students, or of the times that a rule fired."""


def with_interval(
    value: float,
    resampled: NDArray[np.float64],
    *,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Figure:
    """Give a figure with its bootstrap interval.

    The interval is that of the percentiles, moved by the mean difference between resamples and value: resampling
    adds noise of its own, which pushes a figure such as the calibration error upwards and would leave the value
    outside.

    Args:
        value: on all the data.
        resampled: on each resample; NaN where it does not exist there.
        lowest: smallest value that is possible.
        highest: largest value that is possible.
    """
    told = resampled[np.isfinite(resampled)]
    if len(told) < _MIN_SHARE * len(resampled) or len(told) == 0:
        return Figure(value)
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(told, [tail, 100.0 - tail]) - (told.mean() - value)
    return Figure(value, float(np.clip(low, lowest, value)), float(np.clip(high, value, highest)))
