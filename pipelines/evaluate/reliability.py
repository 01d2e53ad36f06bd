"""Reliability: what came of everything that was given about the same probability."""

from dataclasses import dataclass

import numpy as np

from learnloom.pipelines.evaluate.measures import N_BINS, bin_of
from learnloom.pipelines.evaluate.predictions import Predictions


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose probability lies from `low` up to `high`."""

    low: float
    high: float
    n: int
    mean_p: float | None
    """Mean of what was said; None without a row."""
    rate: float | None
    """Share that came; None without a row."""


def reliability(found: Predictions) -> list[Bin]:
    """Hold what was said against what came, in bins of equal width."""
    bins = bin_of(found.p)
    n = np.bincount(bins, minlength=N_BINS)
    said = np.bincount(bins, weights=found.p, minlength=N_BINS)
    came = np.bincount(bins, weights=found.label, minlength=N_BINS)
    return [
        Bin(
            low=number / N_BINS,
            high=(number + 1) / N_BINS,
            n=int(n[number]),
            mean_p=float(said[number] / n[number]) if n[number] else None,
            rate=float(came[number] / n[number]) if n[number] else None,
        )
        for number in range(N_BINS)
    ]
