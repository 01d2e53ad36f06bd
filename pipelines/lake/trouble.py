"""What the errors of DuckDB mean for whoever may do the work again."""

from typing import Final

import duckdb

from learnloom.pipelines.lake.errors import (
    OvertakenError,
    WarehouseError,
    WarehouseOutdatedError,
    WarehouseUnavailableError,
)
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.object_store import is_busy, refusal

FILE_GONE: Final = duckdb.IOException
"""What is raised where a file that is to be read is not there any more, or cannot be read."""
_WAITED: Final = "due to lock timeout"
"""What PostgreSQL says where another writer has held what it locks for too long."""
# What DuckLake and SQLite say when another writer was faster: nothing is broken, the work is done again.
_CONFLICT_SIGNS = (_WAITED, "conflict", "database is locked", "failed to commit ducklake transaction")
# What they say when disk or server is in trouble: it may pass, and the work is done again by whoever has the patience.
_TROUBLE_SIGNS = (
    "no space left",
    "disk is full",
    "file too large",
    "disk i/o error",
    "could not connect",
    "connection refused",
    "server closed the connection",
    # A query that is planned on a connection which was lost before.
    "no connection to the server",
    "connection has been closed",
    "could not receive data from server",
    "could not send data to server",
    "connection timed out",
    "timeout expired",
    "no route to host",
    "too many clients",
    "too many connections",
    "too many open files",
    # In a network of containers the name of one that is stopped is unknown.
    "could not translate host name",
    "terminating connection",
    "the database system is",
    "failed to execute query",
    # All that DuckDB says where the server is lost while a query's rows are fetched.
    "current transaction is aborted",
    "database has been invalidated",
)
_DAMAGED: Final = "a data file is gone or damaged: put it back, or restore a backup (`learnloom restore`)"
_NOT_ALLOWED: Final = (
    "whoever runs learnloom must have the right to write there, for reading, too: give that right"
)
# What they say where nothing passes by itself, and what is to be done then.
_MENDS: Final = {
    "no such file or directory": _DAMAGED,
    "no files found that match": _DAMAGED,
    "no magic bytes found": _DAMAGED,
    "too small to be a parquet file": _DAMAGED,
    "footer length error": _DAMAGED,
    "tprotocolexception": _DAMAGED,
    # Of a footer that is no footer.
    "don't know what type": _DAMAGED,
    "unable to open database file": _NOT_ALLOWED,
    "readonly database": _NOT_ALLOWED,
    "read-only file system": _NOT_ALLOWED,
    "permission denied": _NOT_ALLOWED,
}


def is_trouble(error: Exception) -> bool:
    """Tell whether the error means that disk, server or object store is in trouble, which may pass."""
    if not isinstance(error, duckdb.Error):
        return False
    text = str(error).lower()
    return _WAITED not in text and (any(sign in text for sign in _TROUBLE_SIGNS) or is_busy(text))


def is_conflict(error: Exception) -> bool:
    """Tell whether the error means "another writer was faster"."""
    if isinstance(error, OvertakenError):
        return True
    if not isinstance(error, duckdb.Error) or is_trouble(error) or refusal(str(error)) or _mend(str(error)):
        return False
    return any(sign in str(error).lower() for sign in _CONFLICT_SIGNS)


def _mend(text: str) -> str | None:
    """What is to be mended where files are lost, or may not be written; None: neither is so."""
    return next((advice for sign, advice in _MENDS.items() if sign in text.lower()), None)


def explained(error: BaseException | None, place: Place) -> WarehouseError | None:
    """Say what is the matter with the warehouse at a place, without secrets; None: the error means something else."""
    if not isinstance(error, duckdb.Error):
        return None
    told = place.scrubbed(str(error))
    if is_trouble(error):
        return WarehouseUnavailableError(f"the warehouse at {place} is not available: {told}")
    advice = (refusal(told) if place.store is not None else None) or _mend(told)
    if advice is None:
        return None
    # The rest is DuckDB's general advice.
    words = " ".join(line for line in told.partition("Authentication Failure")[0].splitlines() if line)
    return WarehouseError(f"{place}: {advice} ({words.partition(' LINE ')[0].strip()})")


def outdated(error: BaseException | None, place: Place) -> WarehouseOutdatedError | None:
    """Say that what is read lacks a table or column, as of an earlier release; None: the error means something else."""
    if not isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return None
    told = place.scrubbed(str(error)).partition("\n")[0]
    return WarehouseOutdatedError(
        f"the tables of {place} are not those of this release: run `learnloom refresh`, which builds them anew ({told})"
    )
