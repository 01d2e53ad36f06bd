"""Fixtures for the tests of converting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened
