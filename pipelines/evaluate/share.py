"""A share with its interval: of the rows that count for `whole`, those that count for `part`."""

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.figure import ENOUGH_GROUP, Enough, Figure, with_interval
from learnloom.pipelines.evaluate.resample import N_RESAMPLES, resampled_ratio


def share(
    part: NDArray[np.float64],
    whole: NDArray[np.float64],
    cluster: NDArray[np.int64],
    *,
    enough: Enough = ENOUGH_GROUP,
    row: str = "answer",
    lowest: float = 0.0,
    highest: float = 1.0,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Reckon sum of `part` / sum of `whole` over rows, with its bootstrap interval over students.

    Args:
        part: what each row adds above the line.
        whole: 1 for each row that counts, else 0.
        cluster: student of each row.
        enough: from how many rows that count, and students with one, the share is told.
        row: what a row is, for the reason why it is unknown.
        lowest: smallest possible share.
        highest: largest possible share.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    counts = whole > 0.0
    missing = enough.missing(int(counts.sum()), len(np.unique(cluster[counts])), row)
    if missing:
        return Figure(None, unknown=missing)
    drawn = resampled_ratio(part, whole, cluster, n_resamples=n_resamples, seed=seed)
    return with_interval(float(part.sum() / whole.sum()), drawn, lowest=lowest, highest=highest)
