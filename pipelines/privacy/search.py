"""Looking for a student's texts in the bytes of files, as they are and decoded: Parquet, SQLite, JSON, compressed."""

import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import zstandard

from learnloom.pipelines.lake.catalog_copy import copy_catalog
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.lake.trouble import FILE_GONE
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.privacy.attached import texts_in
from learnloom.pipelines.privacy.content import Content
from learnloom.pipelines.privacy.erase_state import FOLDER as ERASURE
from learnloom.pipelines.privacy.hits import Hits
from learnloom.pipelines.privacy.pattern import Pattern
from learnloom.pipelines.privacy.tokens import Token, bounded, variants

_END: Final = b"PAR1"
_CHUNK: Final = 1 << 24
_OVERLAP: Final = 4_096
_AT_ONCE: Final = 2_000
_FILES_AT_ONCE: Final = 500
_NAME: Final = "file_name"
_DATABASE: Final = ".sqlite"
_COPY: Final = """
import pathlib, shutil, sys
path = pathlib.Path(sys.argv[1])
for each in path.parent.glob(path.name + "*"):
    if each.name in (path.name, path.name + "-wal"):
        shutil.copyfile(each, pathlib.Path(sys.argv[2]) / each.name)
"""
_BESIDE: Final = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('lrs', 'login') ORDER BY 1, 2"
)
_NUMBER: Final = (
    r"BOOLEAN|FLOAT|DOUBLE|DATE|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|TIME(STAMP)?.*|INTERVAL"
)
"""Types of columns that hold no text."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A text that may stand in a column of UUIDs: no part of one stands there by itself."""
# Cast, bytes would have their quotation marks and letters as codes.
_AS_TEXT: Final = 'coalesce(TRY(decode("{name}")), "{name}"::VARCHAR)'
_SCHEMAS: Final = """
    SELECT list(file_name ORDER BY file_name) FROM (
        SELECT
            file_name,
            list((name, type, type_length, repetition_type, num_children, converted_type, logical_type))::VARCHAR
                AS columns
        FROM parquet_schema(?)
        GROUP BY file_name
    ) GROUP BY columns
"""
"""Files that have the same columns."""
_NESTED: Final = re.compile(r"\]$|^(STRUCT|MAP|UNION)")


