"""How good warnings of not passing are, on the school's own runs that have ended: each predicted by the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.fairness import FairnessAudit, Flags, GroupFigures, Grouping, fairness
from learnloom.pipelines.evaluate.figures import MIN_STUDENTS, Figures, figures
from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES
from learnloom.pipelines.evaluate.risk import LeadTime, Truths, Warned, lead_time, quiet_rule, warned
from learnloom.pipelines.learner.risk import FEATURES
from learnloom.pipelines.learner.risk_train import RiskCases, folds_of, train_risk
from learnloom.schemas.risk import RiskFeature

# Shares of a run at which warnings are looked at.
SHARES: Final = (0.25, 0.50, 0.75)
# A week's end farther from the share than that is another moment.
_FARTHEST: Final = 1 / 16


@dataclass(frozen=True, slots=True)
class AtShare:
    """Predictions for students still enrolled at one share of their run."""

    share: float
    figures: Figures
    model: Warned
    promised: float | None
    """Precision that the model promised, mean over those warned of; None where it promised none."""
    rule: Warned
    """The rule to beat: enrolled, not known to have passed, last seen more than seven days ago."""
    fairness: list[GroupFigures]
    """Of every group that was named: p is that of not passing, flagged are those warned of; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class RiskEvaluation:
    """What was found of warnings."""

    n_runs: int
    """Runs that have ended and of which outcomes are known."""
    n_students: int
    is_by_run: bool
    """Whether whole runs were held out; else students of the single run."""
    at: list[AtShare]
    lead_time: LeadTime
    rule_lead_time: LeadTime
    unknown: str | None = None
    """Why nothing is known."""


def evaluate_risk(
    followed: Followed,
    *,
    groupings: Sequence[Grouping] = (),
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> RiskEvaluation:
    """Predict each run by a model of the others, or students of a single run by one of other students.

    Args:
        followed: of runs that have ended.
        groupings: ways in which these students are divided, for the audit of fairness alone.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    fold, is_by_run = folds_of(followed.cases)
    held_out = _held_out(followed.cases, fold)
    is_known = np.isfinite(held_out.p)
    followed = followed.where(is_known)
    held_out = held_out.where(is_known)
    cases = followed.cases
    quiet = _quiet(cases)
    shares = [
        _at(share, cases, held_out, quiet, groupings=groupings, n_resamples=n_resamples, seed=seed)
        for share in SHARES
        if len(moments(cases, share))
    ]
    missing = MIN_STUDENTS.missing(len(cases), len(np.unique(cases.student)), "student")
    return RiskEvaluation(
        n_runs=len(np.unique(cases.run)),
        n_students=len(np.unique(cases.student)),
        is_by_run=is_by_run,
        at=shares,
        lead_time=first_lead(followed, held_out.is_flagged, n_resamples=n_resamples, seed=seed),
        rule_lead_time=first_lead(followed, quiet, n_resamples=n_resamples, seed=seed),
        unknown=missing and f"Ended runs with known outcomes have {missing}",
    )


def moments(cases: RiskCases, share: float) -> NDArray[np.int64]:
    """Rows of the week's end nearest to a share of each run, one for each student who was still enrolled."""
    elapsed = cases.features[:, FEATURES.index(RiskFeature.ELAPSED_SHARE)]
    distance = np.abs(elapsed - share)
    runs, run = np.unique(cases.run, return_inverse=True)
    nearest = np.full(len(runs), np.inf)
    np.minimum.at(nearest, run, distance)
    return np.flatnonzero((distance == nearest[run]) & (distance <= _FARTHEST))


@dataclass(frozen=True, slots=True)
class _HeldOutRuns:
    """The prediction for each row while it was held out; p is NaN where there is none."""

    p: NDArray[np.float64]
    is_flagged: Truths
    precision: NDArray[np.float64]

    def where(self, kept: Truths | NDArray[np.int64]) -> "_HeldOutRuns":
        """Return some rows."""
        return _HeldOutRuns(self.p[kept], self.is_flagged[kept], self.precision[kept])


def _held_out(cases: RiskCases, fold: NDArray[np.int64]) -> _HeldOutRuns:
    p, precision = np.full(len(cases), np.nan), np.full(len(cases), np.nan)
    is_flagged = np.zeros(len(cases), dtype=np.bool_)
    for one in np.unique(fold).tolist():
        out = fold == one
        trained = train_risk(cases.where(~out))
        if trained is not None:
            levels = trained.model.levels(cases.features[out])
            p[out], precision[out], is_flagged[out] = levels.p, levels.precision, levels.p >= levels.threshold
    return _HeldOutRuns(p, is_flagged, precision)


def _quiet(cases: RiskCases) -> Truths:
    """Of which rows the rule to beat warns; nobody has passed while they are still enrolled."""
    days = cases.features[:, FEATURES.index(RiskFeature.DAYS_SINCE_ACTIVE)]
    now = np.datetime64(0, "s")
    last = np.full(len(cases), np.datetime64("NaT", "s"))
    known = np.isfinite(days)
    last[known] = now - (days[known] * 86_400).astype("timedelta64[s]")
    return quiet_rule(np.ones(len(cases), np.bool_), np.zeros(len(cases), np.bool_), last, now)


def _at(
    share: float,
    cases: RiskCases,
    held_out: _HeldOutRuns,
    quiet: Truths,
    *,
    groupings: Sequence[Grouping],
    n_resamples: int,
    seed: int,
) -> AtShare:
    rows = moments(cases, share)
    here, label = held_out.where(rows), cases.has_not_passed[rows]
    promised = here.precision[here.is_flagged & np.isfinite(here.precision)]
    predicted = Predictions(label, here.p, cases.student[rows])
    audit = FairnessAudit(minimum=MIN_STUDENTS, row="student", n_resamples=n_resamples, seed=seed)
    flags = Flags(here.is_flagged, label, "warned")
    return AtShare(
        share=share,
        fairness=list(fairness(predicted, flags, list(groupings), audit)),
        figures=figures(
            predicted,
            minimum=MIN_STUDENTS,
            row="student",
            n_resamples=n_resamples,
            seed=seed,
        ),
        model=warned(label, here.is_flagged, n_resamples=n_resamples, seed=seed),
        promised=float(promised.mean()) if len(promised) else None,
        rule=warned(label, quiet[rows], n_resamples=n_resamples, seed=seed),
    )


def first_lead(
    followed: Followed, is_flagged: Truths, *, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> LeadTime:
    """Lead time from the first week in which a student was warned of in a run."""
    cases = followed.cases
    pairs, pair = np.unique(np.column_stack([cases.run, cases.student]), axis=0, return_inverse=True)
    pair = pair.reshape(-1)
    first = np.full(len(pairs), np.datetime64("NaT", "us"), dtype=followed.cutoff_at.dtype)
    rows = first_warnings(followed, is_flagged)
    first[pair[rows]] = followed.cutoff_at[rows]
    happened = np.full(len(pairs), np.datetime64("NaT", "us"), dtype=followed.happened_at.dtype)
    happened[pair] = followed.happened_at
    return lead_time(first, happened, n_resamples=n_resamples, seed=seed)


def first_warnings(followed: Followed, is_flagged: Truths) -> NDArray[np.int64]:
    """Rows of the first week in which each student was warned of in a run."""
    rows = np.flatnonzero(is_flagged)
    rows = rows[np.argsort(followed.cutoff_at[rows], kind="stable")]
    pairs = np.column_stack([followed.cases.run[rows], followed.cases.student[rows]])
    return rows[np.unique(pairs, axis=0, return_index=True)[1]]
