"""Rapid guesses: answers given faster than the question can be read.

An item's threshold is a tenth of its usual time, at most ten seconds (the normative threshold of Wise and Ma
2012, "Setting response time thresholds for a CAT item pool"), from twenty timed answers. Such an answer says
more about the moment than about what is known, so it weighs a quarter.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.learner.history import FULL_WEIGHT

MAX_THRESHOLD_SECONDS: Final = 10.0
SHARE_OF_MEAN: Final = 0.1
MIN_TIMED_ANSWERS: Final = 20
RAPID_WEIGHT: Final = 0.25
LONGEST_SECONDS: Final = 1_800.0
"""A longer time counts as this: half an hour is a pause, and one such must not set an item's usual time."""


def thresholds(item: NDArray[np.int64], seconds: NDArray[np.float64], n_items: int) -> NDArray[np.float64]:
    """Seconds below which an answer to each item is a rapid guess: a norm that belongs to the model version.

    Args:
        item: item code per answer.
        seconds: time taken per answer, NaN where unknown.
        n_items: number of item codes.

    Returns:
        One threshold per item code; NaN with fewer than MIN_TIMED_ANSWERS timed answers.
    """
    timed = np.isfinite(seconds) & (seconds >= 0.0)
    codes = item[timed]
    n = np.bincount(codes, minlength=n_items)
    total = np.bincount(codes, weights=np.minimum(seconds[timed], LONGEST_SECONDS), minlength=n_items)
    mean = np.divide(total, n, out=np.full(n_items, np.nan), where=n >= MIN_TIMED_ANSWERS)
    threshold: NDArray[np.float64] = np.minimum(mean * SHARE_OF_MEAN, MAX_THRESHOLD_SECONDS)
    return threshold


def weights(
    item: NDArray[np.int64], seconds: NDArray[np.float64], threshold: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight of each answer: RAPID_WEIGHT for a rapid guess, else 1, also where the time is not known.

    Args:
        item: item code per answer; codes beyond the thresholds are items without one.
        seconds: time taken per answer, NaN where unknown.
        threshold: from `thresholds`.
    """
    below = np.full(len(item), np.nan)
    known = item < len(threshold)
    below[known] = threshold[item[known]]
    # Comparisons with NaN are false: where either is unknown the answer counts in full.
    return np.where(seconds < below, RAPID_WEIGHT, FULL_WEIGHT)
