"""How much the learning record store takes in: a deployment's choices."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LrsBounds(BaseModel):
    """Under [lrs] in learnloom.toml, or LEARNLOOM_LRS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log: Literal["journal", "kafka"] | None = Field(
        default=None,
        description="What statements land from: the store's own journal, or Kafka, whose brokers have them before they "
        "are answered. None: Kafka where `kafka_bootstrap_servers` is set.",
    )
    topic: str = Field(
        default="learnloom.lrs",
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Kafka topic of statements that come over HTTP; it is made where it is missing.",
    )
    max_body_bytes: int = Field(
        default=50 * 1_048_576,
        ge=65_536,
        le=1_073_741_824,
        description="Longest body of a request, in bytes, with attachments; longer ones are refused as they come.",
    )
    max_waiting: int = Field(
        default=5_000_000,
        ge=1,
        le=1_000_000_000,
        description="Largest number of entries of the journal that wait to be landed from it; above it, "
        "statements are answered with 503.",
    )
    body_seconds: float = Field(
        default=60.0, gt=0, le=3_600, description="How long the body of a request may take to arrive."
    )
