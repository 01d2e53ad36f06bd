"""The warehouse that the settings name, opened to read or to write."""

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.object_store import ObjectStore
from learnloom.pipelines.lake.run import Run


def open_to_read(settings: Settings, *, snapshot: int | None = None) -> Warehouse:
    """Open the warehouse for reading; raises WarehouseMissingError where there is none.

    Args:
        settings: where it stands.
        snapshot: see it as it was then; None: always as it is.
    """
    return Warehouse(
        settings.warehouse,
        postgres=catalog_of(settings),
        store=store_of(settings),
        secret=settings.pseudonyms.student_key_file,
        read_only=True,
        snapshot=snapshot,
        memory_limit=settings.memory_limit,
    )


def open_to_write(settings: Settings, *, must_exist: bool = False, run: Run | None = None) -> Warehouse:
    """Open the warehouse for writing, making it where there is none.

    Args:
        settings: where it stands.
        must_exist: do not make one: what is to be done is for statements that have landed, and a mistyped path
            would go unseen.
        run: who writes, kept with every transaction; None: nobody is named.

    Raises:
        WarehouseMissingError: `must_exist`, and there is none.
    """
    if must_exist and not place_of(settings).stands():
        open_to_read(settings).close()
    return Warehouse(
        settings.warehouse,
        postgres=catalog_of(settings),
        store=store_of(settings),
        memory_limit=settings.memory_limit,
        lock_wait_seconds=settings.lock_wait_seconds,
        secret=settings.pseudonyms.student_key_file,
        run=run,
    )


def place_of(settings: Settings) -> Place:
    """Where the warehouse stands, or is to stand."""
    return Place(
        settings.warehouse, catalog_of(settings), store_of(settings), settings.pseudonyms.student_key_file
    )


def store_of(settings: Settings) -> ObjectStore | None:
    """The object store that holds the data; None: they lie in the warehouse's folder."""
    return None if settings.data_path is None else ObjectStore(settings.data_path, settings.s3)


def catalog_of(settings: Settings) -> str | None:
    """Connection string of the catalogue in PostgreSQL; None: it is an SQLite file."""
    return settings.catalog.get_secret_value() if settings.catalog is not None else None
