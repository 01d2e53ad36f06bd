"""The PostgreSQL that other tests stand on."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake.extensions import extension_file, quoted
from servers.postgres.server import Address, OwnPostgres, Postgres


def test_database_is_empty_and_ones_own(database: str, postgres: Postgres) -> None:
    """Each test has a database of its own, and nothing of another's is in it."""
    address = Address.parse(database)
    assert address.uri == database
    assert address.database != postgres.address.database
    assert address.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
    address.run("CREATE TABLE here (x int)")
    other = postgres.create_database()
    assert other.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
    postgres.drop_database(other)


def test_duckdb_takes_the_address(database: str, tmp_path: Path) -> None:
    """A DuckLake whose catalogue is the database, by the address as it is given, keeps what is written."""
    for expected in ([], [(7,)]):
        with duckdb.connect() as connection:
            for extension in ("postgres_scanner", "ducklake"):
                connection.execute(f"LOAD {quoted(str(extension_file(extension)))}")
            where = quoted(f"ducklake:postgres:{database}")
            connection.execute(f"ATTACH {where} AS lake (DATA_PATH {quoted(str(tmp_path))})")
            connection.execute("CREATE TABLE IF NOT EXISTS lake.kept (x INTEGER)")
            assert connection.sql("FROM lake.kept").fetchall() == expected
            connection.execute("INSERT INTO lake.kept VALUES (7)")


@pytest.mark.parametrize("end", [OwnPostgres.kill, OwnPostgres.stop], ids=["kill", "stop"])
def test_ended_server_comes_back_with_its_data(
    end: Callable[[OwnPostgres], None], make_postgres: Callable[[], OwnPostgres]
) -> None:
    """What was committed is there, at the same address, after a crash as after a good end."""
    server = make_postgres()
    server.address.run("CREATE TABLE kept AS SELECT 7 AS x")
    end(server)
    assert not server.is_ready()
    server.start()
    assert server.address.run("SELECT x FROM kept") == [[7]]
