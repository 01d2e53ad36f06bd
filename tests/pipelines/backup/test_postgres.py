"""With the catalogue in PostgreSQL a backup holds the store and logins, which stand in its database."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from pydantic import SecretStr

from learnloom.pipelines.backup.everything import back_up_everything, restore_everything
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.backup import BackupError
from learnloom.pipelines.lake.catalog_copy import POSTGRES_COPY
from learnloom.pipelines.lake.open import open_to_read, place_of
from learnloom.pipelines.login.sessions import Identity, Sessions
from learnloom.pipelines.login.store import open_login_store
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.journal import Incoming, Submitter, append
from learnloom.pipelines.lrs.keys import add_key
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.lrs.stores import open_store
from learnloom.pipelines.roster.reader import Reader, Role
from tests.pipelines.lrs.serving import Client, Clock, serving, statement

pytestmark = pytest.mark.slow

_STATE = "/activities/state?activityId=https://example.org/page&stateId=s&agent={%22mbox%22:%22mailto:a@example.org%22}"
_NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
_ANN = Identity("https://idp#1", "Ann", "student", "mailto:ann@school.example", (), "en")
_INDEXES = (
    "SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes "
    "WHERE schemaname IN ('lrs', 'login') ORDER BY 1, 2, 3"
)
_COLUMNS = (
    "SELECT table_schema, table_name, column_name, data_type, column_default, is_nullable "
    "FROM information_schema.columns WHERE table_schema IN ('lrs', 'login') ORDER BY 1, 2, 3"
)
_CONSTRAINTS = (
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace IN ('lrs'::regnamespace, 'login'::regnamespace) ORDER BY 1, 2"
)
_WAITING = [f"00000000-0000-4000-8000-{number:012x}" for number in range(3)]
_SENDER = Submitter("key", defines=True)


def _settings(folder: Path, database: str) -> Settings:
    return Settings(warehouse=folder, catalog=SecretStr(database))


def _rows(database: str, *asked: str) -> list[Any]:
    connection = PostgresConnection(parameters(database))
    try:
        return [connection.execute(each).fetchall() for each in asked]
    finally:
        connection.close()


def _fill(settings: Settings, database: str) -> tuple[tuple[str, str], str, str]:
    """A door has answered, somebody is logged in, and three entries have not landed; gives key, statement, session."""
    with open_store(settings, now=Clock()) as store:
        key, secret = add_key(store, "tests", scopes=("all",))
    with serving(settings.warehouse, {"catalog": SecretStr(database)}) as address:
        client = Client(address, (key.key_id, secret))
        (landed,) = client.post(statement())
        assert client("PUT", _STATE, content=b"\x001").status_code == 204
    waiting = [
        Incoming(each, orjson.dumps(statement(id=each)), findable(statement(id=each)), "1.0.3", _SENDER)
        for each in _WAITING
    ]
    with open_store(settings, now=Clock()) as store:
        store.write(lambda connection, moment: append(connection, moment, waiting))
    with open_login_store(settings, now=lambda: _NOW) as logins:
        reader = Reader(_ANN.subject, _ANN.name, Role.STUDENT, "a" * 16, frozenset(), "en")
        session = Sessions(logins, settings.login).begin(_ANN, reader, is_framed=False)
    return (key.key_id, secret), landed, session


def test_what_stands_beside_the_catalogue_comes_back(
    tmp_path: Path, database: str, postgres_database: Callable[[], str]
) -> None:
    """Keys, documents, entries that have not landed, and sessions are what they were; the tables are the same ones."""
    before, again = _settings(tmp_path / "before", database), postgres_database()
    key, landed, session = _fill(before, database)
    with open_to_read(before) as warehouse:
        back_up_everything(warehouse, tmp_path / "safe")
    assert (tmp_path / "safe" / POSTGRES_COPY).stat().st_mode & 0o077 == 0
    after = _settings(tmp_path / "after", again)
    restore_everything(tmp_path / "safe", place_of(after))
    made = (_INDEXES, _COLUMNS, _CONSTRAINTS)
    assert _rows(again, *made) == _rows(database, *made)
    with open_login_store(after, now=lambda: _NOW) as logins:
        found = Sessions(logins, after.login).find(session)
    assert found is not None
    assert found.identity == _ANN
    with serving(after.warehouse, {"catalog": SecretStr(again)}) as address:
        client = Client(address, key)
        assert client("GET", _STATE).content == b"\x001"
        assert set(client.found()) == {landed, *_WAITING}
        (later,) = client.post(statement("later"))
        assert set(client.found()) == {landed, later, *_WAITING}
    with open_to_read(after) as warehouse:
        assert warehouse.one("SELECT count(*), count(DISTINCT statement_id) FROM landing.statement") == (5, 5)


def test_nothing_is_written_over(tmp_path: Path, database: str, postgres_database: Callable[[], str]) -> None:
    """Where a store stands already, though no warehouse, a restore is refused, and leaves it as it is."""
    before, again = _settings(tmp_path / "before", database), postgres_database()
    _fill(before, database)
    with open_to_read(before) as warehouse:
        back_up_everything(warehouse, tmp_path / "safe")
    after = _settings(tmp_path / "after", again)
    with open_store(after, now=Clock()) as store:
        add_key(store, "another school's")
    with pytest.raises(BackupError, match=r"a warehouse stands at .*, with lrs\.activity"):
        restore_everything(tmp_path / "safe", place_of(after))
    tables = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'ducklake%'"
    assert _rows(again, tables, "SELECT label FROM lrs.key") == [[], [["another school's"]]]


@pytest.mark.long
def test_half_a_backup_is_none(tmp_path: Path, database: str, postgres_database: Callable[[], str]) -> None:
    """One that ended before its last file is not restored; where one stood before, that one is, with all it had."""
    before, safe = _settings(tmp_path / "before", database), tmp_path / "safe"
    _fill(before, database)
    in_the_way = safe / f"{POSTGRES_COPY}.part"
    safe.mkdir()
    in_the_way.symlink_to(tmp_path / "absent" / "file")
    with open_to_read(before) as warehouse, pytest.raises(BackupError, match="cannot be made"):
        back_up_everything(warehouse, safe)
    with pytest.raises(BackupError, match="no backup at"):
        restore_everything(safe, place_of(_settings(tmp_path / "after", postgres_database())))
    in_the_way.unlink()
    with open_to_read(before) as warehouse:
        back_up_everything(warehouse, safe)
    with open_store(before, now=Clock()) as store:
        add_key(store, "later")
    in_the_way.symlink_to(tmp_path / "absent" / "file")
    with open_to_read(before) as warehouse, pytest.raises(BackupError, match="cannot be made"):
        back_up_everything(warehouse, safe)
    again = postgres_database()
    restore_everything(safe, place_of(_settings(tmp_path / "again", again)))
    assert _rows(again, "SELECT label FROM lrs.key") == [[["tests"]]]


def test_a_backup_without_the_store_is_restored(
    tmp_path: Path, database: str, postgres_database: Callable[[], str]
) -> None:
    """An earlier release kept the catalogue alone."""
    before, again = _settings(tmp_path / "before", database), postgres_database()
    _fill(before, database)
    with open_to_read(before) as warehouse:
        back_up_everything(warehouse, tmp_path / "safe")
    with duckdb.connect(str(tmp_path / "safe" / POSTGRES_COPY)) as copy:
        copy.execute("DROP SCHEMA lrs CASCADE")
        copy.execute("DROP SCHEMA login CASCADE")
        copy.execute("DELETE FROM definition WHERE name LIKE '%.%'")
        copy.execute("ALTER TABLE definition RENAME name TO relname")
    after = _settings(tmp_path / "after", again)
    restore_everything(tmp_path / "safe", place_of(after))
    with open_to_read(after) as warehouse:
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (1,)
