"""DuckDB as tests open it: many small warehouses, each for a moment."""

from collections.abc import Mapping
from typing import Any, Final

import duckdb

_CONFIG: Final = {
    # More threads burn half of the time waiting for work, and as many processes as there are cores run tests.
    "threads": 1,
    # Else each process checks the signatures of 70 MB of extensions: nine tenths of its first opening.
    "allow_unsigned_extensions": True,
}
_connect: Final = duckdb.connect


def _connect_quickly(
    database: str = ":memory:", *, read_only: bool = False, config: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    return _connect(database, read_only=read_only, config={**(config or {}), **_CONFIG})


CONNECT: Final[Any] = _connect_quickly
"""Takes the place of `duckdb.connect`, in `tests.conftest` and in `tests.forked`."""
