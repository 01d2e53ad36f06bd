"""Learning from runs that have ended who does not pass.

Whole runs are held out where there are two or more, else students: a run to come is not one of those from which was
learned, and figures of held-out students of the same run promise too much (on the Open University's data by .02 of
AUC, and a calibration error of .01 instead of .04). By what is said of those held out the kind is chosen, the
probabilities are calibrated, and the precision of warnings is told.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from learnloom.pipelines.learner.estimators import fit_logistic, fit_trees
from learnloom.pipelines.learner.logistic import log_losses, sigmoid_fast, simplest
from learnloom.pipelines.learner.platt import recalibration
from learnloom.pipelines.learner.risk import FEATURES, Linear, RiskKind, RiskModel, Stage, stage_numbers
from learnloom.pipelines.learner.trees import Forest

N_FOLDS: Final = 5
_LEAST: Final[dict[RiskKind, int]] = {RiskKind.LOGISTIC: 10, RiskKind.BOOSTED: 100}
"""Students who passed, and as many who did not, from which a kind is tried at a stage."""
_MIN_WARNED: Final = 20
"""Of fewer students warned of no precision is told."""
_HIGHEST: Final = 0.8
_TIMES_BASE: Final = (1.5, 2.0)
"""Warned of is the highest fifth, but nobody less than 1.5 times as likely not to pass as the average, and everybody
who is twice as likely: early, when little is known, the highest fifth is hardly above the average."""
_SURE: Final = 0.7
"""Warned of where most do not pass, and 1.5 times the average would be more than this."""
_TREES: Final = {
    "max_iter": 80,
    "learning_rate": 0.1,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 50,
    "early_stopping": False,
    "random_state": 0,
}
_BOUND: Final = 1e-6
_SURE_SE: Final = 1.0
"""Standard errors, over students, by which the kind that asks for more has to be better."""
_MOST: Final = 40_000
"""Cases of a stage that are used: of more, which are weeks of the same students, every second, third and so on."""


@dataclass(frozen=True, slots=True)
class RiskCases:
    """How students of ended runs stood while these went on, and what came of it: one entry per student and moment."""

    features: NDArray[np.float64]
    """Shape (n_rows, len(FEATURES)), NaN where a value is unknown."""
    has_not_passed: NDArray[np.bool_]
    run: NDArray[np.int64]
    student: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.has_not_passed)

    def where(self, is_kept: NDArray[np.bool_]) -> "RiskCases":
        """Return the rows for which is_kept is true."""
        return RiskCases(
            self.features[is_kept], self.has_not_passed[is_kept], self.run[is_kept], self.student[is_kept]
        )


@dataclass(frozen=True, slots=True)
class TrainedRisk:
    """A new model, and what it said of those held out."""

    model: RiskModel
    rows: NDArray[np.int64]
    """Places in the cases of what was judged."""
    p: NDArray[np.float64]
    """What the chosen kind said of each while it was held out, calibrated."""
    log_loss: dict[RiskKind, float]
    """Mean log-loss, before calibration, of every kind tried."""
    is_by_run: bool
    """Whether whole runs were held out; else students."""


def train_risk(cases: RiskCases, fold: NDArray[np.int64] | None = None) -> TrainedRisk | None:
    """Fit a model; None where too few students have passed or not passed for any.

    Args:
        cases: of runs that have ended.
        fold: which rows are held out together; by default whole runs, or students where there is a single run.
    """
    is_by_run = False
    if fold is None:
        fold, is_by_run = folds_of(cases)
    thinned = _thinned(cases)
    cases, fold = cases.where(thinned), fold[thinned]
    # One thread: several wait for each other for minutes on a machine that has other work.
    with threadpool_limits(1):
        raw = {kind: _held_out(kind, cases, fold) for kind in RiskKind if _is_enough(cases, _LEAST[kind])}
        told = [np.isfinite(scores) for scores in raw.values()]
        judged = np.flatnonzero(np.all(told, axis=0)) if told else np.empty(0, dtype=np.int64)
        if not len(judged):
            return None
        kind, losses = _chosen(raw, cases, judged)
        stage = stage_numbers(cases.features)
        p, stages = np.full(len(cases), np.nan), []
        for number in np.unique(stage[judged]).tolist():
            rows = judged[stage[judged] == number]
            line = recalibration(raw[kind][rows], cases.has_not_passed[rows].astype(np.float64))
            p[rows] = sigmoid_fast(line[0] + line[1] * raw[kind][rows])
            warning = _warning(p[rows], cases.has_not_passed[rows])
            stages.append(_stage(number, kind, cases.where(stage == number), line, warning))
    rows = np.flatnonzero(thinned)[judged]
    return TrainedRisk(RiskModel(kind, tuple(stages)), rows, p[judged], losses, is_by_run)


def _thinned(cases: RiskCases) -> NDArray[np.bool_]:
    """Which rows are used, so that no stage has many more than `_MOST`."""
    stage = stage_numbers(cases.features)
    every = np.maximum(1, np.bincount(stage) // _MOST)[stage]
    return np.asarray(np.arange(len(cases)) % every == 0)


def folds_of(cases: RiskCases) -> tuple[NDArray[np.int64], bool]:
    """Put whole runs into folds where there are two or more, else students; and say whether it is runs."""
    is_by_run = len(np.unique(cases.run)) > 1
    codes = np.unique(cases.run if is_by_run else cases.student, return_inverse=True)[1]
    return np.asarray(codes % N_FOLDS, dtype=np.int64), is_by_run


def _is_enough(cases: RiskCases, least: int) -> bool:
    counts = [len(np.unique(cases.student[cases.has_not_passed == outcome])) for outcome in (False, True)]
    return min(counts) >= least


def _held_out(kind: RiskKind, cases: RiskCases, fold: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a kind says of each row, learned from the other folds; NaN where these tell too little."""
    stage = stage_numbers(cases.features)
    raw = np.full(len(cases), np.nan)
    for number in np.unique(stage).tolist():
        for one in np.unique(fold).tolist():
            rest, out = (stage == number) & (fold != one), (stage == number) & (fold == one)
            if out.any() and _is_enough(cases.where(rest), _LEAST[RiskKind.LOGISTIC]):
                raw[out] = _fit(kind, cases.where(rest)).raw(cases.features[out])
    return raw


