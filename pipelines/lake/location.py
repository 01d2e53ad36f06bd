"""Where a warehouse stands: Parquet files, in a folder or on an object store, and the catalogue of those that count."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from learnloom.pipelines.lake.catalog import is_laid_down
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.object_store import SCHEME, ObjectStore
from learnloom.pipelines.lake.student_secret import FILE as SECRET_FILE

CATALOG_FILE = "catalog.sqlite"
DATA_FOLDER = "data"
_LOCK_SECONDS = 10
"""How long a commit waits in PostgreSQL for another's; done again then, it ends one that is paused (fence.py)."""
_PASSWORD = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)|(://[^:/@\s]*:)[^@\s]*(@)", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
_IN_URI = re.compile(r"\w+://[^:/@\s]*:(.*)@", re.DOTALL)


def left_of(database: Path) -> list[Path]:
    """What stands of an SQLite database, be it only a log: SQLite would play it into what is put in its place."""
    named = (database.with_name(f"{database.name}{suffix}") for suffix in ("", "-wal", "-shm", "-journal"))
    return [path for path in named if path.exists()]


def _waiting(connection_string: str) -> str:
    """Add how long the server lets one writer wait for another, unless the string has options of its own."""
    if "options=" in connection_string:
        return connection_string
    option = f"-c lock_timeout={_LOCK_SECONDS}s"
    if "://" not in connection_string:
        return f"{connection_string} options='{option}'"
    return f"{connection_string}{'&' if '?' in connection_string else '?'}options={quote(option)}"


class Place(NamedTuple):
    """A folder, and its catalogue: an SQLite file within it, or a PostgreSQL database that several machines share."""

    folder: Path
    postgres: str | None = None
    """Connection string as libpq takes it (postgresql://… or key=value); None: SQLite."""

    store: ObjectStore | None = None
    """Where the data lie; None: in the folder."""

    secret: Path | None = None
    """File of the secret that makes the keys of students; None: in the folder."""

    def __str__(self) -> str:
        """Say where it stands, without secrets."""
        parts = [] if self.postgres is None else ["catalogue in PostgreSQL"]
        parts += [] if self.store is None else [f"data at {self.store.data_path}"]
        return f"{self.folder} ({', '.join(parts)})" if parts else f"{self.folder}"

    @property
    def sqlite(self) -> Path:
        """The SQLite catalogue, where it is one."""
        return self.folder / CATALOG_FILE

    @property
    def secret_file(self) -> Path:
        """Where the secret of student keys is, or is to be."""
        return self.secret or self.folder / SECRET_FILE

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions to load, in this order."""
        catalog = "sqlite_scanner" if self.postgres is None else "postgres_scanner"
        return (catalog, "ducklake") if self.store is None else (catalog, "httpfs", "ducklake")

    @property
    def data(self) -> str:
        """DuckLake's DATA_PATH, with a slash at the end: a table has its files in `layer/table/` below it."""
        return f"{self.folder.resolve() / DATA_FOLDER}/" if self.store is None else self.store.data_path

    def attach_sql(self, name: str, *, read_only: bool, creates: bool, snapshot: int | None = None) -> str:
        """Give the statement that attaches the warehouse under `name`, as it is or as it was at a snapshot.

        One that is absent it `creates`, or fails.
        """
        catalog = (
            f"sqlite:{self.sqlite.resolve()}"
            if self.postgres is None
            else f"postgres:{_waiting(self.postgres)}"
        )
        options = [
            f"DATA_PATH {quoted(self.data)}",
            "OVERRIDE_DATA_PATH true",
            f"CREATE_IF_NOT_EXISTS {str(creates).lower()}",
        ]
        if read_only:
            options.append("READ_ONLY")
        if snapshot is not None:
            options.append(f"SNAPSHOT_VERSION {snapshot}")
        return f"ATTACH {quoted(f'ducklake:{catalog}')} AS {name} ({', '.join(options)})"

    def names_in_catalogue(self, attached: str) -> str:
        """Give the query for the names of all tables in the catalogue, attached under that name.

        The server itself is asked: DuckDB lists hidden databases not at all, and PostgreSQL's as it saw them first.
        """
        if self.postgres is None:
            return f"FROM sqlite_query('{attached}', 'SELECT name FROM sqlite_master')"
        return f"FROM postgres_query('{attached}', 'SELECT tablename FROM pg_tables')"

    def may_stand(self) -> bool:
        """Whether there may be a warehouse: of one in PostgreSQL only attaching it tells."""
        return self.postgres is not None or self.sqlite.exists()

    def stands(self) -> bool:
        """Whether the catalogue's tables are known to have been made."""
        return self.postgres is None and is_laid_down(self.sqlite)

    def strayed_from(self, told: str) -> str | None:
        """What is wrong where the catalogue tells that the data lie elsewhere; None: they lie here.

        A folder may be moved with its catalogue. What is written to another store would be lost to everybody else.
        """
        if told == self.data or (self.store is None and not told.startswith(SCHEME)):
            return None
        return (
            f"the data of the warehouse {self.folder} lie at {told}, and the settings say {self.data}: "
            f"set LEARNLOOM_DATA_PATH{f'={told}' if told.startswith(SCHEME) else ' to nothing'}; to move them, make a "
            "backup and restore it (docs/how-to/object-store.md)"
        )

    def scrubbed(self, text: str) -> str:
        """Take the connection string, passwords and keys out of a message."""
        if self.store is not None:
            text = self.store.scrubbed(text)
        if self.postgres is not None:
            text = text.replace(self.postgres, "…")
            # Of a password whose @, / or % is not encoded, libpq quotes what it takes for host, port or token.
            text = _QUOTED.sub(lambda found: '"…"' if self._shows_password(found[1]) else found[0], text)
        return _PASSWORD.sub(lambda found: f"{found[1] or found[3]}…{found[4] or ''}", text)

    def _shows_password(self, part: str) -> bool:
        """Whether this is a part of the connection string that reaches into the password."""
        where = _IN_URI.match(self.postgres or "")
        at = (self.postgres or "").find(part)
        return where is not None and at >= 0 and at < where.end(1) and at + len(part) > where.start(1)
