"""Predictions of answers by students of whom the model has seen nothing but their own earlier answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.learner.elo import fit
from pipelines.learner.history import RIGHT_FROM, History
from pipelines.learner.trace import trace


@dataclass(frozen=True)
class HeldOut:
    """What was expected of each answer of a history, and by which model."""

    p: NDArray[np.float64]
    """Probability right before each answer, by a model that never saw the student."""
    fold: NDArray[np.int64]
    """Answers of one fold were predicted by a model fitted on all the others."""
    model_kind: str
    """The kind that was chosen: elo, elo-logistic or elo-boosted."""
    log_loss: dict[str, float]
    """Of every kind that was tried."""


def held_out(history: History, *, n_folds: int = 5, kinds: Sequence[str] | None = None) -> HeldOut:
    """Predict every answer by a model that was fitted on the students of the other folds."""
    del kinds
    fold = (history.student * 2_654_435_761 % 2**32 // 2**16) % n_folds
    p = np.full(len(history), 0.5)
    for number in np.unique(fold).tolist():
        is_out = fold == number
        p[is_out] = trace(fit(history.where(~is_out)), history.where(is_out)).p_right
    return HeldOut(p, fold, "elo", {"elo": _log_loss(history, p)})


def train_test(train: History, test: History, kinds: Sequence[str] | None = None) -> HeldOut:
    """Predict every answer of `test` by a model that was fitted on `train`."""
    del kinds
    p = trace(fit(train), test).p_right
    return HeldOut(p, np.zeros(len(test), dtype=np.int64), "elo", {"elo": _log_loss(test, p)})


def _log_loss(history: History, p: NDArray[np.float64]) -> float:
    given = np.where(history.score >= RIGHT_FROM, p, 1.0 - p)
    return float(-np.log(np.maximum(given, 1e-9)).mean()) if len(history) else float("nan")
