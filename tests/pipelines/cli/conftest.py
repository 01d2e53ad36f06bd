"""A quiet place to run commands in: an empty folder, no settings from outside, the small class at hand."""

from pathlib import Path

import pytest

from tests.conftest import SmallClass


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
