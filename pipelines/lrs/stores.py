"""The store of a warehouse, in the database that the settings name."""

from collections.abc import Callable
from datetime import datetime

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lrs.postgres import PostgresDatabase
from learnloom.pipelines.lrs.reader import JournalReader
from learnloom.pipelines.lrs.sqlite import SqliteDatabase
from learnloom.pipelines.lrs.store import FOLDER, Store


def open_store(settings: Settings, *, now: Callable[[], datetime]) -> Store:
    """Open the store: beside the catalogue in PostgreSQL, or in a file; `now` gives the moment where it is a file.

    Raises:
        ConnectionStringError: the setting `catalog` cannot be used.
        TroubleError: the server does not let us in.
    """
    if settings.catalog is None:
        return Store(settings.warehouse, now=now)
    database = PostgresDatabase(settings.catalog.get_secret_value())
    return Store(settings.warehouse, now=now, database=database)


def open_reader(settings: Settings, journal_id: str, *, now: Callable[[], datetime]) -> JournalReader:
    """Read the journal of a store that is open in another process; raises as `open_store` does."""
    if settings.catalog is None:
        # That process has made the tables, and this one writes nothing.
        return JournalReader(SqliteDatabase(settings.warehouse / FOLDER, now=now, tables=""), journal_id)
    return JournalReader(PostgresDatabase(settings.catalog.get_secret_value()), journal_id)
