"""The SQLite file that is the catalogue, before DuckLake has opened it."""

import sqlite3
from pathlib import Path
from typing import Final

_LAID_DOWN: Final[set[tuple[int, int]]] = set()
"""Catalogues that this process has found or made, by device and inode.

Of these none is opened here again: Python and DuckDB have an SQLite each, and POSIX locks are the process's. So the one
does not see that the other has the file open, and as the last to close it, so it takes it, does away with the WAL.
"""


def create_catalog(catalog: Path) -> None:
    """Lay down an empty SQLite file in WAL mode: with a rollback journal readers stall writers for seconds."""
    connection = sqlite3.connect(catalog)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def is_laid_down(catalog: Path) -> bool:
    """Whether DuckLake has made its tables in the catalogue yet."""
    if not catalog.exists() or not catalog.stat().st_size:
        # Not to be touched: who sets its journal mode must be alone with it.
        return False
    if _identity(catalog) in _LAID_DOWN:
        return True
    connection = sqlite3.connect(catalog)
    try:
        return bool(
            connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ducklake_metadata'").fetchall()
        )
    except sqlite3.OperationalError:
        # Locked: somebody is just doing so.
        return False
    except sqlite3.DatabaseError:
        # No SQLite file at all: attaching it says so.
        return True
    finally:
        connection.close()


def note_laid_down(catalog: Path) -> None:
    """Take note that DuckLake has opened the catalogue in this process, and so has made its tables."""
    _LAID_DOWN.add(_identity(catalog))


def _identity(catalog: Path) -> tuple[int, int]:
    found = catalog.stat()
    return found.st_dev, found.st_ino
