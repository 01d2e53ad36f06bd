"""How good warnings of not passing are week by week on the Open University's data, beside the seven-day rule.

    python -m bench.oulad_weeks [FOLDER]

For students held out (five parts), and for the presentations of 2014 by a model that saw those of 2013 alone. A row is
the end of a week of the course, over the students still enrolled then. `flagged`, `right` and `found` are the share
warned of, of these who did not pass, and of those who did not pass who are warned of; `first` are students warned of
for the first time, and how many of them did not pass; `rule` warns of whoever handed nothing in for more than seven
days: the data here tell of hand-ins, not of clicks. Lead times are of first warnings, until the student left or failed.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.oulad import parts_of
from bench.oulad_data import HERE, Oulad
from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.risk import QUIET_DAYS, LeadTime
from learnloom.pipelines.evaluate.risk_report import first_lead, first_warnings
from learnloom.pipelines.learner.risk import FEATURES
from learnloom.pipelines.learner.risk_train import N_FOLDS, RiskCases, train_risk
from learnloom.schemas.risk import RiskFeature

_LEAST = 200
"""Students still enrolled, below whom a week is not told."""


class Said(NamedTuple):
    """What was said at the end of each week, one entry per student, run and week; p is NaN where nothing was."""

    p: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]


def main() -> None:
    """Measure and print."""
    data = Oulad(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
    followed, weeks, is_next = data.followed()
    print(f"{len(np.unique(followed.cases.student)):,} students, {len(followed.cases):,} weeks of theirs")
    _show("students held out", followed, weeks, by_part(followed.cases))
    _show("2013 to 2014, whole runs", followed, weeks, by_year(followed.cases, is_next))


def by_part(cases: RiskCases, *, n_parts: int = N_FOLDS) -> Said:
    """Say something of every student, or of the first `n_parts` of five parts, learned from the other parts."""
    part = parts_of(cases)
    said = _nothing(cases)
    for one in range(n_parts):
        _say(cases, part != one, part == one, said, fold=part[part != one])
    return said


def by_year(cases: RiskCases, is_next: NDArray[np.bool_]) -> Said:
    """Say something of the next year's runs, learned and calibrated on whole runs of the year before."""
    said = _nothing(cases)
    _say(cases, ~is_next, is_next, said)
    return said


def _nothing(cases: RiskCases) -> Said:
    return Said(np.full(len(cases), np.nan), np.zeros(len(cases), np.bool_))


def _say(
    cases: RiskCases,
    is_learned: NDArray[np.bool_],
    is_told: NDArray[np.bool_],
    said: Said,
    fold: NDArray[np.int64] | None = None,
) -> None:
    trained = train_risk(cases.where(is_learned), fold)
    assert trained is not None
    levels = trained.model.levels(cases.features[is_told])
    said.p[is_told], said.is_flagged[is_told] = levels.p, levels.p >= levels.threshold


def _show(title: str, followed: Followed, weeks: NDArray[np.int64], said: Said) -> None:
    is_said = np.isfinite(said.p)
    label, student = followed.cases.has_not_passed, followed.cases.student
    rule = followed.cases.features[:, FEATURES.index(RiskFeature.DAYS_SINCE_SUBMISSION)] > QUIET_DAYS
    is_first = np.zeros(len(label), np.bool_)
    is_first[first_warnings(followed, said.is_flagged)] = True
    print(f"\n{title}")
    print(
        f"{'week':>4}{'enrolled':>10}{'fail':>6}{'AUC':>7}{'ECE':>7}{'flagged':>9}{'right':>7}{'found':>7}"
        f"{'first':>7}{'right':>7}{'rule':>7}{'right':>7}{'found':>7}"
    )
    for week in np.unique(weeks[is_said]).tolist():
        rows = np.flatnonzero(is_said & (weeks == week))
        if len(rows) < _LEAST:
            continue
        here, flagged, quiet = label[rows], said.is_flagged[rows], rule[rows]
        found, first = Predictions(here, said.p[rows], student[rows]), is_first[rows]
        print(
            f"{week:>4}{len(rows):>10,}{here.mean():>6.2f}{measures.auc(found):>7.3f}{measures.ece(found):>7.3f}"
            f"{flagged.mean():>9.2f}{_share(here, flagged)}{_share(flagged, here)}"
            f"{first.sum():>7,}{_share(here, first)}{quiet.mean():>7.2f}{_share(here, quiet)}{_share(quiet, here)}"
        )
    told = followed.where(is_said)
    print(f"first warnings, the model: {_lead(first_lead(told, said.is_flagged[is_said]))}")
    print(f"first warnings, the rule:  {_lead(first_lead(told, rule[is_said]))}")


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> str:
    return f"{part[whole].mean():>7.2f}" if whole.any() else f"{'-':>7}"


def _lead(lead: LeadTime) -> str:
    days = lead.median_days
    median = days.unknown or f"{days.value:.0f} days before ({days.low:.0f} to {days.high:.0f})"
    return f"{lead.n_in_time:,} of {lead.n:,} who did not pass in time, median {median}"


if __name__ == "__main__":
    main()
