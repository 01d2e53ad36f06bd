"""Where DuckDB puts what does not fit into memory."""

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.fence import try_lock

_PREFIX: Final = "learnloom-spill-"
_LOCK: Final = ".lock"
_held: Final[list[Callable[[], None]]] = []
"""What lets go of the locks of this process: they are held until it ends, however it ends."""


def spill_folder(*, is_locked: bool) -> Path:
    """Name a folder below that for temporary files (TMPDIR) that nobody else has; DuckDB makes and removes it.

    By its default all processes that were started in one folder would share `.tmp` there. Two that spill at once write
    into each other's files: both end by a segmentation fault, with DuckDB 1.5.5.

    Args:
        is_locked: let others see by a lock whether this process lives, and remove what dead ones have left. Loading
            what locks takes a tenth of a second, for which readers, who seldom spill, need not wait.
    """
    parent = Path(tempfile.gettempdir())
    return parent / f"{_locked_name(parent) if is_locked else _PREFIX}{uuid.uuid4().hex}"


@cache
def _locked_name(parent: Path) -> str:
    """How the names of this process's folders begin, beside its lock file of that name."""
    name = f"{_PREFIX}{uuid.uuid4().hex}"
    lock = parent / f"{name}{_LOCK}"
    with suppress(OSError):  # others will not remove what it leaves
        _remove_left(parent)
        if let_go := try_lock(lock):
            _held.append(let_go)
            atexit.register(lock.unlink, missing_ok=True)
    return f"{name}-"


def _remove_left(parent: Path) -> None:
    """Remove what processes that are dead had spilled."""
    for lock in parent.glob(f"{_PREFIX}*{_LOCK}"):
        with suppress(OSError):  # another user's
            if let_go := try_lock(lock):
                for folder in parent.glob(f"{lock.stem}-*"):
                    shutil.rmtree(folder, ignore_errors=True)
                lock.unlink()
                let_go()
