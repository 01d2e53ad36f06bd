"""Opening the warehouse: DuckDB with the DuckLake extension over a SQLite catalogue in WAL mode.

Many processes may hold it open, reading and writing, at the same time. Each `Warehouse` is one connection and
belongs to one thread; `another()` gives a second one for another thread.
"""

import importlib.resources
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb
import filelock
import stamina

from pipelines.warehouse.catalog import create_catalog, is_laid_down
from pipelines.warehouse.errors import (
    OvertakenError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseMissingError,
)

if TYPE_CHECKING:  # importing it takes 0.2 s, which a look-up from the command line need not wait for
    import pyarrow as pa

LAKE = "lake"
"""Name under which the DuckLake is attached."""
CATALOG_FILE = "catalog.sqlite"
DATA_FOLDER = "data"
TURN_FILE = "writing.lock"
"""Held by the process that writes: SQLite lets one in at a time, and fails those that overlap only at their commit."""
_TURN_POLL_SECONDS = 0.01
# What DuckLake and SQLite say when another writer was faster: nothing is broken, the work is done again.
_CONFLICT_SIGNS = ("conflict", "database is locked", "failed to commit ducklake transaction")

Result = TypeVar("Result")
Parameters = Sequence[Any] | Mapping[str, Any]
"""Values for `?`, or by name for `$name`."""


class Warehouse:
    """One connection to the warehouse at `folder`; use as a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        memory_limit: str = "4GB",
        turn_wait_seconds: float = 60.0,
        takes_turns: bool = True,
    ) -> None:
        """Open the warehouse, creating folder and catalogue unless `read_only`.

        Args:
            folder: where it stands.
            read_only: open it for reading; others may write meanwhile.
            memory_limit: memory that DuckDB may take before it spills to disk.
            turn_wait_seconds: how long a transaction waits for another writer's to end.
            takes_turns: whether a transaction waits for others to end. Without, overlapping ones conflict at commit
                and are done again: nothing is lost, but a long one starves beside many short ones.

        Raises:
            WarehouseMissingError: `read_only` and no warehouse stands at `folder`.
            WarehouseError: the catalogue cannot be opened.
        """
        self.folder = folder
        self.read_only = read_only
        self.memory_limit = memory_limit
        self.takes_turns = takes_turns and not read_only
        self._turn = filelock.FileLock(
            folder / TURN_FILE,
            timeout=turn_wait_seconds,
            poll_interval=_TURN_POLL_SECONDS,
            thread_local=False,
        )
        catalog = folder / CATALOG_FILE
        if not catalog.exists():
            if read_only:
                raise WarehouseMissingError(
                    f"no warehouse at {folder}: import statements first (learnloom import PATH), "
                    "or point LEARNLOOM_WAREHOUSE at the right folder"
                )
            folder.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect()
        self._open(catalog)

    def _open(self, catalog: Path) -> None:
        try:
            # The first to come lays down the catalogue's tables; another who comes then waits for that.
            if self.read_only or is_laid_down(catalog):
                self._configure(catalog)
            else:
                with self._held_turn():
                    create_catalog(catalog)
                    self._configure(catalog)
        except duckdb.Error as error:
            self._connection.close()
            raise WarehouseError(f"cannot open the warehouse at {self.folder}: {error}") from error

    def _configure(self, catalog: Path) -> None:
        run = self._connection.execute
        # Autoloading would look for extensions on the network; the wheels bring what is needed.
        run("SET autoinstall_known_extensions=false")
        # DuckDB takes a program without a file (python -c) for a session at a terminal and draws a bar.
        run("SET enable_progress_bar=false")
        run("SET TimeZone='UTC'")
        run(f"SET memory_limit='{self.memory_limit}'")
        for extension in ("sqlite_scanner", "ducklake"):
            run(f"LOAD {quoted(str(extension_file(extension)))}")
        data = self.folder.resolve() / DATA_FOLDER
        options = f"DATA_PATH {quoted(f'{data}/')}, OVERRIDE_DATA_PATH true"
        if self.read_only:
            options += ", READ_ONLY"
        run(f"ATTACH {quoted(f'ducklake:sqlite:{catalog.resolve()}')} AS {LAKE} ({options})")
        self._named_first = ""
        self.use(LAKE)

    def __enter__(self) -> Self:
        """Give the open warehouse."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def another(self) -> "Warehouse":
        """Open a second connection to the same warehouse, for another thread."""
        return Warehouse(
            self.folder,
            read_only=self.read_only,
            memory_limit=self.memory_limit,
            turn_wait_seconds=self._turn.timeout,
            takes_turns=self.takes_turns,
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

    def use(self, database: str) -> None:
        """Let names without a database mean that one: the lake, or a scratch database. Asking costs 3 ms."""
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
    def one_thread(self) -> Iterator[None]:
        """Let DuckDB work in one thread within the block: each thread of a write holds row groups of its own."""
        self._connection.execute("SET threads=1")
        try:
            yield
        finally:
            self._connection.execute("RESET threads")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does as one; roll all of it back when it raises.

        Raises:
            WarehouseBusyError: another process kept its transaction open for longer than we wait.
        """
        with self._my_turn():
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self.takes_turns:
            yield
            return
        with self._held_turn():
            yield

    @contextmanager
    def _held_turn(self) -> Iterator[None]:
        try:
            self._turn.acquire()
        except filelock.Timeout as error:
            raise WarehouseBusyError(
                f"another process has been writing to {self.folder} for {self._turn.timeout:g} s: try again "
                "later, or raise LEARNLOOM_LOCK_WAIT_SECONDS"
            ) from error
        try:
            yield
        finally:
            self._turn.release()

    def snapshot(self) -> int:
        """Id of the newest snapshot that this connection sees."""
        return int(self.one(f"SELECT id FROM {LAKE}.current_snapshot()")[0])

    def retrying(self, work: Callable[[], Result], *, wait_seconds: float) -> Result:
        """Do `work` (one transaction) again while other writers are in its way, with growing pauses.

        Raises:
            WarehouseBusyError: still in the way after `wait_seconds`.
        """
        try:
            for attempt in stamina.retry_context(
                on=is_conflict, attempts=None, timeout=wait_seconds, wait_initial=0.02, wait_max=1.0
            ):
                with attempt:
                    return work()
        except (duckdb.Error, OvertakenError) as error:
            if is_conflict(error):
                raise WarehouseBusyError(
                    f"other processes kept writing to {self.folder} for {wait_seconds:g} s: try again later, "
                    f"or raise LEARNLOOM_LOCK_WAIT_SECONDS ({error})"
                ) from error
            raise
        raise AssertionError  # retry_context either returns from the block or raises


def is_conflict(error: Exception) -> bool:
    """Tell whether the error means "another writer was faster"."""
    if isinstance(error, OvertakenError):
        return True
    return isinstance(error, duckdb.Error) and any(sign in str(error).lower() for sign in _CONFLICT_SIGNS)


def extension_file(name: str) -> Path:
    """Path of the signed extension that the installed wheel carries.

    Raises:
        WarehouseError: the wheel is not installed.
    """
    package = f"duckdb_extension_{name}"
    try:
        root = importlib.resources.files(package)
    except ModuleNotFoundError as error:
        raise WarehouseError(
            f"the Python package {package.replace('_', '-')} is missing: install learnloom again"
        ) from error
    found = sorted(Path(str(root)).rglob(f"{name}.duckdb_extension"))
    if not found:
        raise WarehouseError(f"{package} holds no {name}.duckdb_extension: install learnloom again")
    return found[0]


def quoted(text: str) -> str:
    """Write `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
