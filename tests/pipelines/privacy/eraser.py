"""A process of its own that erases and says which step it does, so that a test can kill it there."""

import sys
from pathlib import Path

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.erase_run import Erasing
from tests.pipelines.privacy.making import NOW, settings_of


def _tell(step: str) -> None:
    sys.stdout.write(step + "\n")
    sys.stdout.flush()


def erasing(folder: Path) -> None:
    """Take out of files whoever is hidden, telling each step."""
    with Warehouse(folder, lock_wait_seconds=20) as warehouse:
        Erasing(warehouse, settings_of(warehouse), clock=lambda: NOW, at_once=True, on_progress=_tell).run()
    _tell("done")
