"""What is true of a simulated class is found again by the whole path, within the bounds stated here."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.cli.demo import recovery_of
from pipelines.simulate.config import SimulationConfig
from pipelines.simulate.recovery import Estimated, compare
from pipelines.simulate.run import simulate
from pipelines.warehouse.connection import Warehouse
from tests.conftest import land, refresh_to


@pytest.mark.parametrize("seed", [11, 12])
def test_the_truth_is_recovered(tmp_path: Path, seed: int) -> None:
    """Mastery correlates with the truth by .75 or more, eight of ten intervals hold it, and more is found again."""
    config = SimulationConfig(seed=seed, students=80)
    simulated = simulate(config, tmp_path / "class")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, simulated.statements)
        refresh_to(warehouse, config.start + dt.timedelta(days=config.days - 1))
        found = recovery_of(warehouse, simulated.truth)
    assert found.n_estimates > 400
    assert found.mastery_correlation is not None
    assert found.mastery_correlation >= 0.75
    assert found.mastery_mean_error is not None
    assert found.mastery_mean_error <= 0.1
    assert found.mastery_rank_correlation_within_student is not None
    assert found.mastery_rank_correlation_within_student >= 0.45
    assert found.interval_coverage is not None
    assert 0.75 <= found.interval_coverage <= 0.85
    assert found.interest_hit_rate is not None
    assert found.interest_hit_rate >= 0.65
    assert found.wheel_spinners_found is not None
    assert found.wheel_spinners_found >= 0.5


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
