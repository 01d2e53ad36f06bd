"""The signed DuckDB extensions that come as Python packages, so that nothing is fetched at run time."""

import importlib.resources
from pathlib import Path

from learnloom.pipelines.lake.errors import WarehouseError


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


def load_sql(name: str) -> str:
    """Give the statement that loads the extension from its file."""
    return f"LOAD {quoted(str(extension_file(name)))}"


def quoted(text: str) -> str:
    """Write `text` as an SQL string literal, where a value cannot be bound."""
    return "'" + text.replace("'", "''") + "'"
