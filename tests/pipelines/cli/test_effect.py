"""`learnloom effect`: what followed signals of a kind, for people and for machines."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.evaluate.effect import Effect
from learnloom.pipelines.lake.connection import Warehouse
from tests.conftest import SmallClass, refresh_to
from tests.pipelines.cli.shell import learnloom


@pytest.fixture(scope="module")
def later(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small class three weeks later: what was said of it has had its two weeks."""
    folder = small_class.copy_to(tmp_path_factory.mktemp("later") / "warehouse")
    with Warehouse(folder) as warehouse:
        refresh_to(warehouse, small_class.day + dt.timedelta(days=21))
    return folder


def test_machines_get_every_kind_and_outcome(later: Path) -> None:
    """With --json each effect is an object under the names of its figures, kinds without figures included."""
    found = learnloom("effect", "--json", "--warehouse", str(later)).values()
    assert {tuple(row) for row in found} == {Effect._fields}
    assert len({row["outcome"] for row in found}) == 5
    assert len(found) == 5 * len({(row["signal_kind"], row["audience"]) for row in found})


def test_a_kind_is_shown_with_what_is_unknown(later: Path) -> None:
    """One kind is shown with all of its outcomes, for one audience, and the reader is told where figures lack."""
    ran = learnloom("effect", "--kind", "mastery", "--audience", "student", "--warehouse", str(later))
    assert ran.code == Exit.DONE
    assert "active_seconds" in ran.out
    assert "student" in ran.out
    assert "teacher" not in ran.out
    assert "too few comparable students" in ran.out


def test_before_two_weeks_there_is_nothing(small_class: SmallClass) -> None:
    """In the first two weeks the command says that nothing can be compared yet."""
    ran = learnloom("effect", "--warehouse", str(small_class.folder))
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert ran.out.startswith("No such signal is older than two weeks")


def test_without_draws_the_reader_is_told_the_setting(later: Path) -> None:
    """Where nothing was withheld, --withheld says how it would be."""
    ran = learnloom("effect", "--withheld", "--warehouse", str(later))
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert "holdout.shares" in ran.out


def test_no_audience_is_passed_over_in_silence(small_class: SmallClass) -> None:
    """What is withheld is withheld from everybody: --audience besides is refused."""
    ran = learnloom("effect", "--withheld", "--audience", "teacher", "--warehouse", str(small_class.folder))
    assert ran.code == Exit.USAGE
    assert "--audience" in ran.err
