"""The measures on resamples of students (the cluster bootstrap: Efron & Tibshirani 1993; Field & Welsh 2007).

A resample says of each student how often it was drawn. All measures but AUC are functions of sums over rows, which
are taken once per student; AUC sorts once. So a thousand resamples of fifty thousand rows take about a second.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.measures import N_BINS, Predictions, bin_of, certain_to_a_point, logits

N_RESAMPLES: Final = 1_000
Floats = NDArray[np.float64]


def draws(n_clusters: int, *, n_resamples: int, seed: int) -> Iterator[Floats]:
    """Give, for each resample, how often each cluster was drawn."""
    rng = np.random.default_rng(seed)
    for _ in range(n_resamples):
        drawn = rng.integers(0, n_clusters, n_clusters)
        yield np.bincount(drawn, minlength=n_clusters).astype(np.float64)


def resampled_ratio(
    part: Floats, whole: Floats, cluster: NDArray[np.int64], *, n_resamples: int = N_RESAMPLES, seed: int
) -> Floats:
    """Sum of `part` over sum of `whole` on each resample of clusters; NaN where the whole is 0."""
    codes = np.unique(cluster, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(codes, weights=part), np.bincount(codes, weights=whole)])
    totals = np.array([w @ sums for w in draws(len(sums), n_resamples=n_resamples, seed=seed)])
    whole_of = totals[:, 1]
    ratio: Floats = np.divide(totals[:, 0], whole_of, out=np.full(len(totals), np.nan), where=whole_of > 0.0)
    return ratio


class Weighted:
    """The measures of some predictions as functions of how often each student counts."""

    def __init__(self, found: Predictions, line: tuple[float, float] | None) -> None:
        """`line`: intercept and slope of calibration on all rows; None where there is none."""
        self._line = line
        codes = np.unique(found.cluster, return_inverse=True)[1]
        self.n_clusters = int(codes.max()) + 1 if len(codes) else 0
        order = np.argsort(found.p, kind="stable")
        self._label = found.label[order].astype(np.float64)
        self._cluster = codes[order]
        self._starts = np.unique(found.p[order], return_index=True)[1]
        self._codes = codes
        self._losses = self._summed(*_losses(found))
        self._gaps = np.bincount(
            codes * N_BINS + bin_of(found.p),
            weights=found.label - found.p,
            minlength=self.n_clusters * N_BINS,
        ).reshape(self.n_clusters, N_BINS)
        self._steps = None if line is None else self._summed(*_steps(found, line))

    def _summed(self, *columns: Floats) -> Floats:
        """Sums of each column per student."""
        return np.column_stack(
            [np.bincount(self._codes, weights=column, minlength=self.n_clusters) for column in columns]
        )

    def auc(self, weight: Floats) -> float:
        """AUC; NaN where all drawn came, or none."""
        w = weight[self._cluster]
        came = np.add.reduceat(w * self._label, self._starts)
        not_come = np.add.reduceat(w * (1.0 - self._label), self._starts)
        pairs = came.sum() * not_come.sum()
        if pairs == 0.0:
            return float("nan")
        below = np.cumsum(not_come) - not_come
        return float((came * (below + not_come / 2.0)).sum() / pairs)

    def losses(self, weight: Floats) -> tuple[float, float]:
        """Log-loss and Brier score."""
        n, log_loss, brier = weight @ self._losses
        return float(log_loss / n), float(brier / n)

    def ece(self, weight: Floats) -> float:
        """Calibration error."""
        return float(np.abs(weight @ self._gaps).sum() / (weight @ self._losses[:, 0]))

    def line(self, weight: Floats) -> tuple[float, float]:
        """Intercept and slope of calibration, one step of Newton's method away from those of all rows."""
        if self._steps is None or self._line is None:
            return float("nan"), float("nan")
        g0, g1, h00, h01, h11 = weight @ self._steps
        determinant = h00 * h11 - h01 * h01
        if determinant <= 0.0:
            return float("nan"), float("nan")
        return (
            float(self._line[0] + (h11 * g0 - h01 * g1) / determinant),
            float(self._line[1] + (h00 * g1 - h01 * g0) / determinant),
        )


def _losses(found: Predictions) -> tuple[Floats, Floats, Floats]:
    """One, log-loss and squared error of each row."""
    p = certain_to_a_point(found.p)
    given = np.where(found.label, p, 1.0 - p)
    return np.ones(len(found)), -np.log(given), np.square(found.label - found.p)


def _steps(found: Predictions, line: tuple[float, float]) -> tuple[Floats, ...]:
    """Gradient and information of each row at a calibration line."""
    z = logits(found.p)
    p = 1.0 / (1.0 + np.exp(-np.clip(line[0] + line[1] * z, -30.0, 30.0)))
    error, spread = found.label - p, p * (1.0 - p)
    return error, error * z, spread, spread * z, spread * z * z
