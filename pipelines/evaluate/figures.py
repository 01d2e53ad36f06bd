"""Figures with bootstrap intervals over students: of a set of predictions, or of a share; or why one is unknown."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES, Weighted, draws, resampled_ratio

# How often an interval holds the truth, in the long run.
LEVEL: Final = 0.95
# Share of the resamples in which a figure has to exist for its interval to be shown.
_MIN_SHARE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, or None and the reason."""

    value: float | None
    low: float | None = None
    high: float | None = None
    """Ends of the interval; None if it is unknown."""
    unknown: str | None = None
    """Why there is no value."""


class MinimumSample(NamedTuple):
    """The least evidence from which a figure is computed; with less it would be misleading."""

    rows: int
    clusters: int

    def missing(self, n_rows: int, n_clusters: int, row: str = "answer") -> str | None:
        """Say what is missing; None where there is enough."""
        if n_clusters < self.clusters:
            return f"too few students ({n_clusters:,} of at least {self.clusters:,})"
        if n_rows < self.rows:
            return f"too few {row}s ({n_rows:,} of at least {self.rows:,})"
        return None


MIN_ANSWERS: Final = MinimumSample(rows=100, clusters=30)
# Where each row is a student.
MIN_STUDENTS: Final = MinimumSample(rows=30, clusters=30)
# Of a group of students, or of the times that a rule fired.
MIN_GROUP: Final = MinimumSample(rows=20, clusters=20)


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
    known = resampled[np.isfinite(resampled)]
    if len(known) < _MIN_SHARE * len(resampled) or len(known) == 0:
        return Figure(value)
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(known, [tail, 100.0 - tail]) - (known.mean() - value)
    return Figure(value, float(np.clip(low, lowest, value)), float(np.clip(high, value, highest)))


def share(
    part: NDArray[np.float64],
    whole: NDArray[np.float64],
    cluster: NDArray[np.int64],
    *,
    minimum: MinimumSample = MIN_GROUP,
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
        minimum: from how many rows that count, and students with one, the share is computed.
        row: what a row is, for the reason why it is unknown.
        lowest: smallest possible share.
        highest: largest possible share.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    counts = whole > 0.0
    missing = minimum.missing(int(counts.sum()), len(np.unique(cluster[counts])), row)
    if missing:
        return Figure(None, unknown=missing)
    drawn = resampled_ratio(part, whole, cluster, n_resamples=n_resamples, seed=seed)
    return with_interval(float(part.sum() / whole.sum()), drawn, lowest=lowest, highest=highest)


# Simulations from which the calibration error that comes by chance is found.
N_BY_CHANCE: Final = 200
_SAME_OUTCOME: Final = "the outcome never varies"
_NO_LINE: Final = "outcome or prediction never varies, or one determines the other"


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
    minimum: MinimumSample = MIN_ANSWERS,
    row: str = "answer",
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Figures:
    """Reckon every figure with its bootstrap interval over students.

    Args:
        found: the predictions.
        minimum: with fewer rows or students every figure is unknown.
        row: what a row is, for the reason why a figure is unknown.
        n_resamples: number of resamples of students.
        seed: of the resamples; equal seeds give equal intervals.
    """
    n, n_clusters = len(found), found.n_clusters
    rate = float(found.label.mean()) if n else None
    missing = minimum.missing(n, n_clusters, row)
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
