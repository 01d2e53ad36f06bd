"""Doing the work of a transaction again where another writer was faster."""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import duckdb

from learnloom.pipelines.lake.errors import OvertakenError, WarehouseBusyError
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.trouble import explained, is_conflict

logging.getLogger("stamina").setLevel(logging.ERROR)  # its line does not say what is tried again


def attempts(place: Place, wait_seconds: float, *, least: int) -> Iterator[AbstractContextManager[object]]:
    """Give contexts to do the work in; arguments, errors as of `Warehouse.attempts`."""
    import stamina  # noqa: PLC0415 - readers need not wait for it

    began, n_failed = time.monotonic(), 0

    def goes_on(error: Exception) -> bool:
        nonlocal n_failed
        n_failed += 1
        return is_conflict(error) and (n_failed < least or time.monotonic() - began < wait_seconds)

    try:
        yield from stamina.retry_context(
            on=goes_on, attempts=None, timeout=None, wait_initial=0.02, wait_max=1.0
        )
    except (duckdb.Error, OvertakenError) as error:
        if (known := explained(error, place)) is not None:
            raise known from None
        if is_conflict(error):
            raise WarehouseBusyError(
                f"other processes kept writing to {place}, and this was overtaken {n_failed} times in "
                f"{time.monotonic() - began:.0f} s: try again later, or raise LEARNLOOM_LOCK_WAIT_SECONDS "
                f"({place.scrubbed(str(error))})"
            ) from error
        raise
