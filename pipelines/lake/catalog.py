"""The SQLite file that is the catalogue, before DuckLake has opened it."""

import sqlite3
from pathlib import Path


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
