"""A warehouse that is kept open from run to run."""

import logging
import threading
from pathlib import Path

import duckdb
import pytest

from learnloom.flows.kept import KeptWarehouse, opened
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.turns import REFRESH, turn


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


def test_a_run_waits_for_its_turn_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A run that is started while another process refreshes says what it waits for, and goes on when that has ended."""
    folder = tmp_path / "warehouse"
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(folder))
    open_to_write(Settings(warehouse=folder)).close()
    is_waiting, has_it = threading.Event(), threading.Event()

    def told(record: logging.LogRecord) -> bool:
        if "waits until the refresh" in record.getMessage():
            is_waiting.set()
        return True

    caplog.handler.addFilter(told)

    def run() -> None:
        with opened(Run("1", "flow refresh"), REFRESH):
            has_it.set()

    running = threading.Thread(target=run)
    with caplog.at_level(logging.INFO), turn(folder, REFRESH):
        running.start()
        assert is_waiting.wait(60)
        assert not has_it.is_set()
    assert has_it.wait(60)
    running.join()
