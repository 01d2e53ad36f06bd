"""Sources that the settings name: files, topics, and the bounds on what is read from them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.offsets import WhenLost
from learnloom.pipelines.ingest.sources.kafka.source import TopicOptions
from learnloom.pipelines.ingest.sources.reading import Limits


def limits(settings: Settings) -> Limits:
    """The bounds on a statement that the settings name."""
    return Limits(max_bytes=settings.max_statement_bytes)


def connection_of(settings: Settings, servers: str | None = None) -> KafkaConnection:
    """How to reach the brokers named, or else those of the settings."""
    return KafkaConnection(
        servers=servers or settings.kafka_bootstrap_servers,
        security=settings.kafka_security_protocol,
        sasl=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca_file=settings.kafka_ca_file,
        cert_file=settings.kafka_cert_file,
        key_file=settings.kafka_key_file,
    )


def file_source(
    settings: Settings,
    paths: Sequence[Path],
    *,
    stdin: BinaryIO | None = None,
    passed_over: Collection[Path] = (),
) -> FileSource:
    """The files to read, with the settings' limits; see `FileSource`."""
    return FileSource(
        paths,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        stdin=stdin,
        passed_over=passed_over,
    )


def topic_options(
    settings: Settings,
    topics: Iterable[str],
    *,
    group: str | None = None,
    until_caught_up: bool = False,
    when_lost: WhenLost = "stop",
    is_over: Callable[[], bool] = lambda: False,
) -> TopicOptions:
    """How topics are read, with the settings' limits; `group` wins over that of the settings."""
    return TopicOptions(
        tuple(dict.fromkeys(topics)),
        group or settings.kafka_group_id,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        until_caught_up=until_caught_up,
        is_over=is_over,
        when_lost=when_lost,
        session_seconds=settings.kafka_session_timeout_seconds,
    )
