"""Where DuckDB puts what does not fit into memory."""

import tempfile
import uuid
from pathlib import Path
from typing import Final

_PREFIX: Final = "learnloom-spill-"


def spill_folder() -> Path:
    """Name a folder below that for temporary files (TMPDIR) that nobody else has; DuckDB makes and removes it.

    By its default all processes that were started in one folder would share `.tmp` there. Two that spill at once write
    into each other's files: both end by a segmentation fault, with DuckDB 1.5.5.
    """
    return Path(tempfile.gettempdir()) / f"{_PREFIX}{uuid.uuid4().hex}"
