"""A process of its own that refreshes and says where it is, so that a test can kill it there."""

import datetime as dt
import sys
from pathlib import Path

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.pipelines.refresh.school import LAST_DAY, NOW


def _tell(stage: str) -> None:
    sys.stdout.write(stage + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, days, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    settings = Settings(warehouse=folder)
    day = LAST_DAY + dt.timedelta(days=days)
    with Warehouse(folder) as warehouse:
        request = RefreshRequest(end_of_day(day, "UTC"), full="full" in how)
        refresh(warehouse, settings, request, clock=lambda: NOW, on_progress=_tell)
    _tell("done")