class Search:
    """Looks through files for tokens, of one student or of many at once."""

    def __init__(self, warehouse: Warehouse, tokens: Iterable[Token]) -> None:
        """`warehouse` decodes Parquet, on whichever store it lies."""
        self._warehouse = warehouse
        self._tokens = list(dict.fromkeys(tokens))
        self._keys = {token.text: token for token in self._tokens if token.kind == "key"}
        self._pattern = Pattern.of(self._tokens)
        has_uuid = any(_UUID.fullmatch(token.text) for token in self._tokens)
        self._without = re.compile(_NUMBER if has_uuid else f"{_NUMBER}|UUID")
        self._written = {
            text.encode("utf-8", "surrogatepass"): (token, bounded(text))
            for token in self._tokens
            if token.is_distinct
            for text in variants(token.text)
        }
        self._parquet: list[str] = []  # files that have been met, and are yet to be decoded
        self.hits = Hits(counts=dict.fromkeys(self._tokens, 0))

    def everything(self, others: Iterable[Path] = ()) -> Hits:
        """Look through the warehouse's folder, its data, its catalogue, and other folders such as backups.

        In one thread of DuckDB: there are many small queries, and landing finds a processor free.
        """
        with one_thread(self._warehouse):
            self._look_through(others)
        return self.hits

    def _look_through(self, others: Iterable[Path]) -> None:
        place = self._warehouse.place
        if place.postgres is not None:
            with tempfile.TemporaryDirectory(prefix="learnloom-search-") as folder:
                self._duckdb(copy_catalog(place, Path(folder)), "the catalogue")
            self._postgres(place.postgres)
        for root in (place.folder, *others):
            for path in sorted(root.rglob("*")):
                is_own = path.parent == place.folder / ERASURE and ".secret" in path.name
                if path.is_file() and not is_own and path.suffix != ".lock":
                    self._file_or_copy(path)
            self._decode_parquet()
        if place.data.startswith(SCHEME):
            self._parquet = [
                str(name) for (name,) in self._warehouse.rows("SELECT file FROM glob(?)", [f"{place.data}**"])
            ]
            self.hits.files += len(self._parquet)
            self._decode_parquet()

    def _file_or_copy(self, path: Path) -> None:
        """Look through a file, or through a copy of one that SQLite may have open.

        POSIX locks belong to a process: had this one opened and closed it, those on it would be gone (lake/catalog.py).
        """
        if path.suffix == ".duckdb":
            self._file(path, str(path))
            with tempfile.TemporaryDirectory(prefix="learnloom-search-") as folder:
                self._duckdb(Path(shutil.copy(path, folder)), str(path))
        elif ".sqlite" not in path.name:
            self._file(path, str(path))
        elif path.suffix == _DATABASE:
            with tempfile.TemporaryDirectory(prefix="learnloom-search-") as folder:
                subprocess.run(  # noqa: S603 - our own interpreter
                    [sys.executable, "-c", _COPY, str(path), folder], check=True, capture_output=True
                )
                for copy in sorted(Path(folder).iterdir()):
                    self._file(copy, str(path.with_name(copy.name)))
                    if copy.suffix == _DATABASE:
                        self._sqlite(copy, str(path))

    def file(self, path: Path, place: str) -> None:
        """Look through one file, which is told by the name `place`."""
        self._file(path, place)
        self._decode_parquet()

    def _file(self, path: Path, place: str) -> None:
        self.hits.files += 1
        try:
            if path.suffix == ".parquet" and _is_whole(path):
                # Not its bytes: compressed, `ann-1` and what comes by chance after it may read `ann-15`.
                self.hits.bytes += path.stat().st_size
                self._parquet.append(str(path))
                return
            with path.open("rb") as file:
                self._raw(file, place)
        except FileNotFoundError:
            return  # somebody has taken it away meanwhile
        if path.suffix == ".parquet":
            self.hits.halves.append(place)
        elif path.suffix in (".gz", ".zst"):
            self._compressed(path)
        elif path.suffix in (".json", ".jsonl"):
            self._texts(path.read_text(encoding="utf-8", errors="replace").splitlines(), place)
        elif path.parent.parent.name == ATTACHMENTS:
            self._texts(texts_in(path.read_bytes()), place)

    def _raw(self, file: Any, place: str) -> None:
        before = b""
        while chunk := file.read(_CHUNK):
            self._bytes(before + chunk, place)
            before = chunk[-_OVERLAP:]
            self.hits.bytes += len(chunk)

    def _bytes(self, data: bytes, place: str) -> None:
        if not self._pattern.is_in(data):
            return
        for written, (token, pattern) in self._written.items():
            start = data.find(written)
            while start >= 0:
                near = data[max(0, start - 8) : start + len(written) + 8].decode("utf-8", "replace")
                if pattern.search(near) is not None:
                    self.hits.add([token], place)
                    break
                start = data.find(written, start + 1)

    def _compressed(self, path: Path) -> None:
        opening = gzip.open if path.suffix == ".gz" else zstandard.open
        try:
            with opening(path, "rb") as file:
                self._raw(file, f"{path} (decompressed)")
        except (OSError, zstandard.ZstdError):
            return  # it is not what its name says, and was looked through as it is

    def _decode_parquet(self) -> None:
        """Look through the Parquet files that have been met since the last time, many at once."""
        met, self._parquet = self._parquet, []
        for first in range(0, len(met), _FILES_AT_ONCE):
            names = met[first : first + _FILES_AT_ONCE]
            try:
                self._decode_files(names)
            except FILE_GONE:  # a refresh under way has taken one away meanwhile
                for name in filter(_is_there, names):
                    self._decode_files([name])

    def _decode_files(self, names: Sequence[str]) -> None:
        """Decode every row that could hold a token, and what files say of themselves: least and largest values."""
        for (alike,) in self._warehouse.rows(_SCHEMAS, [names]):
            self._decoded(f"read_parquet({_listed(alike)}, union_by_name => false)", "filename")
        for about in ("parquet_metadata", "parquet_kv_metadata"):
            self._decoded(f"{about}({_listed(names)})", _NAME)

    def _decoded(self, source: str, place: str) -> None:
        """Decode rows; `place`: SQL for what to call where they stand."""
        values, texts = [], []
        for name, kind in self._warehouse.rows(
            f"SELECT column_name, column_type FROM (DESCRIBE FROM {source})"
        ):
            value = _AS_TEXT.format(name=name) if kind == "BLOB" else f'"{name}"'
            if (name, place) != (_NAME, _NAME):
                values.append(f'"{name}" := {value}')
                if not self._without.fullmatch(kind):
                    texts.append(f"{f'to_json({value})' if _NESTED.search(kind) else value}::VARCHAR")
        condition = self._pattern.condition(*texts)
        rows = f"FROM {source} WHERE {condition.sql}"
        # Mostly there is none, and columns of numbers need not be decoded.
        if not self._warehouse.rows(f"SELECT 1 {rows} LIMIT 1", condition.values):
            return
        rows = f"SELECT to_json(struct_pack({', '.join(values)}))::VARCHAR, {place} {rows}"
        for batch in self._warehouse.arrow_batches(rows, condition.values, at_once=_AT_ONCE):
            for line, where in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                self._text(line, where)

    def _duckdb(self, path: Path, place: str) -> None:
        self._warehouse.run(f"ATTACH {quoted(str(path))} AS searched (READ_ONLY)")
        try:
            tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'searched'"
            for schema, name in self._warehouse.rows(tables):
                self._decoded(f'searched."{schema}"."{name}"', quoted(f"{place}, {schema}.{name}"))
        finally:
            self._warehouse.run("DETACH searched")

    def _postgres(self, catalog: str) -> None:
        """Look through what stands beside the catalogue: the store of `learnloom lrs`, and logins."""
        with closing(PostgresConnection(parameters(catalog))) as connection:
            for schema, name in connection.execute(_BESIDE).fetchall():
                rows = connection.execute(f'SELECT * FROM {schema}."{name}"')
                self._rows(rows, f"{schema}.{name}")

    def _rows(self, rows: Iterable[Iterable[Any]], place: str) -> None:
        texts: list[str] = []
        for row in rows:
            for value in row:
                if isinstance(value, bytes | memoryview):
                    texts.append(bytes(value).decode("utf-8", "replace"))
                elif isinstance(value, str):
                    texts.append(value)
            if len(texts) > _AT_ONCE:
                self._texts(texts, place)
                texts.clear()
        self._texts(texts, place)

    def _sqlite(self, path: Path, place: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                self._rows(connection.execute(f'SELECT * FROM "{name}"'), f"{place}, {name}")

    def _texts(self, texts: Sequence[str], place: str) -> None:
        for text in self._pattern.among(texts):
            self._text(text, place)

    def _text(self, text: str, place: str) -> None:
        """Look at a text, and where it is JSON, at each of its values and agents.

        An agent may have an identifier that is too short to be looked for by itself.
        """
        content = Content(text)
        found = content.holds(self._tokens)
        found |= {self._keys[key] for key in content.agents if key in self._keys}
        self.hits.add(found, place)


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, names))}]"


def _is_there(name: str) -> bool:
    """Whether a file is there; of one on an object store nothing is known."""
    return name.startswith(SCHEME) or Path(name).exists()


def _is_whole(path: Path) -> bool:
    """Whether a Parquet file has its end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_END)))
        return size > 2 * len(_END) and file.read() == _END
