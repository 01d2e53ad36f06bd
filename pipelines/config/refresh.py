"""How much a refresh computes at once, and who computes it: a deployment's choices."""

from pydantic import BaseModel, ConfigDict, Field


class RefreshBounds(BaseModel):
    """Under [refresh] in learnloom.toml, or LEARNLOOM_REFRESH__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket_statements: int = Field(
        default=200_000,
        ge=100,
        le=100_000_000,
        description="Statements of the students that a process computes at once, about: it bounds its memory, "
        "which is 300 MB and 3 kB for each of them.",
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=1_000,
        description="Number of processes of this machine that compute buckets of students at once.",
    )
    dask_scheduler: str | None = Field(
        default=None,
        pattern=r"^[a-z]+://\S+$",
        description="Address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers compute buckets of "
        "students instead: docs/how-to/scale.md. It needs `learnloom[dask]`.",
    )
    fit_answers: int = Field(
        default=1_000,
        ge=50,
        le=1_000_000,
        description="Answers that an item gives to the fit of a model version; where items have more, a version is "
        "fitted on a sample of the students.",
    )
