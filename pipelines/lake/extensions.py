"""The signed DuckDB extensions that come as Python packages, so that nothing is fetched at run time."""

import importlib.resources
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.errors import WarehouseError

_CHECKED: Final[set[tuple[int, ...]]] = set()
"""Files whose signatures this process has checked: of 70 MB that takes seven eighths of opening a warehouse."""
_NOTES: Final = "__pycache__"
"""Folder beside an extension in which it is noted for other processes that its signature was checked. As Python's own
notes there it can be written by nobody who could not as well put another extension, or any code, in its place."""


@cache
def extension_file(name: str) -> Path:
    """Path of the signed extension that the installed wheel carries.

    Raises:
        WarehouseError: the wheel is not installed.
    """
    package = f"duckdb_extension_{name}"
    try:
        root = importlib.resources.files(package)
    except ModuleNotFoundError as error:
        raise WarehouseError(
            f"the Python package {package.replace('_', '-')} is missing: install learnloom again"
        ) from error
    found = sorted(Path(str(root)).rglob(f"{name}.duckdb_extension"))
    if not found:
        raise WarehouseError(f"{package} has no {name}.duckdb_extension: install learnloom again")
    return found[0]


def are_checked(names: Iterable[str]) -> bool:
    """Whether DuckDB has checked the signatures of these very files before: it need not do so again."""
    return all(_identity(name) in _CHECKED or _is_noted(name) for name in names)


def note_checked(names: Iterable[str]) -> None:
    """Take note that DuckDB has loaded these extensions, and so has checked their signatures."""
    for name in names:
        _CHECKED.add(_identity(name))
        if not _is_noted(name):
            _note(name)


def _is_noted(name: str) -> bool:
    try:
        return _note_of(name).read_text(encoding="ascii") == repr(_identity(name))
    except OSError:
        return False


def _note(name: str) -> None:
    """Keep for other processes that it was checked, where the folder may be written to."""
    note = _note_of(name)
    with suppress(OSError):
        note.parent.mkdir(exist_ok=True)
        own = note.with_suffix(f".{os.getpid()}")
        own.write_text(repr(_identity(name)), encoding="ascii")
        own.replace(note)


def _note_of(name: str) -> Path:
    file = extension_file(name)
    return file.parent / _NOTES / f"{file.stem}.checked"


def _identity(name: str) -> tuple[int, ...]:
    found = extension_file(name).stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def load_sql(name: str) -> str:
    """Give the statement that loads the extension from its file."""
    return f"LOAD {quoted(str(extension_file(name)))}"


def quoted(text: str) -> str:
    """Write `text` as an SQL string literal, where a value cannot be bound."""
    return "'" + text.replace("'", "''") + "'"
