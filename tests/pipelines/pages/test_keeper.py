"""What goes on beside the pages."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import CopyMissingError
from learnloom.pipelines.pages.keeper import ReadModelKeeper
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
    """After an upgrade they serve what they have, and look until a refresh has made the tables anew."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    with Warehouse(folder) as warehouse:
        table = "lake.staging.stg_identifier" if gone else "lake.feedback.teacher_message"
        warehouse.run(f"ALTER TABLE {table} DROP {gone}" if gone else f"DROP TABLE {table}")
    with (
        ReadModelKeeper(Settings(warehouse=folder), clock=lambda: _NOW) as keeper,
        pytest.raises(CopyMissingError),
    ):
        keeper.model()
