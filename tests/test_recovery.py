"""What is true of a simulated class is found again by the whole path, within the bounds stated here."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.evaluate.risk_report import evaluate_risk
from learnloom.pipelines.ingest.catalogue.plan import import_plan
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.risk import read_followed
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.recovery import Estimated, Recovery, compare, recovery_of
from learnloom.pipelines.simulate.run import simulate
from learnloom.pipelines.simulate.signal_truth import (
    EmittedSignal,
    SignalTruth,
    compare_engagement,
    compare_signals,
    engagement_truth_of,
    signal_truth_of,
)
from tests.conftest import land, refresh_to

_THRESHOLDS = Thresholds(mastered=0.85)
"""In eight weeks few reach the usual .95, and only what was mastered can be due for review."""
_BOUNDS = {
    "strength": (0.85, 0.15),
    "weakness": (0.65, 0.2),
    "wheel_spinning": (0.2, 0.1),
    "review_due": (0.3, 0.5),
    "rapid_guessing": (0.25, 0.35),
    "pace": (0.4, 0.4),
    "engagement_change": (0.08, 0.3),
}
"""Least precision and recall of signals. Help seeking is told of, yet in truth hardly better than by chance."""


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_truth_is_recovered(tmp_path: Path, seed: int) -> None:
    """Mastery correlates with the truth by .75 or more, eight of ten intervals hold it, and signals beat chance."""
    found, signals = _lived(tmp_path, seed)
    assert found.n_estimates > 400
    assert found.mastery_correlation is not None
    assert found.mastery_correlation >= 0.75
    assert found.mastery_mean_error is not None
    assert found.mastery_mean_error <= 0.1
    assert found.mastery_rank_correlation_within_student is not None
    assert found.mastery_rank_correlation_within_student >= 0.45
    assert found.interval_coverage is not None
    # Students differ: of classes as small as this the share scatters by about .03.
    assert 0.7 <= found.interval_coverage <= 0.88
    assert found.interest_hit_rate is not None
    assert found.interest_hit_rate >= 0.65
    assert found.wheel_spinners_found is not None
    assert found.wheel_spinners_found >= 0.5
    for signal, (precision, recall) in _BOUNDS.items():
        told = signals[signal]
        assert told.precision is not None, signal
        assert told.recall is not None, signal
        assert told.share_true is not None, signal
        assert told.precision >= precision, told
        assert told.recall >= recall, told
        assert told.precision > 1.25 * told.share_true, told


def test_who_does_not_pass_is_foretold(tmp_path: Path) -> None:
    """At a quarter and at half of a simulated course, those who will not pass are told from the others.

    Each student is predicted by a model of the others; by chance the area under the curve is .5, and so many of those
    warned of do not pass as of all.
    """
    config = SimulationConfig(seed=11, students=150)
    simulated = simulate(config, tmp_path / "class")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, simulated.statements)
        import_plan(warehouse, simulated.plan, wait_seconds=20)
        refresh_to(warehouse, config.start + dt.timedelta(days=config.days + 30))
        found = evaluate_risk(read_followed(warehouse.arrow), n_resamples=100)
    for at, least in zip(found.at[:2], (0.75, 0.85), strict=True):
        assert at.figures.auc.value is not None
        assert at.figures.auc.value >= least
        assert at.figures.rate is not None
        assert at.model.precision.value is not None
        assert at.model.precision.value > 1.5 * at.figures.rate
        assert at.model.recall.value is not None
        assert at.rule.recall.value is not None
        assert at.model.recall.value > at.rule.recall.value


def _lived(place: Path, seed: int) -> tuple[Recovery, dict[str, SignalTruth]]:
    """What is found of a class at its end; of engagement, at three days while it goes on."""
    config = SimulationConfig(seed=seed, students=80)
    simulated = simulate(config, place / "class")
    engagement = []
    with Warehouse(place / "warehouse") as warehouse:
        land(warehouse, simulated.statements)
        for day in (33, 40, 47):
            refresh_to(warehouse, config.start + dt.timedelta(days=day))
            engagement.append(engagement_truth_of(warehouse, simulated.truth, day=day + 1))
        last_day = config.start + dt.timedelta(days=config.days - 1)
        refresh_to(warehouse, last_day, thresholds=_THRESHOLDS, refit=True)
        recovery = recovery_of(warehouse, simulated.truth)
        signals = signal_truth_of(warehouse, simulated.truth, _THRESHOLDS)
    first = engagement[0]
    whole = replace(
        first,
        **{
            name: sum(getattr(each, name) for each in engagement)
            for name in ("n_candidates", "n_said", "n_true", "n_right")
        },
    )
    return recovery, {each.signal: each for each in (*signals, whole)}


def test_a_constant_recovers_nothing(tmp_path: Path) -> None:
    """An estimate that is the same for everybody has no correlation with the truth: the measure can fail."""
    simulated = simulate(SimulationConfig(students=10, weeks=2), tmp_path)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        rows = warehouse.rows(
            f"SELECT coalesce(mbox, home_page || ' ' || account_name), skill "
            f"FROM '{simulated.truth}/student_skill.parquet' AS known "
            f"INNER JOIN '{simulated.truth}/student.parquet' AS student ON known.student_number = student.number"
        )
    constant = [Estimated(identifier, skill, 0.7, 10, 0.699, 0.701) for identifier, skill in rows]
    found = compare(simulated.truth, constant, [], [])
    assert found.n_estimates > 20
    assert found.mastery_correlation is None
    assert found.interval_coverage is not None
    assert found.interval_coverage < 0.1
    assert found.interest_hit_rate is None


def test_signals_about_everybody_are_right_by_chance(tmp_path: Path) -> None:
    """What is said of all has the precision of chance and finds all; what is said of nobody finds none."""
    simulated = simulate(SimulationConfig(students=30, weeks=3), tmp_path)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        pairs = warehouse.rows(
            f"SELECT coalesce(mbox, home_page || ' ' || account_name), skill "
            f"FROM '{simulated.truth}/student_skill.parquet' AS known "
            f"INNER JOIN '{simulated.truth}/student.parquet' AS student ON known.student_number = student.number"
        )
    said = [
        EmittedSignal(identifier, kind, skill, None)
        for identifier, skill in pairs
        for kind in (*_BOUNDS, "help_seeking")
    ]
    for everything, recall in ((said, 1.0), ([], 0.0)):
        found = [
            *compare_signals(simulated.truth, everything, pairs, thresholds=Thresholds()),
            compare_engagement(simulated.truth, everything, day=21),
        ]
        assert {each.signal for each in found} == {*_BOUNDS, "help_seeking"}
        assert sum(each.n_true > 0 for each in found) >= 5
        for each in found:
            assert each.precision == (each.share_true if recall else None)
            assert each.recall == (recall if each.n_true else None)
