"""Warnings on runs that have ended: each run predicted by the others, beside the rule to beat."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from learnloom.pipelines.evaluate.fairness import Grouping
from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.evaluate.risk_report import RiskEvaluation, evaluate_risk, moments
from learnloom.pipelines.evaluate.tables import risk_tables
from learnloom.pipelines.learner.risk import FEATURES
from learnloom.pipelines.learner.risk_train import RiskCases
from learnloom.schemas.risk import RiskFeature
from tests.pipelines.learner.risk_make import cases

_ELAPSED = FEATURES.index(RiskFeature.ELAPSED_SHARE)
_QUIET = FEATURES.index(RiskFeature.DAYS_SINCE_ACTIVE)
_START = np.datetime64("2026-01-05T00:00:00", "us")
_END = _START + np.timedelta64(80, "D")


def _followed(n_students: int, *, n_runs: int = 3) -> Followed:
    """Students at a quarter, the half and three quarters of a run of 80 days; those who do not pass fail at its end."""
    once = cases(n_students, n_runs=n_runs)
    weeks = []
    for share in (0.25, 0.5, 0.75):
        features = once.features.copy()
        features[:, _ELAPSED] = share
        # Every second of those who do not pass goes quiet, half way; nobody else does.
        is_quiet = once.has_not_passed & (once.student % 2 == 0) & (share > 0.4)
        features[:, _QUIET] = np.where(is_quiet, 10.0, 1.0)
        weeks.append(replace(once, features=features))
    together = RiskCases(
        *(np.concatenate([getattr(week, name) for week in weeks]) for name in RiskCases.__dataclass_fields__)
    )
    at = _START + np.repeat(np.array([20, 40, 60]), n_students) * np.timedelta64(1, "D")
    never = np.datetime64("NaT", "us")
    return Followed(together, at, np.where(together.has_not_passed, _END, never))


@cache
def _evaluated() -> RiskEvaluation:
    return evaluate_risk(_followed(600), n_resamples=100)


@pytest.mark.slow
def test_every_run_is_predicted_by_the_others() -> None:
    """At each share every student is predicted once, and better than by chance."""
    found = _evaluated()
    assert (found.n_runs, found.n_students, found.is_by_run, found.unknown) == (3, 600, True, None)
    assert [(one.share, one.figures.n) for one in found.at] == [(0.25, 600), (0.5, 600), (0.75, 600)]
    for one in found.at:
        assert one.figures.auc.low is not None
        assert one.figures.auc.low > 0.8
        assert one.model.precision.value == pytest.approx(one.promised, abs=0.1)


@pytest.mark.slow
def test_the_rule_to_beat_stands_beside() -> None:
    """The rule names just those who were away for more than seven days, from half way on."""
    found = _evaluated()
    assert [one.rule.n_flagged > 0 for one in found.at] == [False, True, True]
    assert found.at[1].rule.precision.value == 1.0
    assert found.at[1].rule.recall.value == pytest.approx(0.5, abs=0.1)


@pytest.mark.slow
def test_lead_time_counts_from_the_first_warning() -> None:
    """Of an end on day 80 a rule that first fires on day 40 warns 40 days before; the model, on day 20, 60 days."""
    found = _evaluated()
    assert found.rule_lead_time.median_days.value == 40.0
    assert found.lead_time.median_days.value == 60.0
    assert found.lead_time.n == found.rule_lead_time.n


@pytest.mark.slow
def test_groups_are_held_beside_each_other() -> None:
    """Each group's students are counted, what is flagged are warnings, and a group of unknown students is left out."""
    followed = _followed(600)
    students = np.unique(followed.cases.student).tolist()
    grouping = Grouping("half", {code: "first" if code < 300 else "second" for code in students[:550]})
    found = evaluate_risk(followed, groupings=[grouping], n_resamples=100)
    for one in found.at:
        assert [(each.group, each.n) for each in one.fairness] == [("first", 300), ("second", 250)]
        flagged = sum(each.n * (each.flag_rate.value or 0.0) for each in one.fairness)
        assert flagged == pytest.approx(one.model.n_flagged, abs=50)
        assert all(each.abroca.value is not None for each in one.fairness)
    titles = [table.title for table in risk_tables(found)]
    assert sum(title.startswith("By group, at") for title in titles) == 3


def test_too_few_are_said_to_be() -> None:
    """Without ended runs, or with a handful of students, nothing is told, and why."""
    followed = _followed(20)
    nobody = Followed(
        followed.cases.where(np.zeros(60, bool)), followed.cutoff_at[:0], followed.happened_at[:0]
    )
    for few in (followed, nobody):
        found = evaluate_risk(few, n_resamples=100)
        assert found.unknown is not None
        assert "too few students" in found.unknown
        assert list(risk_tables(found)) == []


def test_a_moment_is_of_those_still_enrolled() -> None:
    """Who left in the week before a moment is not looked at then, although their last week is near it."""
    found = cases(4, n_runs=1)
    features = np.repeat(found.features, 2, axis=0)
    features[:, _ELAPSED] = np.tile([0.47, 0.50], 4)
    both = RiskCases(
        features, np.repeat(found.has_not_passed, 2), np.zeros(8, np.int64), np.repeat(np.arange(4), 2)
    )
    left = both.where(np.arange(8) != 7)
    assert both.student[moments(both, 0.5)].tolist() == [0, 1, 2, 3]
    assert left.student[moments(left, 0.5)].tolist() == [0, 1, 2]
