"""What goes on beside the pages."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import CopyMissingError, write_copy
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from learnloom.pipelines.pages.model import FOLDER
from tests.conftest import _NOW, SmallClass


def test_pages_start_before_the_first_statement(tmp_path: Path) -> None:
    """Where there is no warehouse yet they serve, and say that there is nothing: whoever starts all at once waits."""
    with (
        ReadModelKeeper(Settings(warehouse=tmp_path / "none"), clock=lambda: _NOW) as keeper,
        pytest.raises(CopyMissingError, match="nothing has been computed yet"),
    ):
        keeper.model()


@pytest.mark.parametrize("gone", ["COLUMN own_key", None])
def test_pages_start_on_tables_of_the_release_before(
    gone: str | None, small_class: SmallClass, tmp_path: Path
) -> None:
    """After an upgrade they say that there is nothing, and look until a refresh has made the tables anew."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    with Warehouse(folder) as warehouse:
        _copy_of_another_release(warehouse, folder, "{}-a5137ebd")
        table = "lake.staging.stg_identifier" if gone else "lake.feedback.teacher_message"
        warehouse.run(f"ALTER TABLE {table} DROP {gone}" if gone else f"DROP TABLE {table}")
    with (
        ReadModelKeeper(Settings(warehouse=folder), clock=lambda: _NOW) as keeper,
        pytest.raises(CopyMissingError),
    ):
        keeper.model()


@pytest.mark.parametrize("name", ["{}-a5137ebd", "{}-000003-a5137ebd"])
def test_a_read_model_of_another_release_is_not_read(
    name: str, small_class: SmallClass, tmp_path: Path
) -> None:
    """After an upgrade they write one of their own, and read that one, whatever the other is called."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    with Warehouse(folder) as warehouse:
        _copy_of_another_release(warehouse, folder, name)
    with ReadModelKeeper(Settings(warehouse=folder), clock=lambda: _NOW) as keeper:
        assert keeper.model().one("SELECT n_students FROM about")


def _copy_of_another_release(warehouse: Warehouse, folder: Path, name: str) -> None:
    """Write a read model of the last refresh that has not what these pages ask for."""
    ((refreshed_at,),) = warehouse.rows("SELECT refreshed_at FROM run.refresh_state")
    refreshed = f"{refreshed_at.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}"
    write_copy(warehouse, folder / FOLDER, name.format(refreshed), {"other": "SELECT 1 AS n"})
