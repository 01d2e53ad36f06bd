"""An empty outbox, a receiver, a clock."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from tests.once import made_once
from tests.pipelines.deliver.make import Clock, prepared
from tests.pipelines.deliver.receiver import Receiver, receiving


@pytest.fixture(scope="session")
def empty_outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse to copy: making its tables takes longer than most tests."""

    def make(folder: Path) -> None:
        with Warehouse(folder / "warehouse") as made:
            prepared(made)

    return made_once(tmp_path_factory, "empty outbox", make) / "warehouse"


@pytest.fixture
def warehouse(empty_outbox: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse in which nothing stands yet."""
    with Warehouse(Path(shutil.copytree(empty_outbox, tmp_path / "warehouse"))) as made:
        yield made


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that takes everything until it is told otherwise."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with receiving() as started:
        yield started


@pytest.fixture
def clock() -> Clock:
    """A clock at noon."""
    return Clock()
