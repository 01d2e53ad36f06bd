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


def made_class(factory: pytest.TempPathFactory, *, students: int, faults: float = 0.1) -> Path:
    """The folder of a refreshed class, which is made once in a run of tests: copy it, never write to it."""

    def make(folder: Path) -> None:
        lines = lines_of(folder / "class", students=students, faults=faults)
        with Warehouse(folder / "warehouse") as warehouse:
            land(warehouse, folder / "all.jsonl", lines)
            assert refreshed(warehouse).students == students

    return made_once(factory, f"refreshed-{students}-{faults}", make)


@pytest.fixture
def refreshed_class(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> RefreshedClass:
    """Gives copies of refreshed classes; for what begins where the first refresh has ended."""

    def give(*, students: int, faults: float = 0.1) -> Refreshed:
        made = made_class(tmp_path_factory, students=students, faults=faults)
        shutil.copytree(made, tmp_path, dirs_exist_ok=True)
        lines = (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)
        return Refreshed(tmp_path / "warehouse", lines, tmp_path / "class" / SKILL_MAP)

    return give
