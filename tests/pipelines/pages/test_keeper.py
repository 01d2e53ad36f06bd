"""What goes on beside the pages."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.reading_copy import CopyMissingError
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from tests.conftest import _NOW


def test_pages_start_before_the_first_statement(tmp_path: Path) -> None:
    """Where there is no warehouse yet they serve, and say that there is nothing: whoever starts all at once waits."""
    with (
        ReadModelKeeper(Settings(warehouse=tmp_path / "none"), clock=lambda: _NOW) as keeper,
        pytest.raises(CopyMissingError, match="nothing has been computed yet"),
    ):
        keeper.model()
