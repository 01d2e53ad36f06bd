"""By which secret the warehouse's student keys are made: taken once, and held to ever after."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.lake.student_secret import (
    StudentSecret,
    StudentSecretError,
    make_secret,
    read_secret,
)
from learnloom.schemas.xapi.identity import person_key

_TABLE: Final = "landing.student_key_version"
_IDENTIFIER: Final = "staging.stg_identifier"
_FORMER: Final = "landing.former_key"
_LISTED: Final = "landing.listed_key"
_LISTS: Final = (
    ("landing.roster_member", "identifier_key"),
    ("landing.login_match", "identifier_key"),
    ("landing.staff", "identifier_key"),
    ("landing.person", "student_key"),
)
"""Where the school names somebody of whom perhaps no statement tells; a person's key is that of one identifier."""
_KEEP_FORMER: Final = f"""
    INSERT INTO {LAKE}.{_FORMER} (former_key, identifier_key, since)
    SELECT DISTINCT own_key, identifier_key, ?::TIMESTAMPTZ
    FROM {LAKE}.{_IDENTIFIER}
    WHERE own_key <> identifier_key AND own_key NOT IN (SELECT former_key FROM {LAKE}.{_FORMER})
"""
"""Before another secret is taken: events and logs hold keys that nothing could compute any more."""
_WITH_KEYS: Final = frozenset(
    {"staging.stg_statement", "dimensional.dim_student", "feedback.signal_said", "feedback.outbox"}
)
"""Tables of which one has rows wherever a student has ever had a key."""


def held_secret(warehouse: Warehouse) -> StudentSecret | None:
    """Give the secret by which the warehouse's student keys are made; None: they are made without one.

    Raises:
        StudentSecretError: the secret that is there is not the one by which its keys are made, so that students would
            get other keys.
    """
    file = warehouse.place.secret_file
    secret, taken = read_secret(file), _taken(warehouse)[1]
    if (secret.check if secret is not None else "") == taken:
        return secret
    if secret is None:
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
        StudentSecretError: the file of the secret cannot be read or written, or another process has taken another one.
        WarehouseBusyError: other writers were in the way for too long.
    """
    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    if not renew and _taken(warehouse)[1]:
        held_secret(warehouse)
        return None

    def write() -> int | None:
        with warehouse.transaction(LANDING):
            landing_schema.advance_fence(warehouse)
            version, taken = _taken(warehouse)
            if taken and not renew:  # by another process, meanwhile
                return None
            # Within the turn to write, so that of two processes of a machine one makes it and the other finds it.
            check = make_secret(warehouse.place.secret_file, renew=renew).check
            if taken and _IDENTIFIER in filled_tables(warehouse):
                warehouse.run(_KEEP_FORMER, [now])
            warehouse.run(f"INSERT INTO {LAKE}.{_TABLE} VALUES (?, ?, ?)", [version + 1, check, now])
            return version + 1

    version = warehouse.retrying(write, wait_seconds=wait_seconds)
    held_secret(warehouse)
    return version


def take_first_secret(warehouse: Warehouse, *, now: datetime, wait_seconds: float) -> int | None:
    """Take a secret where no student has a key yet, so that none is ever made without; arguments as above.

    Returns:
        The number of the secret; None: students have keys, or a secret is taken already, and nothing is changed.

    Raises:
        StudentSecretError, WarehouseBusyError: as `take_secret`.
    """
    if has_student_keys(warehouse) or _taken(warehouse)[0]:
        return None
    return take_secret(warehouse, renew=False, now=now, wait_seconds=wait_seconds)


def former_keys(warehouse: Warehouse, identifier_keys: Collection[str]) -> set[str]:
    """Give the keys that identifiers had under secrets of before."""
    if _FORMER not in filled_tables(warehouse):
        return set()
    rows = warehouse.rows(
        f"SELECT former_key FROM {LAKE}.{_FORMER} WHERE list_contains($keys, identifier_key)",
        {"keys": sorted(identifier_keys)},
    )
    return {str(row[0]) for row in rows}


def key_who_is_listed(warehouse: Warehouse, *, wait_seconds: float) -> None:
    """Keep the keys of those whom rosters, matches and lists of people name: who shows them has no secret.

    Nothing is written where they are known, or where keys are made without a secret.

    Raises:
        StudentSecretError: the secret is not the one by which the warehouse's keys are made.
        WarehouseBusyError: other writers were in the way for too long.
    """
    filled = filled_tables(warehouse)
    lists = [f"SELECT {column} AS key FROM {LAKE}.{name}" for name, column in _LISTS if name in filled]
    if not lists or not is_keyed(warehouse):
        return

    def write() -> None:
        version = _taken(warehouse)[0]
        listed = f"SELECT DISTINCT key FROM ({' UNION ALL '.join(lists)}) WHERE key IS NOT NULL"
        known = f'SELECT identifier_key AS key FROM {LAKE}.{_LISTED} WHERE "version" = {version}'
        stands = warehouse.one(f"SELECT count(*) FROM {LAKE}.{_LISTED}")[0] if _LISTED in filled else 0
        new = warehouse.rows(f"{listed} EXCEPT ({known})" if stands else listed)
        if not new and (stands,) == warehouse.one(f"SELECT count(*) FROM ({listed})"):
            return
        import pyarrow as pa  # noqa: PLC0415 - a refresh with nothing to do need not wait for it

        secret = held_secret(warehouse)
        keys = [key for (key,) in warehouse.rows(f"SELECT key FROM ({listed}) ORDER BY key")]
        own = [person_key(key, secret and secret.value) for key in keys]
        table = pa.table(
            {"identifier_key": pa.array(keys, pa.string()), "own_key": pa.array(own, pa.string())}
        )
        with warehouse.holding(listed=table), warehouse.transaction(LANDING):
            warehouse.run(f"DELETE FROM {LAKE}.{_LISTED}")
            warehouse.run(
                f"INSERT INTO {LAKE}.{_LISTED} BY NAME SELECT *, {version}::INTEGER AS version FROM listed"
            )

    warehouse.retrying(write, wait_seconds=wait_seconds)


def is_keyed(warehouse: Warehouse) -> bool:
    """Whether the keys of students are made with a secret, be it here or not."""
    return bool(_taken(warehouse)[1])


def has_student_keys(warehouse: Warehouse) -> bool:
    """Whether a student has a key, or has had one."""
    return not _WITH_KEYS.isdisjoint(filled_tables(warehouse))


def _taken(warehouse: Warehouse) -> tuple[int, str]:
    if _TABLE not in filled_tables(warehouse):
        return 0, ""
    rows = warehouse.rows(f'SELECT "version", key_check FROM {LAKE}.{_TABLE} ORDER BY "version" DESC LIMIT 1')
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")
