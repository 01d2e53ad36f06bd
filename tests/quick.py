"""DuckDB as tests open it: many small warehouses, each for a moment."""

from functools import partial
from typing import Final

import duckdb

CONNECT: Final = partial(
    duckdb.connect,
    config={
        # More threads burn half of the time waiting for work, and as many processes as there are cores run tests.
        "threads": 1,
        # Else the signatures of 70 MB of extensions are checked at each opening: nine tenths of what it takes.
        "allow_unsigned_extensions": "true",
    },
)
"""Takes the place of `duckdb.connect`, here and in `tests.forked`."""
