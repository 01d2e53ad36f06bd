"""Predictions of answers by students of whom the model has seen nothing but their own earlier answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import Calibrator, ModelKind
from learnloom.pipelines.learner.features import extract_before
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.logistic import log_losses
from learnloom.pipelines.learner.model import PUBLISHED
from learnloom.pipelines.learner.train import N_FOLDS, choose_kind, cross_fitted, held_out_p, train


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
    """Of every kind that was tried, on answers of held-out students."""


def held_out(
    history: History, *, n_folds: int = N_FOLDS, kinds: Sequence[ModelKind] = tuple(ModelKind)
) -> HeldOut:
    """Predict every answer by a model that was fitted on the students of the other folds.

    Args:
        history: all answers of all students, ordered by (occurred_at, statement id).
        n_folds: number of folds, at least 2.
        kinds: those to choose from; each is tried only from enough students and answers on.
    """
    features = cross_fitted(history, most=len(history), n_folds=n_folds)
    choice = choose_kind(history, features, kinds)
    if choice is None:
        return _told(PUBLISHED, PUBLISHED.probability(features.matrix), features.fold, history, {})
    p = held_out_p(features, choice.kind, np.ones(len(history), dtype=bool))
    losses = {kind.value: loss for kind, loss in choice.log_loss.items()}
    return HeldOut(p, features.fold, choice.kind.value, losses)


def train_test(seen: History, unseen: History, *, kinds: Sequence[ModelKind] = tuple(ModelKind)) -> HeldOut:
    """Predict every answer of `unseen` by a model that was fitted on `seen`; both by the same codes."""
    trained = train(
        seen,
        n_items=max(code_count(seen.item), code_count(unseen.item)),
        n_skills=max(code_count(seen.skill), code_count(unseen.skill)),
        kinds=kinds,
    )
    calibrator = trained.model.calibrator
    p = calibrator.probability(extract_before(trained.model.parameters, unseen))
    losses = {kind.value: loss for kind, loss in trained.log_loss.items()}
    return _told(calibrator, p, np.zeros(len(unseen), dtype=np.int64), unseen, losses)


def _told(
    calibrator: Calibrator,
    p: NDArray[np.float64],
    fold: NDArray[np.int64],
    history: History,
    losses: dict[str, float],
) -> HeldOut:
    """What was told; where no kind was compared with another, the log-loss of what was told."""
    if not losses and len(history):
        losses = {calibrator.kind.value: float(log_losses(p, history.score).mean())}
    return HeldOut(p, fold, calibrator.kind.value, losses)
