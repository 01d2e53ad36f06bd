"""A copy of the warehouse that can be opened like the warehouse itself.

The catalogue is copied first, as of one moment; the files that it names never change, and stay for a day after
nothing needs them any more (maintain.py). So others may read and write meanwhile. A backup to the same folder again
copies only what is new.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.location import CATALOG_FILE, DATA_FOLDER

PART: Final = ".part"
"""Ends the names of files that are not whole yet."""
_COPY: Final = """
import sqlite3, sys
source, copy = (sqlite3.connect(path) for path in sys.argv[1:])
source.backup(copy)
copy.close()
source.close()
"""


class BackupError(WarehouseError):
    """No backup can be made."""


class BackedUp(NamedTuple):
    """What a backup did."""

    files: int
    """Files of data that the backup holds."""
    copied: int
    """Of them, those that were not there yet."""
    bytes_copied: int


def check_target(warehouse: Warehouse, target: Path) -> None:
    """See that a backup can be made.

    Raises:
        BackupError: the catalogue is in PostgreSQL, or the target is the warehouse itself.
    """
    if warehouse.place.postgres is not None:
        raise BackupError(
            "the catalogue is in PostgreSQL: back it up with pg_dump first, then copy the folder "
            f"{warehouse.folder} (docs/how-to/operate.md)"
        )
    if target.resolve() == warehouse.folder.resolve():
        raise BackupError(f"{target} is the warehouse itself: choose another folder")


def back_up(warehouse: Warehouse, target: Path) -> BackedUp:
    """Copy the warehouse to a folder; the catalogue appears there last, under its name.

    To restore, copy the folder to where the warehouse shall stand, or point LEARNLOOM_WAREHOUSE at it.

    Raises:
        BackupError: the catalogue is in PostgreSQL: back that up by its own means, then the files; or the target is
            the warehouse itself.
    """
    check_target(warehouse, target)
    target.mkdir(parents=True, exist_ok=True)
    catalogue = target / CATALOG_FILE
    part = catalogue.with_name(catalogue.name + PART)
    part.unlink(missing_ok=True)
    _copy_catalog(warehouse.place.sqlite, part)
    done = copy_files(warehouse.folder / DATA_FOLDER, target / DATA_FOLDER, "*.parquet")
    part.replace(catalogue)
    return done


def _copy_catalog(catalog: Path, part: Path) -> None:
    """Copy the catalogue as of one moment, in a process of its own.

    POSIX locks belong to a process: had this one opened and closed the file, DuckDB's locks on it would be gone, and
    perhaps its write-ahead log (see catalog.py).
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _COPY, str(catalog), str(part)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it was ended"])[-1]
        raise BackupError(f"the catalogue {catalog} could not be copied: {reason}")


def copy_files(source: Path, target: Path, pattern: str) -> BackedUp:
    """Copy files that never change once they are whole, those that are not there yet."""
    files = copied = size = 0
    for file in sorted(source.rglob(pattern)):
        place = target / file.relative_to(source)
        files += 1
        if place.exists() and place.stat().st_size == file.stat().st_size:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(place.name + PART)
        try:
            shutil.copy2(file, part)
        except FileNotFoundError:
            # Not needed any more since more than a day, and taken away just now: the catalogue does not name it.
            files -= 1
            continue
        part.replace(place)
        copied += 1
        size += place.stat().st_size
    return BackedUp(files, copied, size)
