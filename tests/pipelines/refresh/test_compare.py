"""Two model versions on the same answers: who has seen what is said, and the worse one is found."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.refresh import holdout
from learnloom.pipelines.refresh.compare import VersionComparison, compare_versions
from learnloom.pipelines.refresh.errors import NoSuchVersionError
from learnloom.pipelines.refresh.train import train_version
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, land, lines_of, refreshed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compare")]

_TURNED = '{"intercept": -1.0, "slope": -0.5}'
"""Says the contrary of what comes."""


@pytest.fixture(scope="module")
def compared_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: 1 as of the first week, turned round; 2 as of the second."""
    place = tmp_path_factory.mktemp("compared")
    with Warehouse(place / "warehouse") as opened:
        land(opened, place / "all.jsonl", lines_of(place / "class", students=32))
        refreshed(opened, day=LAST_DAY - dt.timedelta(days=7))
        opened.run(f"UPDATE {LAKE}.estimates.model_version SET head = '{_TURNED}'")
        refreshed(opened)
        train_version(opened, SETTINGS, clock=lambda: NOW + dt.timedelta(minutes=1))
    return place / "warehouse"


def _compared(place: Path, one: int, other: int) -> VersionComparison:
    with Warehouse(place, read_only=True) as opened:
        return compare_versions(opened, one, other)


@pytest.mark.long
def test_the_better_version_is_found(compared_place: Path) -> None:
    """Beside one that says the contrary of what comes, a version is surely better by every measure."""
    found = _compared(compared_place, 1, 2)
    log_loss, auc, ece = found.measures
    for measure, sign in ((log_loss, -1.0), (auc, 1.0), (ece, -1.0)):
        assert measure.difference is not None
        assert measure.standard_error is not None
        assert sign * measure.difference > 2.0 * measure.standard_error > 0.0


@pytest.mark.long
def test_what_each_has_seen_is_counted(compared_place: Path) -> None:
    """The version of the second week has seen all answers, that of the first only the first week's."""
    found = _compared(compared_place, 1, 2)
    assert not found.are_new
    assert found.other.n_seen == found.n_answers == found.other.version.n_answers
    # Some answers of the first week are voided in the second: they are no longer there to judge by.
    assert 0.9 * found.one.version.n_answers < found.one.n_seen <= found.one.version.n_answers
    assert found.one.n_seen < found.n_answers


@pytest.mark.long
def test_answers_that_neither_has_seen_judge_alone(
    compared_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where enough answers came after both were fitted, they alone are counted, and nobody has seen any."""
    monkeypatch.setattr(holdout, "_NEW_ANSWERS", 50)
    monkeypatch.setattr(holdout, "_NEW_STUDENTS", 5)
    all_answers = _compared(compared_place, 1, 2)
    found = _compared(compared_place, 1, 1)
    assert found.are_new
    assert (found.one.n_seen, found.other.n_seen) == (0, 0)
    assert found.n_answers == all_answers.n_answers - all_answers.one.n_seen


def test_an_unknown_version_is_named(refreshed_class: RefreshedClass) -> None:
    """A version that does not exist is refused with those that do."""
    with pytest.raises(NoSuchVersionError, match=r"no model version 7: choose two of 1$"):
        _compared(refreshed_class(students=3).folder, 1, 7)
