"""The macros of sql/macros: arithmetic that tables need in more than one place, or that is tested by itself.

They are temporary: made for each connection that refreshes, with its workspace. Only tables are computed by them, no
view: so nobody who reads the warehouse needs them, and none of an earlier learnloom can stand in its catalogue.
"""

import importlib.resources
from functools import cache

import duckdb

from learnloom.schemas.xapi.identity import padded


@cache
def macro_definitions() -> tuple[str, ...]:
    """The text of each file of sql/macros, in order of names."""
    folder = importlib.resources.files("learnloom.sql").joinpath("macros")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(file.read_text(encoding="utf-8") for file in files)


def define_macros(connection: duckdb.DuckDBPyConnection, secret: bytes | None = None) -> None:
    """Make the macros for this connection, whichever database it uses; `secret` makes the keys of students."""
    for definition in macro_definitions():
        connection.execute(definition)
    if secret is not None:
        for name, block in zip(("inner", "outer"), padded(secret), strict=True):
            connection.execute(f"SET VARIABLE student_secret_{name} = ?", [block.hex()])
