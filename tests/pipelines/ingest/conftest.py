"""Fixtures for the tests of landing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.connection import Warehouse
from tests.once import made_once


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.postgres)])
def warehouse_of_any_kind(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """An empty warehouse, with each kind of catalogue."""
    is_sqlite = request.param == "SQLite"
    folder = _empty(tmp_path_factory, tmp_path) if is_sqlite else tmp_path / "warehouse"
    postgres = None if is_sqlite else request.getfixturevalue("database")
    with Warehouse(folder, postgres=postgres) as opened:
        yield opened


@pytest.fixture
def warehouse(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse(_empty(tmp_path_factory, tmp_path)) as opened:
        yield opened


def _empty(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """Copy a warehouse with the tables of landing: to make them takes longer than to fill them."""

    def make(place: Path) -> None:
        with Warehouse(place / "warehouse") as made:
            landing_schema.prepare(made, wait_seconds=20)

    return Path(shutil.copytree(made_once(factory, "empty", make) / "warehouse", folder / "warehouse"))
