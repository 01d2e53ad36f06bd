"""What the vault asks of its database, which may be an SQLite file or PostgreSQL; SQL is written once for both."""

from typing import Any, Final, Protocol

from learnloom.pipelines.lrs.database import Rows

SETTING: Final = "LEARNLOOM_VAULT__DATABASE"
TABLES: Final = """
    CREATE TABLE IF NOT EXISTS person (
        person_id TEXT PRIMARY KEY, name TEXT, birth_year INTEGER, kept_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS alias (
        alias TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person, is_pseudonym INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS alias_of_person ON alias (person_id);
    CREATE TABLE IF NOT EXISTS consent (
        alias TEXT NOT NULL, purpose TEXT NOT NULL, is_given INTEGER NOT NULL, told_at TEXT NOT NULL,
        told_by TEXT NOT NULL, PRIMARY KEY (alias, purpose)
    ) WITHOUT ROWID;
"""


class VaultDatabase(Protocol):
    """Where the tables are; for one thread."""

    def execute(self, sql: str, values: Any = (), /) -> Rows:
        """Run one statement with its values, by place (`?`) or by name (`:name`)."""

    def begin(self) -> None:
        """Begin to write, alone of all writers; `commit` ends it, or ROLLBACK."""

    def commit(self, *, overwrites: bool) -> None:
        """Let what was written be there; with `overwrites` nothing of what was deleted stands in files after it."""

    def close(self) -> None:
        """Close it."""
