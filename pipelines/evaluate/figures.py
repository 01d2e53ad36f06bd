"""How good predictions are: the figures of one set of predictions, each with its interval."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.figure import ENOUGH_ANSWERS, Enough, Figure, with_interval
from learnloom.pipelines.evaluate.predictions import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES, Weighted, draws

N_BY_CHANCE: Final = 200
"""Simulations from which the calibration error that comes by chance is found."""
_SAME_OUTCOME: Final = "the outcome never varies"
_NO_LINE: Final = "outcome or prediction never vary, or the one follows from the other"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one set of predictions."""

    n: int
    n_clusters: int
    rate: float | None
    """Share that came; None without a row."""
    auc: Figure
    log_loss: Figure
    rmse: Figure
    brier: Figure
    ece: Figure
    ece_by_chance: float | None
    """Calibration error to be expected of as many rows, were every probability true."""
    slope: Figure
    intercept: Figure


def figures(
    found: Predictions,
    *,
    enough: Enough = ENOUGH_ANSWERS,
    row: str = "answer",
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Figures:
    """Reckon every figure with its bootstrap interval over students.

    Args:
        found: the predictions.
        enough: with fewer rows or students every figure is unknown.
        row: what a row is, for the reason why a figure is unknown.
        n_resamples: number of resamples of students.
        seed: of the resamples; equal seeds give equal intervals.
    """
    n, n_clusters = len(found), found.n_clusters
    rate = float(found.label.mean()) if n else None
    missing = enough.missing(n, n_clusters, row)
    if missing:
        none = Figure(None, unknown=missing)
        return Figures(n, n_clusters, rate, none, none, none, none, none, None, none, none)
    line = measures.calibration_line(found)
    weighted = Weighted(found, line)
    drawn = np.array(
        [
            (weighted.auc(w), *weighted.losses(w), weighted.ece(w), *weighted.line(w))
            for w in draws(n_clusters, n_resamples=n_resamples, seed=seed)
        ]
    ).T
    varies = 0 < found.label.sum() < n
    brier = measures.brier(found)
    return Figures(
        n=n,
        n_clusters=n_clusters,
        rate=rate,
        auc=with_interval(measures.auc(found), drawn[0], lowest=0.0, highest=1.0)
        if varies
        else Figure(None, unknown=_SAME_OUTCOME),
        log_loss=with_interval(measures.log_loss(found), drawn[1], lowest=0.0),
        rmse=with_interval(brier**0.5, np.sqrt(drawn[2]), lowest=0.0, highest=1.0),
        brier=with_interval(brier, drawn[2], lowest=0.0, highest=1.0),
        ece=with_interval(measures.ece(found), drawn[3], lowest=0.0, highest=1.0),
        ece_by_chance=ece_by_chance(found, seed=seed),
        slope=with_interval(line[1], drawn[5]) if line else Figure(None, unknown=_NO_LINE),
        intercept=with_interval(line[0], drawn[4]) if line else Figure(None, unknown=_NO_LINE),
    )


def ece_by_chance(found: Predictions, *, seed: int, n_simulations: int = N_BY_CHANCE) -> float:
    """Calibration error to be expected if every probability were true and rows did not hang together."""
    rng = np.random.default_rng(seed)
    simulated = [
        measures.ece(Predictions(rng.random(len(found)) < found.p, found.p, found.cluster))
        for _ in range(n_simulations)
    ]
    return float(np.mean(simulated))
