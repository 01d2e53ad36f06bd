"""A process of its own that delivers to a webhook, so that a test can kill it."""

import sys
from pathlib import Path

from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.deliver.make import Clock, delivered, webhook

if __name__ == "__main__":
    with Warehouse(Path(sys.argv[1])) as warehouse:
        delivered(warehouse, Clock(), webhook(sys.argv[2]))
