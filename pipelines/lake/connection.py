"""Opening the warehouse: DuckDB with the DuckLake extension over a catalogue in SQLite or PostgreSQL.

Many processes may hold it open, reading and writing, at the same time. Each `Warehouse` is one connection and
belongs to one thread; `another()` gives a second one for another thread.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from learnloom.pipelines.lake.attach import attach, configure
from learnloom.pipelines.lake.attempts import attempts
from learnloom.pipelines.lake.catalog import create_catalog, note_laid_down
from learnloom.pipelines.lake.errors import WarehouseError, WarehouseMissingError
from learnloom.pipelines.lake.extensions import are_checked
from learnloom.pipelines.lake.fence import REFRESH, FileWriteLock, NoWriteLock, PostgresWriteLock, WriteLock
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.macros import define_macros
from learnloom.pipelines.lake.object_store import ObjectStore
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.lake.student_secret import read_secret
from learnloom.pipelines.lake.trouble import explained, outdated

if TYPE_CHECKING:  # importing it takes 0.2 s, which a look-up from the command line need not wait for
    import pyarrow as pa

LAKE = "lake"
"""Name under which the DuckLake is attached."""

Result = TypeVar("Result")
Parameters = Sequence[Any] | Mapping[str, Any]
"""Values for `?`, or by name for `$name`."""


class Warehouse:
    """One connection to the warehouse at `folder`; use as a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres: str | None = None,
        store: ObjectStore | None = None,
        secret: Path | None = None,
        read_only: bool = False,
        snapshot: int | None = None,
        memory_limit: str = "1GB",
        lock_wait_seconds: float = 60.0,
        takes_lock: bool = True,
        run: Run | None = None,
    ) -> None:
        """Open the warehouse, creating folder and catalogue unless `read_only`.

        Args:
            folder: where it stands.
            postgres: connection string of the database that holds the catalogue; None: an SQLite file in `folder`.
            store: the object store that holds the data; None: they lie in `folder`.
            secret: file of the secret of student keys; None: it is in `folder`.
            read_only: open it for reading; others may write meanwhile.
            snapshot: see it as it was then, for reading only; None: always as it is.
            memory_limit: memory that DuckDB may take before it spills to disk.
            lock_wait_seconds: how long a transaction waits for another writer's to end.
            takes_lock: whether a transaction waits for others to end. Without, overlapping ones conflict at commit
                and are done again: nothing is lost, but a long one starves beside many short ones.
            run: who writes, kept with every transaction.

        Raises:
            WarehouseMissingError: `read_only` and no warehouse stands at `folder`.
            WarehouseUnavailableError: the catalogue's server or the object store does not answer, or the disk is in
                trouble.
            WarehouseError: the catalogue cannot be opened, or its data lie elsewhere.
        """
        self.place = Place(folder, postgres, store, secret)
        self.read_only = read_only
        self.pinned_snapshot = snapshot
        self.memory_limit = memory_limit
        self.takes_lock = takes_lock and not read_only
        self.lock_wait_seconds = lock_wait_seconds
        self.signed_by = run
        self._write_lock = self._new_write_lock() if self.takes_lock else NoWriteLock()
        if read_only and not self.place.may_stand():
            raise WarehouseMissingError.at(self.place)
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        self._has_macros = False
        self.threads_before: int | None = None
        """Threads of DuckDB before it was let work in one; None: it works as it is set."""
        self.seen: dict[str, Any] | None = None
        """What the catalogue has told of the one snapshot that is read; None: each query may see another."""
        is_checked = are_checked(self.place.extensions)
        self._connection = duckdb.connect(config={"allow_unsigned_extensions": is_checked})
        self._open()

    def _new_write_lock(self) -> WriteLock:
        if self.place.postgres is None:
            return FileWriteLock(self.place.folder, self.lock_wait_seconds)
        return PostgresWriteLock(self.place.postgres, self.lock_wait_seconds)

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return self.place.folder

    def _open(self) -> None:
        try:
            # The first to come lays down the catalogue's tables; another who comes then waits for that.
            if self.read_only or self.place.stands():
                self._configure()
            else:
                with closing(self._new_write_lock()) as lock, lock.held("opening"):
                    if self.place.postgres is None:
                        create_catalog(self.place.sqlite)
                    self._configure()
            if self.place.postgres is None:
                note_laid_down(self.place.sqlite)
        except WarehouseError:
            self._connection.close()
            raise
        except duckdb.Error as error:
            self._connection.close()
            if self.read_only and "does not exist" in str(error):
                raise WarehouseMissingError.at(self.place) from error
            told = f"cannot open the warehouse at {self.place}: {self.place.scrubbed(str(error))}"
            raise explained(error, self.place) or WarehouseError(told) from None

    def _configure(self) -> None:
        configure(self._connection, self.place, memory_limit=self.memory_limit, is_writing=not self.read_only)
        attach(self._connection, self.place, LAKE, read_only=self.read_only, snapshot=self.pinned_snapshot)
        self._named_first = ""
        self.use(LAKE)

    def __enter__(self) -> Self:
        """Give the open warehouse."""
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Close the connection; an open transaction is rolled back.

        Raises:
            WarehouseUnavailableError, WarehouseError: in place of DuckDB's words for the same trouble.
        """
        self.close()
        known = explained(error, self.place) or (outdated(error, self.place) if self.read_only else None)
        if known is not None:
            raise known from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._write_lock.close()

    def another(self) -> "Warehouse":
        """Open a second connection to the same warehouse, for another thread."""
        return Warehouse(
            self.place.folder,
            postgres=self.place.postgres,
            store=self.place.store,
            secret=self.place.secret,
            read_only=self.read_only,
            snapshot=self.pinned_snapshot,
            memory_limit=self.memory_limit,
            lock_wait_seconds=self.lock_wait_seconds,
            takes_lock=self.takes_lock,
            run=self.signed_by,
        )

    def run(self, sql: str, parameters: Parameters | None = None) -> None:
        """Execute a statement whose result is not needed."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Execute a query and return all rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> tuple[Any, ...]:
        """Execute a query that must yield a row and return it.

        Raises:
            WarehouseError: the query yields no row.
        """
        row = self._connection.execute(sql, parameters).fetchone()
        if row is None:
            raise WarehouseError(f"the query yields no row: {sql}")
        return row

    def table(self, sql: str, *, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Execute a query and return the names of its columns and its first rows, at the most `limit`."""
        answer = self._connection.execute(sql)
        return [column[0] for column in answer.description or ()], answer.fetchmany(limit)

    def arrow(self, sql: str, parameters: Parameters | None = None) -> "pa.Table":
        """Execute a query and return its result as an Arrow table."""
        return self._connection.execute(sql, parameters).to_arrow_table()

    def arrow_batches(
        self, sql: str, parameters: Parameters | None = None, *, at_once: int
    ) -> "Iterator[pa.RecordBatch]":
        """Execute a query and yield its rows, about `at_once` at a time; nothing else may be asked meanwhile."""
        yield from self._connection.execute(sql, parameters).to_arrow_reader(at_once)

    def use(self, database: str) -> None:
        """Let names without a database mean that one: the lake, or a workspace. Asking costs 3 ms."""
        if database != self._named_first:
            self._connection.execute(f"USE {database}")
            self._named_first = database

    @contextmanager
    def holding(self, **tables: "pa.Table") -> Iterator[None]:
        """Make Arrow tables readable by SQL under the names given, within the block."""
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(name)

    @contextmanager
    def transaction(self, lock: str = REFRESH) -> Iterator[None]:
        """Commit what the block does as one; roll all of it back when it raises.

        Args:
            lock: name of the write lock (`learnloom.pipelines.lake.fence`): others of the same name wait.

        Raises:
            WarehouseBusyError: another process kept its transaction open for longer than we wait.
        """
        with self._write_lock.held(lock):
            self._connection.execute("BEGIN")
            try:
                if self.signed_by is not None and not self.read_only:
                    self._connection.execute(f"CALL {LAKE}.set_commit_message(?, ?)", list(self.signed_by))
                yield
            except BaseException:
                # A lost server has rolled back already; the error in hand tells it.
                with suppress(duckdb.Error):
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def turn(self, lock: str = REFRESH) -> AbstractContextManager[None]:
        """Hold a write lock within the block, for what is a transaction by itself; arguments, errors as above."""
        return self._write_lock.held(lock)

    def define_macros(self) -> None:
        """Make the macros of sql/macros for this connection, unless they are made.

        Raises:
            StudentSecretError: the secret of student keys cannot be read.
        """
        if not self._has_macros:
            secret = read_secret(self.place.secret_file)
            define_macros(self._connection, secret.value if secret is not None else None)
            self._has_macros = True

    def snapshot(self) -> int:
        """Id of the newest snapshot that this connection sees."""
        return int(self.one(f"SELECT id FROM {LAKE}.current_snapshot()")[0])

    def attempts(self, wait_seconds: float, *, least: int = 1) -> Iterator[AbstractContextManager[object]]:
        """Give a context to do the work of one transaction in, and another while other writers are in its way.

        Args:
            wait_seconds: how long they may be.
            least: so many it gives in any case: work that takes longer than that is done again, too.

        Raises:
            WarehouseBusyError: still in the way after that.
            WarehouseUnavailableError: disk, server or object store is in trouble; nothing of the work is there, or
                all of it.
            WarehouseError: the object store refuses.
        """
        return attempts(self.place, wait_seconds, least=least)

    def retrying(self, work: Callable[[], Result], *, wait_seconds: float) -> Result:
        """Do `work` in each of `attempts` until it is done; errors as there."""
        for attempt in self.attempts(wait_seconds):
            with attempt:
                return work()
        raise AssertionError  # the last attempt either returns from the block or raises
