"""Files below a folder or a prefix of an object store: listed, and copied from one to the other by DuckDB."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from learnloom.pipelines.lake.extensions import load_sql, quoted
from learnloom.pipelines.lake.object_store import SCHEME, ObjectStore

MOST_BYTES: Final = (1 << 32) - 1
"""Of a file that goes to or comes from an object store: DuckDB's `read_blob` holds it as one value."""
_PART: Final = ".part"


class Files:
    """Copies files between roots: a root is a folder or s3://bucket/prefix, with a slash at its end."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """`connection` reaches the stores that are named later: `copying` makes one."""
        self._connection = connection

    def sizes(self, root: str) -> dict[str, int]:
        """Bytes of each file by its name below the root."""
        if not root.startswith(SCHEME):
            folder = Path(root)
            found = ((str(each.relative_to(folder)), each) for each in folder.rglob("*") if each.is_file())
            return {name: each.stat().st_size for name, each in found}
        listed = self._connection.execute("SELECT filename, size FROM read_blob(?)", [f"{root}**"]).fetchall()
        return {name[len(root) :]: size for name, size in listed}

    def copy(self, name: str, source: str, target: str) -> None:
        """Copy a file to the same name; it appears under it when it is whole. One file at a time is held in memory."""
        here = f"{target}{name}"
        if target.startswith(SCHEME):
            self._write(f"{source}{name}", here)
            return
        part = Path(f"{here}{_PART}")
        part.parent.mkdir(parents=True, exist_ok=True)
        if source.startswith(SCHEME):
            self._write(f"{source}{name}", str(part))
        else:
            shutil.copy2(f"{source}{name}", part)
        part.replace(here)

    def _write(self, source: str, target: str) -> None:
        # A local path is no pattern; a prefix has no letter of one.
        named = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in source)
        copied = self._connection.execute(
            f"COPY (SELECT content FROM read_blob({quoted(named)})) TO {quoted(target)} (FORMAT blob)"
        ).fetchall()
        if copied != [(1,)]:
            raise FileNotFoundError(f"{source} is not there")


@contextmanager
def copying(stores: Iterable[ObjectStore]) -> Iterator[Files]:
    """Give what copies files between folders and prefixes of these stores."""
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions=false")
        connection.execute("SET threads=1")
        for number, store in enumerate(stores):
            connection.execute(load_sql("httpfs"))
            for sql in store.prepare_sql(f"files_{number}"):
                connection.execute(sql)
        yield Files(connection)
