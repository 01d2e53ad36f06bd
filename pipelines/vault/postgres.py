"""The vault as a schema of a PostgreSQL database of its own, with rights of its own.

What is deleted stays in the files of a table until it is written anew, which `commit` does where it overwrites, and in
the write-ahead log until that is recycled, which is the server's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from learnloom.pipelines.lrs.conninfo import ConnectionStringError, parameters
from learnloom.pipelines.lrs.database import Rows
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection, PostgresQueryError, TroubleError
from learnloom.pipelines.lrs.tables import for_postgres
from learnloom.pipelines.vault.database import SETTING, TABLES
from learnloom.pipelines.vault.errors import VaultError

_SCHEMA: Final = "vault"
_TABLES: Final = ("person", "alias", "consent")
_SESSION: Final = (
    f"SET search_path = {_SCHEMA}",
    "SET synchronous_commit = on",
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '60s'",
)


class PostgresVault:
    """A connection to the database; for one thread."""

    def __init__(self, address: str, *, creates: bool = False) -> None:
        """Reach the database.

        Args:
            address: as libpq takes it.
            creates: make the schema where there is none: of the role that does so.

        Raises:
            VaultError: there is none, or it cannot be reached or read.
        """
        try:
            self._connection = PostgresConnection(parameters(address, setting=SETTING))
        except (ConnectionStringError, TroubleError, PostgresQueryError) as error:
            raise VaultError(f"the vault's database cannot be opened: {error}") from error
        try:
            self._prepare(creates=creates)
        except VaultError:
            self._connection.close()
            raise

    def _prepare(self, *, creates: bool) -> None:
        for statement in _SESSION:
            self.execute(statement)
        (there,) = self.execute(f"SELECT to_regclass('{_SCHEMA}.consent') IS NOT NULL").fetchone()
        if there:
            return
        if not creates:
            raise VaultError(f"there is no vault in {SETTING}: `learnloom vault import` makes one")
        with _named():
            self._connection.executescript(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}; {for_postgres(TABLES)}")

    def execute(self, sql: str, values: Any = (), /) -> Rows:
        """Run one statement.

        Raises:
            VaultError: the server is away, or this role may not.
        """
        with _named():
            return self._connection.execute(sql, values)

    def begin(self) -> None:
        """Begin to write; who else writes waits, and who reads does not."""
        self.execute("BEGIN")
        self.execute("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE")

    def commit(self, *, overwrites: bool) -> None:
        """Let what was written be there; with `overwrites` in new files.

        TRUNCATE gives a table a new file, and what is put into it is what is left. VACUUM FULL would keep deleted rows
        which a transaction that began before may read.
        """
        if overwrites:
            for table in _TABLES:
                self.execute(f"CREATE TEMPORARY TABLE left_of_{table} ON COMMIT DROP AS TABLE {table}")
            self.execute(f"TRUNCATE {', '.join(_TABLES)}")
            for table in _TABLES:
                self.execute(f"INSERT INTO {table} TABLE left_of_{table}")
        self.execute("COMMIT")

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except (TroubleError, PostgresQueryError) as error:
        raise VaultError(f"the vault cannot be used: {error}") from error
