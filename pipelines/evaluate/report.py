"""The whole evaluation of predicted answers, as one document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.baselines import BASELINES, by_fold
from learnloom.pipelines.evaluate.cold_start import ColdStart, cold_start, earlier_answers
from learnloom.pipelines.evaluate.fairness import Audit, Flags, GroupFigures, fairness
from learnloom.pipelines.evaluate.figures import Figures, figures
from learnloom.pipelines.evaluate.groups import Grouping
from learnloom.pipelines.evaluate.mastered import Fired, is_mastered_true
from learnloom.pipelines.evaluate.predictions import Predictions
from learnloom.pipelines.evaluate.reliability import Bin, reliability
from learnloom.pipelines.evaluate.resample import N_RESAMPLES
from learnloom.pipelines.evaluate.risk_report import RiskEvaluation
from learnloom.pipelines.learner.held_out import HeldOut, held_out, train_test
from learnloom.pipelines.learner.history import RIGHT_FROM, History
from learnloom.schemas.level import NEAR

N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller may choose."""

    n_folds: int = N_FOLDS
    n_resamples: int = N_RESAMPLES
    seed: int = 0
    groupings: Sequence[Grouping] = ()
    """Ways to divide students, for the audit of fairness."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One predictor and its figures."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class Evaluation:
    """What was found of predicted answers."""

    split: str
    n_students: int
    n_items: int
    n_skills: int
    model_kind: str
    log_loss_by_kind: dict[str, float]
    """Log-loss of every kind of model that was tried, in the split by which the kind was chosen."""
    model: Figures
    baselines: list[Compared]
    reliability: list[Bin]
    cold_start: list[ColdStart]
    mastered: list[Fired]
    flag_meaning: str
    """When the model's prediction calls for help."""
    fairness: list[GroupFigures]
    """Of every group that was named; nothing of it is kept."""
    risk: RiskEvaluation | None = None
    """Of warnings that somebody may not pass; None where a file of answers was evaluated."""


def evaluate_folds(history: History, wanted: Wanted) -> Evaluation:
    """Predict each student's answers by a model of the other students, and hold that against what came."""
    found = held_out(history, n_folds=wanted.n_folds)
    others = {name: by_fold(predict, history, found.fold) for name, predict in BASELINES.items()}
    return _evaluated(f"{wanted.n_folds} folds of students", history, found, others, wanted)


def evaluate_split(train: History, test: History, wanted: Wanted) -> Evaluation:
    """Predict the answers of `test` by a model of `train`, and hold that against what came."""
    found = train_test(train, test)
    others = {name: predict(train, test) for name, predict in BASELINES.items()}
    return _evaluated("given: one file for training, one for testing", test, found, others, wanted)


def _evaluated(
    split: str,
    history: History,
    found: HeldOut,
    others: dict[str, NDArray[np.float64]],
    wanted: Wanted,
) -> Evaluation:
    n_resamples, seed = wanted.n_resamples, wanted.seed
    predicted = Predictions(history.score >= RIGHT_FROM, found.p, history.student)
    earlier = earlier_answers(history.student)
    flags = Flags(found.p < NEAR, ~predicted.label, f"p below {NEAR:.2f}")
    return Evaluation(
        split=split,
        n_students=predicted.n_clusters,
        n_items=len(np.unique(history.item)),
        n_skills=len(np.unique(history.skill)),
        model_kind=found.model_kind,
        log_loss_by_kind=found.log_loss,
        model=figures(predicted, n_resamples=n_resamples, seed=seed),
        baselines=[
            Compared(
                name,
                figures(Predictions(predicted.label, p, history.student), n_resamples=n_resamples, seed=seed),
            )
            for name, p in others.items()
        ],
        reliability=reliability(predicted),
        cold_start=cold_start(predicted, earlier, n_resamples=n_resamples, seed=seed),
        mastered=is_mastered_true(history, found.p, n_resamples=n_resamples, seed=seed),
        flag_meaning=flags.meaning,
        fairness=list(
            fairness(
                predicted,
                flags,
                list(wanted.groupings),
                Audit(n_resamples=n_resamples, seed=seed),
            )
        ),
    )