def _fit(kind: RiskKind, cases: RiskCases) -> Linear | Forest:
    """Fit one stage's scorer."""
    known = ~np.isnan(cases.features).all(axis=0)
    if kind is RiskKind.BOOSTED:
        # It cannot be given a feature of which nothing is known; one that never varies it leaves alone.
        return fit_trees(np.where(known, cases.features, 0.0), cases.has_not_passed, _TREES)
    mean, spread = np.zeros(len(FEATURES)), np.ones(len(FEATURES))
    mean[known] = np.nanmean(cases.features[:, known], axis=0)
    spread[known] = np.nanstd(cases.features[:, known], axis=0)
    fitted = fit_logistic(cases.features, cases.has_not_passed, mean=mean, spread=spread, learns_unknown=True)
    return Linear(
        fitted.intercept,
        tuple(mean.tolist()),
        tuple(fitted.coefficients.tolist()),
        tuple(fitted.if_unknown.tolist()),
    )


def _chosen(
    raw: dict[RiskKind, NDArray[np.float64]], cases: RiskCases, judged: NDArray[np.int64]
) -> tuple[RiskKind, dict[RiskKind, float]]:
    """The kind to use: the one that asks for more only where it is surely better on those held out."""
    outcomes = cases.has_not_passed[judged].astype(np.float64)
    losses = {
        kind: log_losses(np.clip(sigmoid_fast(scores[judged]), _BOUND, 1.0 - _BOUND), outcomes)
        for kind, scores in raw.items()
    }
    chosen = simplest(losses, cases.student[judged], standard_errors=_SURE_SE)
    return chosen, {kind: float(loss.mean()) for kind, loss in losses.items()}


class _Warning(NamedTuple):
    base_rate: float
    threshold: float
    precision: float | None


def _warning(p: NDArray[np.float64], has_not_passed: NDArray[np.bool_]) -> _Warning:
    """From which probability to warn, and how often that is right, by what was said of those held out."""
    base_rate = float(has_not_passed.mean())
    least, most = (times * base_rate for times in _TIMES_BASE)
    threshold = float(np.clip(np.quantile(p, _HIGHEST), min(least, _SURE), most))
    warned = p >= threshold
    precision = float(has_not_passed[warned].mean()) if warned.sum() >= _MIN_WARNED else None
    return _Warning(base_rate, threshold, precision)


def _stage(
    number: int, kind: RiskKind, part: RiskCases, line: tuple[float, float], warning: _Warning
) -> Stage:
    """Put a stage together, its scorer learned from all that is known of it."""
    known = ~np.isnan(part.features).all(axis=0)
    usual = np.full(len(FEATURES), np.nan)
    usual[known] = np.nanmean(part.features[:, known], axis=0)
    return Stage(
        number=number,
        scorer=_fit(kind, part),
        intercept=line[0],
        slope=line[1],
        usual=tuple(usual.tolist()),
        n_students=len(np.unique(part.student)),
        **warning._asdict(),
    )
