"""What the commands that speak to Kafka have in common."""

from typing import Annotated

import typer

ServersOption = Annotated[
    str | None,
    typer.Option(
        "--servers",
        help="Kafka brokers, host:port. Default: the setting LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.",
        rich_help_panel="Where",
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Tell more of what is done.", rich_help_panel="Output")
]
