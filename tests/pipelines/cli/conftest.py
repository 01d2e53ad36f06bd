"""A quiet place to run commands in: an empty folder, no settings from outside, the small class at hand."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import SmallClass
from tests.pipelines.cli.answered import answered_once


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, without settings of the machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNLOOM_WAREHOUSE", raising=False)


@pytest.fixture
def school(small_class: SmallClass, monkeypatch: pytest.MonkeyPatch) -> SmallClass:
    """The small class as the warehouse that commands find: to be read only."""
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(small_class.folder))
    return small_class


@pytest.fixture
def own_school(small_class: SmallClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallClass:
    """A copy of the small class that a test may change."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(folder))
    return small_class._replace(folder=folder)


@pytest.fixture
def answered(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two answers each of s0, s1 and s2, refreshed, in the warehouse that commands find by themselves."""
    shutil.copytree(answered_once(tmp_path_factory), tmp_path / "learnloom-warehouse")
