"""A student in the store of `learnloom lrs`: the journal, its index, documents, short keys, attachments.

What was erased stays as a number with an id, marked as voided, without bytes and found by nothing: sent again, it
counts as there already.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, Final

import orjson
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
from learnloom.pipelines.privacy.erase_attachments import drop_attachments
from learnloom.pipelines.privacy.erase_door_pages import (
    drop_refused,
    redact_documents,
    refused_naming,
    statements_waiting,
)
from learnloom.pipelines.privacy.erase_files import empty_database
from learnloom.pipelines.privacy.erase_state import Secret
from learnloom.pipelines.privacy.mentions import redacted
from learnloom.pipelines.privacy.tokens import Token
from learnloom.schemas.xapi.identity import student_key

_SEPARATOR: Final = "\x1f"
_AT_ONCE: Final = 5_000
_TABLES: Final = (
    "entry",
    "entry_agent",
    "entry_activity",
    "landed",
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


def find_waiting(database: Database, keys: Sequence[str], tokens: Sequence[Token]) -> list[Erased]:
    """The records of a student whose bytes the journal holds: they are not to land any more."""
    with database.snapshot() as connection:
        own = [
            Erased(hash_number(statement_id.encode()), hash_number(bytes(raw)), TOPIC, 0, is_gone=False)
            for _, statement_id, raw in _entries(connection, keys)
            if raw is not None and _is_own(bytes(raw), keys)
        ]
        refused = [
            Erased(0, hash_number(raw), TOPIC, 0, is_gone=False) for raw in refused_naming(connection, tokens)
        ]
    return [*own, *refused]


def waiting_bytes(database: Database, keys: Sequence[str]) -> list[bytes]:
    """Statements of a student whose bytes the journal has."""
    with database.snapshot() as connection:
        found = [bytes(raw) for *_, raw in _entries(connection, keys) if raw is not None]
        return [raw for raw in found if _is_own(raw, keys)]


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
        done = erase_from_store(database, secret.keys, secret.tokens, pseudonym, is_erased=is_erased)
    else:
        done = erase_entries(database, partial(erased_ids, warehouse))
    count = drop_attachments(warehouse, settings, secret.attachments, statements_waiting(database))
    return {**done, "attachment": count} if count else done


def erase_from_store(
    database: Database,
    keys: Sequence[str],
    tokens: Sequence[Token],
    pseudonym: str,
    *,
    is_erased: Callable[[int], bool],
) -> dict[str, int]:
    """Take a student out of the store, and give how many rows of each kind that were.

    Args:
        database: the store's.
        keys: the student's.
        tokens: the student's texts.
        pseudonym: stands for the student in what others have sent.
        is_erased: whether a statement is erased, by the hash of its id: of what has landed, the bytes are not here.
    """
    done = dict.fromkeys(_TABLES, 0)
    with database.transaction() as connection:
        for seq, statement_id, raw in _entries(connection, keys):
            content = None if raw is None else bytes(raw)
            is_own = (
                is_erased(hash_number(statement_id.encode())) if content is None else _is_own(content, keys)
            )
            if is_own:
                done["entry"] += _leave_number(connection, seq)
            elif content is not None:
                new = redacted(content.decode("utf-8", "surrogatepass"), keys, tokens, pseudonym)
                if new is not None:
                    connection.execute(
                        "UPDATE entry SET raw = ? WHERE seq = ?", (new.encode("utf-8", "surrogatepass"), seq)
                    )
        _drop_keyed(connection, keys, done)
    done["entry"] += drop_refused(database, tokens)
    done["document"] += redact_documents(database, keys, tokens, pseudonym)
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
            count += sum(_leave_number(connection, seq) for seq, each in hashes.items() if each in erased)
        if not entries:
            return {"entry": count} if count else {}
        last = max(hashes)


def _leave_number(connection: Connection, seq: int) -> int:
    """Leave of an entry its number and id alone."""
    for table in ("entry_agent", "entry_activity", "landed"):
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))
    return connection.execute(
        "UPDATE entry SET raw = NULL, verb = NULL, registration = NULL, refers_to = NULL, is_voided = TRUE "
        "WHERE seq = ?",
        (seq,),
    ).rowcount


def _drop_keyed(connection: Connection, keys: Sequence[str], done: dict[str, int]) -> None:
    """Delete what stands under the student's keys."""
    for key in keys:
        connection.execute(
            "DELETE FROM session WHERE key_id IN (SELECT key_id FROM learner WHERE agent = ?)", (key,)
        )
        for table in ("entry_agent", "agent_name", "learner"):
            done[table] += connection.execute(f"DELETE FROM {table} WHERE agent = ?", (key,)).rowcount
        done["document"] += connection.execute(
            "DELETE FROM document WHERE place = ? OR place LIKE ? OR place LIKE ?",
            (key, f"%{_SEPARATOR}{key}", f"%{_SEPARATOR}{key}{_SEPARATOR}%"),
        ).rowcount


def empty_store(settings: Settings) -> None:
    """Empty the free pages of the store's database.

    Raises:
        WarehouseBusyError: somebody kept reading it.
    """
    empty_database(settings, settings.warehouse / FOLDER / FILE, "lrs", _TABLES)


def _entries(connection: Connection, keys: Sequence[str]) -> list[Any]:
    marks = ", ".join("?" * len(keys))
    return connection.execute(
        "SELECT DISTINCT entry.seq, entry.id, entry.raw FROM entry_agent INNER JOIN entry "
        f"ON entry.seq = entry_agent.seq WHERE entry_agent.agent IN ({marks}) AND entry.id IS NOT NULL",
        tuple(keys),
    ).fetchall()


def _is_own(raw: bytes, keys: Sequence[str]) -> bool:
    return student_key(orjson.loads(raw).get("actor")) in keys
