"""Where a warehouse stands: a folder of Parquet files, and the catalogue that says which of them count."""

import re
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.lake.catalog import is_laid_down
from learnloom.pipelines.lake.extensions import quoted

CATALOG_FILE = "catalog.sqlite"
DATA_FOLDER = "data"
_PASSWORD = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)|(://[^:/@\s]*:)[^@\s]*(@)", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
_IN_URI = re.compile(r"\w+://[^:/@\s]*:(.*)@", re.DOTALL)


class Place(NamedTuple):
    """A folder, and its catalogue: an SQLite file within it, or a PostgreSQL database that several machines share."""

    folder: Path
    postgres: str | None = None
    """Connection string as libpq takes it (postgresql://… or key=value); None: SQLite."""

    def __str__(self) -> str:
        """Say where it stands, without secrets."""
        return f"{self.folder}" if self.postgres is None else f"{self.folder} (catalogue in PostgreSQL)"

    @property
    def sqlite(self) -> Path:
        """The SQLite catalogue, where it is one."""
        return self.folder / CATALOG_FILE

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions to load, in this order."""
        return ("sqlite_scanner" if self.postgres is None else "postgres_scanner", "ducklake")

    @property
    def data(self) -> str:
        """Where its Parquet files lie, with a slash at the end: those of a table in `layer/table/`."""
        return f"{self.folder.resolve() / DATA_FOLDER}/"

    def attach_sql(self, name: str, *, read_only: bool, snapshot: int | None = None) -> str:
        """Give the statement that attaches the warehouse under `name`, as it is or as it was at a snapshot."""
        catalog = f"sqlite:{self.sqlite.resolve()}" if self.postgres is None else f"postgres:{self.postgres}"
        options = [
            f"DATA_PATH {quoted(self.data)}",
            "OVERRIDE_DATA_PATH true",
        ]
        if read_only:
            options += ["READ_ONLY", "CREATE_IF_NOT_EXISTS false"]
        if snapshot is not None:
            options.append(f"SNAPSHOT_VERSION {snapshot}")
        return f"ATTACH {quoted(f'ducklake:{catalog}')} AS {name} ({', '.join(options)})"

    def may_stand(self) -> bool:
        """Whether there may be a warehouse: of one in PostgreSQL only attaching it tells."""
        return self.postgres is not None or self.sqlite.exists()

    def stands(self) -> bool:
        """Whether the catalogue's tables are known to have been made."""
        return self.postgres is None and is_laid_down(self.sqlite)

    def scrubbed(self, text: str) -> str:
        """Take the connection string and passwords out of a message."""
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
