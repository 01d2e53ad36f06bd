"""A student in the store of `learnloom lrs`: the journal, its index, documents, short keys, attachments.

What was erased stays as a number with an id, marked as voided, without bytes and found by nothing: sent again, it
counts as there already.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.dedupe import hash_number
from learnloom.pipelines.ingest.land.erased import Erased, erased_ids
from learnloom.pipelines.ingest.land.tables import hashes_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.postgres import PostgresDatabase
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.lrs.source import TOPIC
from learnloom.pipelines.lrs.sqlite import FILE, SqliteDatabase
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy.erase_attachments import drop_attachments, drop_unnamed
from learnloom.pipelines.privacy.erase_door_pages import (
    Entry,
    is_own,
    leave_number,
    redact_entry,
    redact_journal,
    redact_tables,
    refused_naming,
)
from learnloom.pipelines.privacy.erase_files import empty_database
from learnloom.pipelines.privacy.erase_state import Secret
from learnloom.pipelines.privacy.mentions import Redaction

_AT_ONCE: Final = 5_000
_TABLES: Final = (
    "entry",
    "entry_agent",
    "entry_activity",
    "landed",
    "activity",
    "agent_name",
    "document",
    "learner",
    "session",
)


@contextmanager
def opened_store(settings: Settings, now: Callable[[], dt.datetime]) -> Iterator[Database | None]:
    """Give the store's database; None where there never was one."""
    catalog, folder = catalog_of(settings), settings.warehouse / FOLDER
    if catalog is None:
        if not (folder / FILE).exists():
            yield None
            return
        with closing(SqliteDatabase(folder, now=now)) as file:
            yield file
        return
    with closing(PostgresConnection(parameters(catalog))) as connection:
        found = connection.execute("SELECT to_regclass('lrs.entry')").fetchone()[0]
    if found is None:
        yield None
        return
    with closing(PostgresDatabase(catalog)) as server:
        yield server


def find_waiting(database: Database, redaction: Redaction) -> list[Erased]:
    """The records of a student whose bytes the journal holds: they are not to land any more."""
    with database.snapshot() as connection:
        own = [
            Erased(hash_number(statement_id.encode()), hash_number(raw), TOPIC, 0, is_gone=False)
            for statement_id, raw in _own_waiting(connection, redaction)
        ]
    return [
        *own,
        *(
            Erased(0, hash_number(raw), TOPIC, 0, is_gone=False)
            for raw in refused_waiting(database, redaction)
        ),
    ]


def waiting_bytes(database: Database, redaction: Redaction) -> dict[str, bytes]:
    """Statements of a student whose bytes the journal has, by their ids."""
    with database.snapshot() as connection:
        return dict(_own_waiting(connection, redaction))


def refused_waiting(database: Database, redaction: Redaction) -> list[bytes]:
    """Refused records that name a student, of which the journal has the bytes."""
    with database.snapshot() as connection:
        return list(refused_naming(connection, redaction))


def erase_in_store(
    warehouse: Warehouse, settings: Settings, database: Database, secret: Secret, pseudonym: str
) -> dict[str, int]:
    """Take out of the store whomever, or whatever, an erasure is about; gives how many rows and files that were.

    Args:
        warehouse: what is erased is hidden there.
        settings: a school's choices.
        database: the store's.
        secret: what the erasure is about.
        pseudonym: stands for the student in what others have sent.
    """

    def is_erased(id_hash: int) -> bool:
        return bool(hashes_of(warehouse, pa.array([id_hash], pa.uint64())).num_rows == 0)

    if secret.is_of_student:
        redaction = Redaction(secret.keys, secret.tokens, pseudonym, shared=secret.shared)
        done = erase_from_store(database, redaction, is_erased=is_erased)
    else:
        done = erase_entries(database, partial(erased_ids, warehouse))
    count = drop_attachments(warehouse, settings, secret.attachments, database)
    return {**done, "attachment": count} if count else done


def tidy_store(warehouse: Warehouse, settings: Settings, now: Callable[[], dt.datetime]) -> None:
    """Remove attachments that no statement names: one with a student's name in it keeps no erasure waiting."""
    with opened_store(settings, now) as database:
        if database is not None:
            drop_unnamed(warehouse, settings, database, now=now())


def erase_from_store(
    database: Database, redaction: Redaction, *, is_erased: Callable[[int], bool]
) -> dict[str, int]:
    """Take a student out of the store, and give how many rows of each kind that were.

    Args:
        database: the store's.
        redaction: takes the student out of what others have sent.
        is_erased: whether a statement is erased, by the hash of its id: of what has landed, the bytes are not here.
    """
    done = dict.fromkeys(_TABLES, 0)
    # First: what landing lets go of meanwhile, what has just come, and what no text finds is found below, by its index.
    done["entry"] = redact_journal(database, redaction)
    with database.transaction() as connection:
        for seq, statement_id, raw in _entries(connection, redaction.keys):
            if raw is not None:
                done["entry"] += redact_entry(connection, Entry(seq, statement_id, bytes(raw)), redaction)
            elif is_erased(hash_number(statement_id.encode())):
                done["entry"] += leave_number(connection, seq)
        for key in redaction.keys:
            connection.execute(
                "DELETE FROM session WHERE key_id IN (SELECT key_id FROM learner WHERE agent = ?)", (key,)
            )
            for table in ("entry_agent", "learner"):
                done[table] += connection.execute(f"DELETE FROM {table} WHERE agent = ?", (key,)).rowcount
    done |= redact_tables(database, redaction)
    return {name: count for name, count in done.items() if count}


def erase_entries(database: Database, erased_of: Callable[[Sequence[int]], set[int]]) -> dict[str, int]:
    """Take what is erased by its age out of the store, and give how many entries that were.

    Args:
        database: the store's.
        erased_of: which of these hashes of ids are those of erased statements.
    """
    last, count = -1, 0
    while True:
        with database.transaction() as connection:
            entries = connection.execute(
                "SELECT seq, id FROM entry WHERE seq > ? AND id IS NOT NULL AND verb IS NOT NULL "
                f"ORDER BY seq LIMIT {_AT_ONCE}",
                (last,),
            ).fetchall()
            hashes = {seq: hash_number(statement_id.encode()) for seq, statement_id in entries}
            erased = erased_of(list(hashes.values()))
            count += sum(leave_number(connection, seq) for seq, each in hashes.items() if each in erased)
        if not entries:
            return {"entry": count} if count else {}
        last = max(hashes)


def empty_store(settings: Settings) -> None:
    """Empty the free pages of the store's database.

    Raises:
        WarehouseBusyError: somebody kept reading it.
    """
    empty_database(settings, settings.warehouse / FOLDER / FILE, "lrs", _TABLES)


def _entries(connection: Connection, keys: Collection[str]) -> list[Any]:
    marks = ", ".join("?" * len(keys))
    return connection.execute(
        "SELECT DISTINCT entry.seq, entry.id, entry.raw FROM entry_agent INNER JOIN entry "
        f"ON entry.seq = entry_agent.seq WHERE entry_agent.agent IN ({marks}) AND entry.id IS NOT NULL",
        tuple(keys),
    ).fetchall()


def _own_waiting(connection: Connection, redaction: Redaction) -> Iterator[tuple[str, bytes]]:
    """The student's own statements whose bytes are there, by their ids."""
    for _, statement_id, raw in _entries(connection, redaction.keys):
        if raw is not None and is_own(bytes(raw), redaction):
            yield statement_id, bytes(raw)
