"""A process of its own that refreshes and says where it is, so that a test can kill it there."""

import sys
from pathlib import Path

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.pipelines.refresh.school import LAST_DAY, NOW


def _tell(stage: str) -> None:
    sys.stdout.write(stage + "\n")
    sys.stdout.flush()


def refreshing(folder: Path, *, full: bool = False) -> None:
    """Refresh as of the last day, telling each stage."""
    settings = Settings(warehouse=folder)
    with open_to_write(settings) as warehouse:
        request = RefreshRequest(end_of_day(LAST_DAY, "UTC"), full=full)
        refresh(warehouse, settings, request, clock=lambda: NOW, on_progress=_tell)
    _tell("done")
