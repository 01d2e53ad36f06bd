"""What a school chooses about the pages for teachers and students."""

from pydantic import BaseModel, ConfigDict, Field


class PagesBounds(BaseModel):
    """Under [pages] in learnloom.toml, or LEARNLOOM_PAGES__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False,
        description="Whether `learnloom serve` runs the pages, too: `learnloom pages` runs them alone.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that they listen on where `learnloom serve` runs them.",
    )
    port: int = Field(
        default=8090,
        ge=1,
        le=65_535,
        description="Port that they listen on where `learnloom serve` runs them.",
    )
