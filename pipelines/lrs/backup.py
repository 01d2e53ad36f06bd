"""A backup of the warehouse with the store of `learnloom lrs`, and the way back.

The store is copied first, the catalogue after it: what the copy of the journal lacks has landed in the copy of the
warehouse, and the restored journal goes on above it (source.py). The other way round, entries might have let go of
their bytes that the older catalogue has not. Of a store in PostgreSQL the attachments are copied, and its tables
are backed up with the database that holds them.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.backup import BackedUp, back_up, copy_beside, restore
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lrs import attachments
from learnloom.pipelines.lrs.sqlite import FILE
from learnloom.pipelines.lrs.store import FOLDER


def back_up_all(warehouse: Warehouse, target: str | Path, access: S3 | None = None) -> BackedUp:
    """Copy the store's files, where there are any, and the warehouse, while others read and write; as `back_up`."""
    source, kept = warehouse.folder / FOLDER, _beside(target)
    with tempfile.TemporaryDirectory(prefix="learnloom-backup-") as folder:
        if (source / FILE).exists():
            with (
                closing(sqlite3.connect(source / FILE)) as store,
                closing(sqlite3.connect(Path(folder) / FILE)) as copy,
            ):
                store.backup(copy)
        # Attachments are written before the entry that names them: those of the copy are all there.
        place = warehouse.place
        attached = copy_beside(
            place, source, kept, access, pattern=f"{attachments.FOLDER}/??/{attachments.NAMES}"
        )
        landed = back_up(warehouse, target, access)
        copy_beside(place, folder, kept, access, pattern=FILE, anew=True)
    return BackedUp(*map(sum, zip(attached, landed, strict=True)))


def restore_all(source: str | Path, place: Place, access: S3 | None = None) -> BackedUp:
    """Copy a backup, and the store in it, to a place where no warehouse stands; as `restore`."""
    done = restore(source, place, access)
    copy_beside(place, _beside(source), place.folder / FOLDER, access, pattern="*")
    return done


def _beside(where: str | Path) -> str:
    """Where a backup keeps the store."""
    return f"{str(where).rstrip('/')}/{FOLDER}/"
