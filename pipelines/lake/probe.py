"""Whether an object store does what a warehouse needs of it: list, write, read, delete."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.object_store import ObjectStore

PROBES: Final = "learnloom-doctor-"
"""With this begins what a probe writes below the data path."""
_LONGEST_SECONDS: Final = 10
_ROWS: Final = 1_000  # more than DuckLake keeps in the catalogue
_STEPS: Final = {
    "list": (),
    "write": (f"CREATE TABLE probe AS SELECT range AS n FROM range({_ROWS})",),
    "read": ("SELECT sum(n) FROM probe",),
    "delete": (
        "DROP TABLE probe",
        f"CALL ducklake_expire_snapshots('{LAKE}', older_than => now() + INTERVAL 1 DAY)",
        f"CALL ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)",
    ),
}


class Probed(NamedTuple):
    """What became of one step."""

    step: str
    error: str | None
    """None: it went well."""


def probe_store(store: ObjectStore) -> Iterator[Probed]:
    """Try what a warehouse does, in a small one of its own below the data path; the first that fails is the last."""
    hasty = store.access.model_copy(
        update={"retries": 1, "timeout_seconds": min(store.access.timeout_seconds, _LONGEST_SECONDS)}
    )
    own = ObjectStore(f"{store.data_path}{PROBES}{uuid.uuid4().hex}/", hasty)
    step = "list"
    try:
        with (
            tempfile.TemporaryDirectory(prefix=PROBES) as folder,
            Warehouse(Path(folder), store=own) as probed,
        ):
            for step, statements in _STEPS.items():
                for sql in statements:
                    probed.rows(sql)
                yield Probed(step, None)
    except WarehouseError as error:
        yield Probed(step, str(error))
    except duckdb.Error as error:
        yield Probed(step, store.scrubbed(str(error)))
