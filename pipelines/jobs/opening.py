"""What the settings name, opened: the warehouse, the brokers, the bounds on what is read."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.files import FileSource
from pipelines.ingest.kafka.connection import KafkaConnection
from pipelines.ingest.kafka.offsets import WhenLost
from pipelines.ingest.kafka.source import Reading
from pipelines.ingest.reading import Limits
from pipelines.settings import Settings
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.run import Run


def open_to_read(settings: Settings) -> Warehouse:
    """Open the warehouse for reading; raises WarehouseMissingError where there is none."""
    return Warehouse(
        settings.warehouse,
        postgres=catalog_of(settings),
        read_only=True,
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
    if must_exist:
        open_to_read(settings).close()
    return Warehouse(
        settings.warehouse,
        postgres=catalog_of(settings),
        memory_limit=settings.memory_limit,
        turn_wait_seconds=settings.lock_wait_seconds,
        run=run,
    )


def catalog_of(settings: Settings) -> str | None:
    """Connection string of the catalogue in PostgreSQL; None: it is an SQLite file."""
    return settings.catalog.get_secret_value() if settings.catalog is not None else None


def limits(settings: Settings) -> Limits:
    """The bounds on a statement that the settings name."""
    return Limits(max_bytes=settings.max_statement_bytes)


def connection_of(settings: Settings, servers: str | None = None) -> KafkaConnection:
    """How to reach the brokers named, or else those of the settings."""
    return KafkaConnection(
        servers=servers or settings.kafka_servers,
        security=settings.kafka_security,
        sasl=settings.kafka_sasl,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca_file=settings.kafka_ca_file,
        cert_file=settings.kafka_cert_file,
        key_file=settings.kafka_key_file,
    )


def file_source(settings: Settings, paths: Sequence[Path], *, stdin: BinaryIO | None = None) -> FileSource:
    """The files to read, with the settings' limits; `stdin` is where `-` is read from."""
    return FileSource(
        paths,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        stdin=stdin,
    )


def reading_of(
    settings: Settings,
    topics: Iterable[str],
    *,
    group: str | None = None,
    until_caught_up: bool = False,
    when_lost: WhenLost = "stop",
    is_over: Callable[[], bool] = lambda: False,
) -> Reading:
    """How topics are read, with the settings' limits; `group` wins over that of the settings."""
    return Reading(
        tuple(dict.fromkeys(topics)),
        group or settings.kafka_group,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        until_caught_up=until_caught_up,
        is_over=is_over,
        when_lost=when_lost,
        session_seconds=settings.kafka_session_seconds,
    )
