"""PostgreSQL as tests and measurements see it."""

import uuid
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

import pg8000.native

from servers.errors import StartError
from servers.ports import LOOPBACK
from servers.server import Owned, Runner, Server

_DEFAULT_PORT = 5432
_TIMEOUT_SECONDS = 10
_REFUSED = (pg8000.native.InterfaceError, pg8000.native.DatabaseError)


@dataclass(frozen=True)
class Address:
    """Where a database is, and who comes in."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @classmethod
    def parse(cls, uri: str) -> "Address":
        """Read postgresql://user:password@host:port/database; ValueError, without the password, for anything else."""
        parts = urlsplit(uri)
        if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname or parts.query:
            where = f"{parts.scheme}://…@{parts.hostname}" if parts.scheme else "what is given"
            raise ValueError(f"{where} is not of the form postgresql://user:password@host:port/database")
        user = unquote(parts.username or "postgres")
        database = unquote(parts.path.removeprefix("/")) or user
        port = parts.port or _DEFAULT_PORT
        return cls(parts.hostname, port, user, unquote(parts.password or ""), database)

    @property
    def uri(self) -> str:
        """The same as libpq, and with it DuckDB, takes it."""
        login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(self.database, safe='')}"

    def run(self, sql: str) -> list[list[object]]:
        """Run one statement in a connection of its own."""
        connection = pg8000.native.Connection(
            self.user, self.host, self.database, self.port, self.password or None, timeout=_TIMEOUT_SECONDS
        )
        try:
            return list(connection.run(sql) or ())
        finally:
            connection.close()


class Postgres(Server):
    """A PostgreSQL at an address, whoever runs it."""

    def __init__(self, address: Address) -> None:
        """`address` is a database from which others may be created."""
        self.address = address

    def start(self) -> None:
        """See that it lets us in."""
        try:
            self.address.run("SELECT 1")
        except _REFUSED as error:
            at = f"{self.address.host}:{self.address.port}"
            raise StartError(f"no PostgreSQL lets us in at {at}: {error}") from error

    def is_ready(self) -> bool:
        """Whether it lets us in."""
        try:
            self.address.run("SELECT 1")
        except _REFUSED:
            return False
        return True

    def create_database(self) -> Address:
        """Create an empty database."""
        name = f"learnloom_{uuid.uuid4().hex}"
        self.address.run(f'CREATE DATABASE "{name}"')
        return replace(self.address, database=name)

    def drop_database(self, database: Address) -> None:
        """Drop a database, whoever is connected to it."""
        self.address.run(f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')


class OwnPostgres(Owned, Postgres):
    """A PostgreSQL that is ours; it lets in everybody on this machine."""

    def __init__(self, runner: Runner, port: int) -> None:
        """`port` is the one on 127.0.0.1."""
        Owned.__init__(self, runner)
        Postgres.__init__(self, Address(LOOPBACK, port, "postgres", "", "postgres"))
