"""The whole evaluation of predicted answers, as one document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.baselines import BASELINES, by_fold
from learnloom.pipelines.evaluate.cold_start import ColdStart, cold_start, earlier_answers
from learnloom.pipelines.evaluate.fairness import FairnessAudit, Flags, GroupFigures, Grouping, fairness
from learnloom.pipelines.evaluate.figures import Figures, figures
from learnloom.pipelines.evaluate.mastered import Fired, is_mastered_true
from learnloom.pipelines.evaluate.measures import Bin, Predictions, reliability
from learnloom.pipelines.evaluate.resample import N_RESAMPLES
from learnloom.pipelines.evaluate.risk_report import RiskEvaluation
from learnloom.pipelines.feedback.formatting import percent
from learnloom.pipelines.learner.held_out import HeldOut, held_out, train_test
from learnloom.pipelines.learner.history import RIGHT_FROM, History
from learnloom.schemas.level import NEAR

N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
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


def evaluate_folds(history: History, options: EvaluationOptions) -> Evaluation:
    """Predict each student's answers by a model of the other students, and hold that against what came."""
    found = held_out(history, n_folds=options.n_folds)
    others = {name: by_fold(predict, history, found.fold) for name, predict in BASELINES.items()}
    return _evaluated(f"{options.n_folds} folds of students", history, found, others, options)


def evaluate_split(train: History, test: History, options: EvaluationOptions) -> Evaluation:
    """Predict the answers of `test` by a model of `train`, and hold that against what came."""
    found = train_test(train, test)
    others = {name: predict(train, test) for name, predict in BASELINES.items()}
    return _evaluated("given: one file for training, one for testing", test, found, others, options)


def _evaluated(
    split: str,
    history: History,
    found: HeldOut,
    others: dict[str, NDArray[np.float64]],
    options: EvaluationOptions,
) -> Evaluation:
    n_resamples, seed = options.n_resamples, options.seed
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
                list(options.groupings),
                FairnessAudit(n_resamples=n_resamples, seed=seed),
            )
        ),
    )


# Largest calibration error at which a probability can be taken at its word.
MOST_ECE: Final = 0.02
# Slopes of calibration between which predictions are neither over-confident nor timid.
SLOPES: Final = (0.9, 1.1)


def warnings(found: Evaluation) -> Iterator[str]:
    """Yield what is unknown or wrong about the predictions, and what that means."""
    yield from _of_answers(found.model)
    if found.risk is not None:
        yield from _of_risk(found.risk)


def _of_risk(found: RiskEvaluation) -> Iterator[str]:
    if found.unknown:
        yield f"Risk of not passing: unknown. {found.unknown}. Import a course plan, and wait until course runs end."
        return
    if not found.is_by_run:
        yield "Risk of not passing: there is only one run, so its own students were held out. A new run is harder."
    for one in found.at:
        high = one.model.precision.high
        if one.promised is not None and high is not None and high < one.promised:
            yield (
                f"At {percent(one.share)} of the run, fewer warnings were right than expected: "
                f"{percent(one.model.precision.value or 0.0)} instead of {percent(one.promised)}."
            )


def _of_answers(found: Figures) -> Iterator[str]:
    unknown = [(name, getattr(found, name).unknown) for name in ("auc", "log_loss", "slope")]
    for reason in dict.fromkeys(reason for _, reason in unknown if reason):
        names = ", ".join(name.replace("_", "-") for name, why in unknown if why == reason)
        yield f"Unknown ({names}): {reason}. Collect more answers before you judge the model."
    slope, ece = found.slope, found.ece
    if slope.high is not None and slope.high < SLOPES[0]:
        yield f"Overconfident: slope {slope.value:.2f}. Nearly certain predictions fail more often than they should."
    if slope.low is not None and slope.low > SLOPES[1]:
        yield f"Underconfident: slope {slope.value:.2f}. Predictions are closer to 50 % than they should be."
    if ece.low is not None and ece.low > MOST_ECE:
        yield (
            f"Calibration error {ece.value:.3f}: predicted and observed rates differ by this much on average. Do not "
            "rely on the probabilities until a new model version is fitted (learnloom refresh --refit)."
        )
