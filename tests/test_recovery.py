"""What is true of a simulated class is found again by the whole path, and the measures of that can fail."""

from pathlib import Path

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.recovery import Estimated, compare, recovery_of
from learnloom.pipelines.simulate.run import TRUTH, simulate
from learnloom.pipelines.simulate.signal_truth import (
    EmittedSignal,
    compare_engagement,
    compare_signals,
    signal_truth_of,
)
from tests.conftest import SmallClass

_SIGNALS = {
    "strength",
    "weakness",
    "wheel_spinning",
    "review_due",
    "rapid_guessing",
    "pace",
    "engagement_change",
    "help_seeking",
}


def test_the_truth_of_a_small_class_is_recovered(small_class: SmallClass) -> None:
    """Estimates and signals agree with the truth better than chance; how well is tried by `make trials`."""
    truth = small_class.statements.parent / TRUTH
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        found = recovery_of(warehouse, truth)
        signals = {each.signal: each for each in signal_truth_of(warehouse, truth, Thresholds())}
    assert found.n_estimates > 50
    assert found.mastery_correlation is not None
    assert found.mastery_correlation >= 0.7
    assert found.mastery_mean_error is not None
    assert found.mastery_mean_error <= 0.12
    assert found.mastery_rank_correlation_within_student is not None
    assert found.mastery_rank_correlation_within_student >= 0.3
    assert found.interval_coverage is not None
    assert 0.6 <= found.interval_coverage <= 0.95
    assert found.interest_hit_rate is not None
    assert found.interest_hit_rate >= 0.65
    for signal in ("strength", "weakness"):
        told = signals[signal]
        assert told.precision is not None, signal
        assert told.share_true is not None, signal
        assert told.precision > 1.25 * told.share_true, told


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
    found = compare(simulated.truth, constant, [])
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
    said = [EmittedSignal(identifier, kind, skill, None) for identifier, skill in pairs for kind in _SIGNALS]
    for everything, recall in ((said, 1.0), ([], 0.0)):
        found = [
            *compare_signals(simulated.truth, everything, pairs, thresholds=Thresholds()),
            compare_engagement(simulated.truth, everything, day=21),
        ]
        assert {each.signal for each in found} == _SIGNALS
        assert sum(each.n_true > 0 for each in found) >= 5
        for each in found:
            assert each.precision == (each.share_true if recall else None)
            assert each.recall == (recall if each.n_true else None)
