"""The vault as a schema of a PostgreSQL database of its own, with rights of its own.

What is deleted stays in the files of a table until it is written anew, which `overwrite` does, and in the write-ahead
log until that is recycled, which is the server's.
"""

from typing import Any, Final

from learnloom.pipelines.lrs.conninfo import ConnectionStringError, parameters
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
        except (TroubleError, PostgresQueryError) as error:
            self._connection.close()
            raise VaultError(f"the vault's database cannot be read: {error}") from error
        except VaultError:
            self._connection.close()
            raise

    def _prepare(self, *, creates: bool) -> None:
        for statement in _SESSION:
            self._connection.execute(statement)
        (there,) = self._connection.execute(f"SELECT to_regclass('{_SCHEMA}.consent') IS NOT NULL").fetchone()
        if there:
            return
        if not creates:
            raise VaultError(f"there is no vault in {SETTING}: `learnloom vault import` makes one")
        self._connection.executescript(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}; {for_postgres(TABLES)}")

    def execute(self, sql: str, values: Any = (), /) -> Any:
        """Run one statement."""
        return self._connection.execute(sql, values)

    def begin(self) -> None:
        """Begin to write; who else writes waits, and who reads does not."""
        self._connection.execute("BEGIN")
        self._connection.execute("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE")

    def check_can_forget(self) -> None:
        """See that the tables are ours: PostgreSQL leaves out the others when it writes anew, and says nothing."""
        (is_ours,) = self._connection.execute(
            "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class "
            f"WHERE relnamespace = '{_SCHEMA}'::regnamespace AND relkind = 'r'"
        ).fetchone()
        if not is_ours:
            raise VaultError(
                f"the role in {SETTING} does not own the vault's tables, and could not overwrite what it deletes: "
                "forget by the role that made the vault"
            )

    def overwrite(self) -> None:
        """Write the tables anew."""
        for table in _TABLES:  # each by itself: not within a transaction
            self._connection.executescript(f"VACUUM FULL {table}")

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()
