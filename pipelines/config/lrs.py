"""How much the learning record store takes in: a deployment's choices."""

from pydantic import BaseModel, ConfigDict, Field


class LrsBounds(BaseModel):
    """Under [lrs] in learnloom.toml, or LEARNLOOM_LRS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        description="Largest number of entries of the journal that wait to be landed; above it, statements are "
        "answered with 503.",
    )
    body_seconds: float = Field(
        default=60.0, gt=0, le=3_600, description="How long the body of a request may take to arrive."
    )
