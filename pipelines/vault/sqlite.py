"""The vault as an SQLite file, for its owner alone.

`secure_delete` overwrites what is deleted, and a rollback journal is removed at the commit: what is forgotten is in the
file no more. Copies of the file and of the disk are not in its reach.
"""

import sqlite3
from pathlib import Path
from typing import Any

from learnloom.pipelines.lrs.database import Rows
from learnloom.pipelines.vault.database import TABLES
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.owned import open_owned


class SqliteVault:
    """A file; for one thread."""

    def __init__(self, file: Path, *, creates: bool = False) -> None:
        """Open it.

        Args:
            file: where it is.
            creates: make one where there is none, for its owner alone.

        Raises:
            VaultError: there is none, or it cannot be opened.
        """
        if not creates and not file.exists():
            raise VaultError(f"there is no vault at {file}: `learnloom vault import` makes one")
        try:
            self._connection = open_owned(
                file,
                f"PRAGMA secure_delete=ON; PRAGMA journal_mode=DELETE; PRAGMA foreign_keys=ON; {TABLES}",
                creates=creates,
            )
        except (sqlite3.Error, OSError) as error:
            raise VaultError(f"the vault {file} cannot be opened: {error}") from error
        # As PostgreSQL has it.
        self._connection.create_function(
            "strpos", 2, lambda text, part: text.find(part) + 1, deterministic=True
        )

    def execute(self, sql: str, values: Any = (), /) -> Rows:
        """Run one statement.

        Raises:
            VaultError: another process writes for too long, the file may only be read, or the disk is full.
        """
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise VaultError(f"the vault cannot be used: {error}") from error

    def begin(self) -> None:
        """Begin to write, alone of all writers."""
        self.execute("BEGIN IMMEDIATE")

    def commit(self, *, overwrites: bool) -> None:
        """Let what was written be there; with `overwrites` pages that are free go back to the disk, too."""
        self.execute("COMMIT")
        if overwrites:
            self.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
