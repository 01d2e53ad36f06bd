"""A refreshed class to change, of which the first landing and the first refresh are done once in a run of tests."""

import shutil
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.simulate.run import SKILL_MAP
from tests.once import made_once
from tests.pipelines.refresh.school import land, lines_of, refreshed


class Refreshed(NamedTuple):
    """What `refreshed_class` gives."""

    folder: Path
    """A warehouse of one's own, in which all lines stand landed and refreshed as of the last day."""
    lines: list[bytes]
    skill_map: Path
    """Not imported."""


class RefreshedClass(Protocol):
    """Gives a copy of a class of that kind."""

    def __call__(self, *, students: int, faults: float = 0.1) -> Refreshed:
        """The warehouse is `tmp_path / "warehouse"`: one for each test."""


@pytest.fixture
def refreshed_class(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> RefreshedClass:
    """Gives copies of refreshed classes; for what begins where the first refresh has ended."""

    def make(folder: Path, students: int, faults: float) -> None:
        lines = lines_of(folder / "class", students=students, faults=faults)
        with Warehouse(folder / "warehouse") as warehouse:
            land(warehouse, folder / "all.jsonl", lines)
            refreshed(warehouse)

    def give(*, students: int, faults: float = 0.1) -> Refreshed:
        name = f"refreshed-{students}-{faults}"
        made = made_once(tmp_path_factory, name, lambda folder: make(folder, students, faults))
        shutil.copytree(made, tmp_path, dirs_exist_ok=True)
        lines = (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)
        return Refreshed(tmp_path / "warehouse", lines, tmp_path / "class" / SKILL_MAP)

    return give
