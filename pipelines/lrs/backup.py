"""A backup of the warehouse with the store of `learnloom lrs`.

The store is copied first, the catalogue after it: what the copy of the journal lacks has landed in the copy of the
warehouse, and the restored journal goes on above it (source.py). The other way round, entries might have let go of
their bytes that the older catalogue has not.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from learnloom.pipelines.lake.backup import PART, BackedUp, back_up, check_target, copy_files
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lrs import attachments
from learnloom.pipelines.lrs.sqlite import FILE
from learnloom.pipelines.lrs.store import FOLDER


def back_up_all(warehouse: Warehouse, target: Path) -> BackedUp:
    """Copy the store, where there is one, and the warehouse to a folder, while others read and write.

    To restore, copy the folder to where the warehouse shall stand, or point LEARNLOOM_WAREHOUSE at it.

    Raises:
        BackupError: the catalogue is in PostgreSQL, and the store with it: back both up by its own means, then the
            files; or the target is the warehouse itself.
    """
    check_target(warehouse, target)
    source, copy = warehouse.folder / FOLDER, target / FOLDER
    if not (source / FILE).exists():
        return back_up(warehouse, target)
    copy.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = copy / f"{FILE}{PART}"
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(source / FILE)) as store, closing(sqlite3.connect(part)) as copied:
        store.backup(copied)
    # Attachments are written before the entry that names them, and never change: those of the copy are all there.
    attached = copy_files(source / attachments.FOLDER, copy / attachments.FOLDER, attachments.NAMES)
    landed = back_up(warehouse, target)
    part.replace(copy / FILE)
    return BackedUp(*map(sum, zip(attached, landed, strict=True)))
