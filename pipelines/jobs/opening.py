"""What the settings name, opened: the warehouse, the brokers, the bounds on what is read."""

from pipelines.ingest.kafka.connection import KafkaConnection
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
