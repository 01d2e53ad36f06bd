"""A warehouse for tests of rosters."""

from collections.abc import Iterator

import pytest

from learnloom.pipelines.lake.connection import Warehouse


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One warehouse for all tests of this module."""
    with Warehouse(tmp_path_factory.mktemp("roster") / "warehouse") as opened:
        yield opened


@pytest.fixture
def warehouse(shared: Warehouse) -> Iterator[Warehouse]:
    """A warehouse in which nothing was told."""
    yield shared
    tables = shared.rows(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'lake'"
    )
    with shared.transaction():
        for (table,) in tables:
            shared.run(f"DROP TABLE {table}")
