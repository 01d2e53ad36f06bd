"""Fixtures for the tests of landing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.warehouse.connection import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened
