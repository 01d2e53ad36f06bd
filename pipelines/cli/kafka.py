"""What the commands that speak to Kafka have in common."""

from typing import Annotated

import typer

from pipelines.ingest.kafka.connection import KafkaConnection
from pipelines.settings import Settings

ServersOption = Annotated[
    str | None,
    typer.Option(
        "--servers",
        help="Kafka brokers, host:port. Default: the setting LEARNLOOM_KAFKA_SERVERS, else localhost:9092.",
        rich_help_panel="Where",
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Tell more of what is done.", rich_help_panel="Output")
]


def connection_of(settings: Settings, servers: str | None) -> KafkaConnection:
    """How to reach the brokers that the command line names, or else the settings."""
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
