"""Warnings that a student may not pass: how many are right, how many are missed, how early they come.

A row is a student, label is that the student did not pass. Everything else about such predictions is in the
same figures as for answers (figures.py, fairness.py), with MIN_STUDENTS.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.figures import MIN_GROUP, Figure, share, with_interval
from learnloom.pipelines.evaluate.followed import Times
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES, draws

# Of the rule to beat, that of Open edX Aspects.
QUIET_DAYS: Final = 7
Truths = NDArray[np.bool_]
_ROW: Final = "student"


@dataclass(frozen=True, slots=True)
class Warned:
    """How good it is to warn of some students."""

    n: int
    n_flagged: int
    flag_rate: Figure
    precision: Figure
    """Of those warned of, the share that did not pass."""
    recall: Figure
    """Of those who did not pass, the share that was warned of."""
    false_positive_rate: Figure
    """Of those who passed, the share that was warned of."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long before it happened the first warning came, of those to whom it happened."""

    n: int
    """Students to whom it happened."""
    n_in_time: int
    """Of them, those warned of before it."""
    median_days: Figure


def warned_at(found: Predictions, threshold: float, **options: int) -> Warned:
    """Tell how good it is to warn of all whose probability is `threshold` or more; options as of `warned`."""
    return warned(found.label, found.p >= threshold, **options)


def warned(label: Truths, is_flagged: Truths, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Warned:
    """Tell how good it is to warn of the students who are flagged, by whatever rule.

    Args:
        label: who did not pass, one entry per student.
        is_flagged: who is warned of.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    students = np.arange(len(label), dtype=np.int64)

    def of(part: Truths, whole: Truths) -> Figure:
        return share(
            (part & whole).astype(np.float64),
            whole.astype(np.float64),
            students,
            row=_ROW,
            n_resamples=n_resamples,
            seed=seed,
        )

    return Warned(
        n=len(label),
        n_flagged=int(is_flagged.sum()),
        flag_rate=of(is_flagged, np.ones(len(label), dtype=np.bool_)),
        precision=of(label, is_flagged),
        recall=of(is_flagged, label),
        false_positive_rate=of(is_flagged, ~label),
    )


def lead_time(
    flagged_at: Times, happened_at: Times, *, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> LeadTime:
    """Tell how many days before it happened students were first warned of.

    Args:
        flagged_at: first warning of each student, NaT where there was none.
        happened_at: when the student left or failed, NaT where neither came.
        n_resamples: number of resamples of students.
        seed: of the resamples.

    Returns:
        The median over students who were warned of in time; those who were not have no lead time, and are counted.
    """
    happened = ~np.isnat(happened_at)
    in_time = happened & ~np.isnat(flagged_at)
    in_time[in_time] = flagged_at[in_time] < happened_at[in_time]
    days = (happened_at[in_time] - flagged_at[in_time]) / np.timedelta64(1, "D")
    missing = MIN_GROUP.missing(len(days), len(days), _ROW)
    if missing:
        median = Figure(None, unknown=missing)
    else:
        drawn = [
            float(np.median(np.repeat(days, w.astype(np.int64))))
            for w in draws(len(days), n_resamples=n_resamples, seed=seed)
        ]
        median = with_interval(float(np.median(days)), np.array(drawn), lowest=0.0)
    return LeadTime(int(happened.sum()), int(in_time.sum()), median)


def quiet_rule(is_enrolled: Truths, is_passing: Truths, last_visit_at: Times, at: np.datetime64) -> Truths:
    """Say of whom the rule to beat warns: enrolled, not passing, and the last visit more than seven days ago.

    A student without any visit is not warned of: since when they are quiet is unknown.

    Args:
        is_enrolled: who is enrolled, one entry per student.
        is_passing: whose grade so far would pass.
        last_visit_at: last visit, NaT where there was none.
        at: the moment for which the rule speaks.
    """
    is_quiet = (at - last_visit_at) > np.timedelta64(QUIET_DAYS, "D")
    return is_enrolled & ~is_passing & is_quiet
