"""SQLite files that are their owner's alone."""

import sqlite3
from pathlib import Path
from typing import Final

_OWNER_ONLY: Final = 0o600
_BUSY_SECONDS: Final = 10.0


def open_owned(file: Path, script: str, *, creates: bool = True) -> sqlite3.Connection:
    """Open a file and run a script in it.

    Args:
        file: where it is.
        script: pragmas, and tables that may be missing.
        creates: make the file for its owner alone, where there is none.

    Raises:
        sqlite3.Error, OSError: it cannot be opened.
    """
    if creates and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(_OWNER_ONLY, exist_ok=True)
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.executescript(script)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
