"""Fixtures for the tests of landing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.postgres)])
def warehouse_of_any_kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse, with each kind of catalogue."""
    postgres = request.getfixturevalue("database") if request.param == "PostgreSQL" else None
    with Warehouse(tmp_path / "warehouse", postgres=postgres) as opened:
        yield opened


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened
