"""By which secret the warehouse's student keys are made: taken once, and held to ever after."""

from datetime import datetime
from typing import Final

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.lake.student_secret import FILE, StudentSecretError, make_secret, read_secret

_TABLE: Final = "landing.student_key_version"


def checked_secret(warehouse: Warehouse) -> str:
    """Give the digest of the warehouse's secret; empty where its keys are made without one.

    Raises:
        StudentSecretError: the secret in the warehouse's folder is not the one by which its keys are made, so that
            students would get other keys.
    """
    secret = read_secret(warehouse.folder)
    here, taken = secret.check if secret is not None else "", _taken(warehouse)[1]
    if here == taken:
        return here
    file = warehouse.folder / FILE
    if not here:
        raise StudentSecretError(
            f"{file} is missing, with which the keys of students are made: copy it from where the warehouse was "
            "written before; or give all students other keys: learnloom rekey --renew"
        )
    if not taken:
        raise StudentSecretError(
            f"the warehouse's keys of students are made without a secret, and there is one in {file}: take it by "
            "learnloom rekey, or remove it"
        )
    raise StudentSecretError(
        f"{file} is another secret than the keys of students are made with: copy the right one from where the "
        "warehouse was written before; or give all students other keys: learnloom rekey --renew"
    )


def take_secret(warehouse: Warehouse, *, renew: bool, now: datetime, wait_seconds: float) -> int | None:
    """Make a secret, and let the keys of students be made with it from the next refresh on.

    Done again after it was broken off, it takes the secret that was made.

    Args:
        warehouse: open for writing.
        renew: make another secret where one is taken already.
        now: when it is taken.
        wait_seconds: how long to try again while others write.

    Returns:
        The number of the secret; None: one is taken already, and nothing is changed.

    Raises:
        StudentSecretError: the file of the secret cannot be read or written.
        WarehouseBusyError: other writers were in the way for too long.
    """
    tables.prepare(warehouse, wait_seconds=wait_seconds)
    secret = None if renew else read_secret(warehouse.folder)
    taken = _taken(warehouse)[1]
    if taken and not renew:
        checked_secret(warehouse)
        return None
    try:
        secret = secret or make_secret(warehouse.folder)
    except OSError as error:
        raise StudentSecretError(f"{warehouse.folder / FILE} cannot be written: {error}") from error
    check = secret.check

    def write() -> int:
        with warehouse.transaction(LANDING):
            tables.advance_fence(warehouse)
            version = _taken(warehouse)[0] + 1
            warehouse.run(f"INSERT INTO {LAKE}.{_TABLE} VALUES (?, ?, ?)", [version, check, now])
        return version

    return warehouse.retrying(write, wait_seconds=wait_seconds)


def _taken(warehouse: Warehouse) -> tuple[int, str]:
    if _TABLE not in filled_tables(warehouse):
        return 0, ""
    rows = warehouse.rows(f'SELECT "version", key_check FROM {LAKE}.{_TABLE} ORDER BY "version" DESC LIMIT 1')
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")
