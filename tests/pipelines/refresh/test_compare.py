"""Two model versions on the same answers: who has seen what is said, and the worse one is found."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.refresh import holdout
from learnloom.pipelines.refresh.compare import VersionComparison, compare_versions
from learnloom.pipelines.refresh.errors import NoSuchVersionError
from tests.pipelines.refresh.conftest import made_class
from tests.pipelines.refresh.school import LAST_DAY, refreshed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compare")]

_TURNED = '{"intercept": -1.0, "slope": -0.5}'
"""Says the contrary of what comes."""


@pytest.fixture(scope="module")
def compared_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: 1 as of the second week; 2 as of the first, turned round."""
    place = tmp_path_factory.mktemp("compared")
    shutil.copytree(made_class(tmp_path_factory, students=12), place, dirs_exist_ok=True)
    with Warehouse(place / "warehouse") as opened:
        refreshed(opened, day=LAST_DAY - dt.timedelta(days=7), refit=True)
        opened.run(f"UPDATE {LAKE}.estimates.model_version SET head = '{_TURNED}' WHERE model_version = 2")
        refreshed(opened)
    return place / "warehouse"


def _compared(place: Path, one: int, other: int) -> VersionComparison:
    with Warehouse(place, read_only=True) as opened:
        return compare_versions(opened, one, other)


@pytest.mark.long
def test_the_better_version_is_found(compared_place: Path) -> None:
    """Beside one that says the contrary of what comes, a version is surely better by every measure."""
    found = _compared(compared_place, 2, 1)
    log_loss, auc, ece = found.measures
    for measure, sign in ((log_loss, -1.0), (auc, 1.0), (ece, -1.0)):
        assert measure.difference is not None
        assert measure.standard_error is not None
        assert sign * measure.difference > 2.0 * measure.standard_error > 0.0


def test_what_each_has_seen_is_counted(compared_place: Path) -> None:
    """The version of the second week has seen all answers, that of the first only the first week's."""
    found = _compared(compared_place, 2, 1)
    assert not found.are_new
    assert found.other.n_seen == found.n_answers == found.other.version.n_answers
    # Some answers of the first week are voided in the second: they are no longer there to judge by.
    assert 0.9 * found.one.version.n_answers < found.one.n_seen <= found.one.version.n_answers
    assert found.one.n_seen < found.n_answers


def test_answers_that_neither_has_seen_judge_alone(
    compared_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where enough answers came after both were fitted, they alone are counted, and nobody has seen any."""
    monkeypatch.setattr(holdout, "_NEW_ANSWERS", 50)
    monkeypatch.setattr(holdout, "_NEW_STUDENTS", 5)
    all_answers = _compared(compared_place, 2, 1)
    found = _compared(compared_place, 2, 2)
    assert found.are_new
    assert (found.one.n_seen, found.other.n_seen) == (0, 0)
    assert found.n_answers == all_answers.n_answers - all_answers.one.n_seen


def test_an_unknown_version_is_named(compared_place: Path) -> None:
    """A version that does not exist is refused with those that do."""
    with pytest.raises(NoSuchVersionError, match="no model version 7: choose two of 1, 2"):
        _compared(compared_place, 1, 7)
