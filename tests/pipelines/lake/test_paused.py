"""A writer that is paused in the middle of its commit, as a container or a whole machine can be."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from learnloom.pipelines.lake import fence, location
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from servers.waiting import wait_until
from tests.forked import Forked

_SLOW_COMMIT = """
CREATE SEQUENCE commits;
CREATE FUNCTION wait_once() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN IF nextval(''commits'') = 1 THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON ducklake_snapshot FOR EACH ROW EXECUTE FUNCTION wait_once();
"""
_IS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
_WAIT_SECONDS = 120.0


@pytest.fixture
def server(database: str) -> Iterator[PostgresConnection]:
    """The catalogue's database."""
    with closing(PostgresConnection(parameters(database))) as connection:
        yield connection


def _write(folder: Path, database: str, number: int) -> None:
    with Warehouse(folder, postgres=database) as warehouse:

        def insert() -> None:
            with warehouse.transaction():
                warehouse.run("INSERT INTO landing.thing VALUES (?)", [number])

        warehouse.retrying(insert, wait_seconds=_WAIT_SECONDS)


@pytest.mark.long
def test_who_is_paused_in_its_commit_keeps_others_waiting_for_seconds(
    tmp_path: Path, database: str, server: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on after a while; the one that was paused is told that the server has ended it, and wrote nothing."""
    monkeypatch.setattr(fence, "_LONGEST_SECONDS", 2)
    monkeypatch.setattr(fence, "_PAUSED_SECONDS", 1)
    monkeypatch.setattr(location, "_LOCK_SECONDS", 2)
    with Warehouse(tmp_path, postgres=database) as warehouse:
        warehouse.run("CREATE SCHEMA landing")
        warehouse.run("CREATE TABLE landing.thing (n BIGINT)")
    server.executescript(_SLOW_COMMIT)

    def is_true(what: str) -> bool:
        return bool(server.execute(_IS + what).fetchone()[0])

    paused = Forked(_write, tmp_path, database, 1, stream=2)
    try:
        wait_until(lambda: is_true("wait_event = 'PgSleep'"), lambda: None)
        paused.signal(signal.SIGSTOP)
        wait_until(lambda: is_true("state = 'idle in transaction' AND backend_xid IS NOT NULL"), lambda: None)
        _write(tmp_path, database, 2)
        paused.signal(signal.SIGCONT)
        assert "server closed the connection" in paused.hear("server closed the connection")
    finally:
        paused.kill()
    with Warehouse(tmp_path, postgres=database, read_only=True) as warehouse:
        assert warehouse.rows("SELECT n FROM landing.thing ORDER BY n") == [(2,)]
