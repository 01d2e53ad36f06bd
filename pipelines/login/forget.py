"""Taking somebody out of what is kept of logins."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.login.sessions import read_document
from learnloom.pipelines.login.store import FOLDER, Visitor, open_login_store
from learnloom.pipelines.login.tables import FILE, SCHEMA
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.people.identifier import key_of

PERSONAL: Final = ("came", "session", "begun")
"""Tables that may name somebody."""


@contextmanager
def opened_logins(settings: Settings, now: Callable[[], dt.datetime]) -> Iterator[Database | None]:
    """Give the database of logins; None where nobody has ever logged in."""
    catalog = catalog_of(settings)
    if catalog is None:
        is_there = (settings.warehouse / FOLDER / FILE).exists()
    else:
        with closing(PostgresConnection(parameters(catalog))) as connection:
            is_there = connection.execute(f"SELECT to_regclass('{SCHEMA}.came')").fetchone()[0] is not None
    if not is_there:
        yield None
        return
    with open_login_store(settings, now=now) as store:
        yield store.database


def came_as(database: Database, keys: Collection[str], subjects: Collection[str]) -> list[Visitor]:
    """Give who came under identifiers of these keys, or as one of some subjects (issuer#sub)."""
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT subject, name, identifier, role, is_found, came FROM came"
        ).fetchall()
    came = [Visitor(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]
    return [each for each in came if each.subject in subjects or _is_of(each.identifier, keys)]


def sessions_of(
    connection: Connection, keys: Collection[str], subjects: Collection[str]
) -> list[tuple[str, str]]:
    """Give the hash of each session of somebody, and what is kept with it, as JSON."""
    found = []
    for session_hash, document in connection.execute("SELECT session_hash, document FROM session").fetchall():
        identity, reader = read_document(document)
        if identity.subject in subjects or reader.student_key in keys or _is_of(identity.identifier, keys):
            found.append((session_hash, document))
    return found


def forget_logins(database: Database, keys: Collection[str], subjects: Collection[str]) -> dict[str, int]:
    """Take somebody out, and end their sessions; whoever is about to log in has to begin again.

    Returns:
        How many rows of each table there were; of logins that had only begun nobody knows whose they are.
    """
    came = came_as(database, keys, subjects)
    with database.transaction() as connection:
        connection.execute("DELETE FROM begun")
        for each in came:
            connection.execute("DELETE FROM came WHERE subject = ?", (each.subject,))
        sessions = sessions_of(connection, keys, subjects)
        for session_hash, _ in sessions:
            connection.execute("DELETE FROM session WHERE session_hash = ?", (session_hash,))
    counts = {"login.came": len(came), "login.session": len(sessions)}
    return {name: count for name, count in counts.items() if count}


def _is_of(identifier: str | None, keys: Collection[str]) -> bool:
    try:
        return identifier is not None and key_of(identifier) in keys
    except ValueError:
        return False
