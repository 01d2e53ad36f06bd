"""A warehouse that is kept open from run to run."""

from pathlib import Path

import duckdb
import pytest

from learnloom.flows.kept import KeptWarehouse
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run


def test_it_stays_open_until_an_error(tmp_path: Path) -> None:
    """Uses share one connection, each signs as itself; after an error the next one has another."""
    kept = KeptWarehouse(Settings(warehouse=tmp_path / "warehouse"))
    with pytest.raises(WarehouseMissingError), kept.opened():
        pass
    open_to_write(Settings(warehouse=tmp_path / "warehouse")).close()
    with kept.opened(Run("1", "flow refresh")) as first:
        assert first.signed_by == Run("1", "flow refresh")
    with kept.opened(Run("2", "flow deliver")) as again:
        assert again is first
    with pytest.raises(duckdb.Error), kept.opened() as again:
        again.rows("SELECT * FROM absent")
    with kept.opened() as another:
        assert another is not first
        assert another.rows("SELECT 1") == [(1,)]
    kept.close()
