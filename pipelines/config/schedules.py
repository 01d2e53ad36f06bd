"""When the flows run, and on what: a deployment's choices for `learnloom serve`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_CRON = r"^\S+ \S+ \S+ \S+ \S+$"


class Schedules(BaseModel):
    """Under [flows] in learnloom.toml, or LEARNLOOM_FLOWS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: tuple[str, ...] = Field(
        default=("xapi",), description="Topics to land; none where only files come, or `consume` runs."
    )
    inbox: Path | None = Field(
        default=None, description="Folder whose files are landed when they come; none: no folder is watched."
    )
    land_seconds: float = Field(
        default=60.0, ge=1, le=86_400, description="So often what has come is landed; it triggers a refresh."
    )
    listen_seconds: float = Field(
        default=75.0,
        ge=0,
        le=86_400,
        description="So long a landing goes on listening to the topics, a little longer than `land_seconds`, so that "
        "the next has taken over; what comes triggers a refresh at once. 0: it ends where all has landed.",
    )
    tell_seconds: float = Field(
        default=20.0,
        ge=0,
        le=3_600,
        description="While it listens, a landing triggers a refresh so often at the most.",
    )
    land_max_seconds: float = Field(
        default=900.0,
        ge=1,
        le=86_400,
        description="A landing stops after so long; the next goes on from there.",
    )
    refresh_cron: str = Field(
        default="10,40 * * * *",
        pattern=_CRON,
        description="When what is told is brought up to the day, and what a landing has not told of is taken in; "
        "landing triggers refreshes in between.",
    )
    deliver_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="So often what waits is sent again; a refresh triggers it too.",
    )
    train_cron: str = Field(default="0 2 * * 0", pattern=_CRON, description="When the model is fitted anew.")
    maintain_cron: str = Field(
        default="30 3 * * *", pattern=_CRON, description="When files are merged and old snapshots dropped."
    )
    check_cron: str = Field(
        default="0 * * * *", pattern=_CRON, description="When data, freshness and model are checked."
    )
    kept_days: int = Field(
        default=30, ge=1, le=3_650, description="So far back the warehouse can be seen as it was."
    )
    dead_letters_kept_days: int | None = Field(
        default=None,
        ge=7,
        le=3_650,
        description="After so long what a refused record says is dropped; its rule and place stay. None: never.",
    )
    backup: Path | None = Field(
        default=None, description="Folder for a backup at each maintenance; none: no backup is made."
    )
    runner: Literal["threads", "processes", "dask"] = Field(
        default="threads",
        description="What works on buckets of students; dask needs `learnloom[dask]`.",
    )
    workers: int = Field(default=2, ge=1, le=1_000, description="How many buckets are worked on at once.")
    stale_hours: float = Field(
        default=26.0, gt=0, le=8_760, description="`check` fails where the last refresh is older."
    )
    silent_hours: float = Field(
        default=72.0, gt=0, le=8_760, description="`check` fails where nothing has landed for longer."
    )
    late_minutes: float = Field(
        default=15.0,
        gt=0,
        le=10_080,
        description="`check` fails where a run has not begun so long after its time.",
    )
    max_behind_seconds: float = Field(
        default=900.0,
        gt=0,
        le=7 * 86_400,
        description="`check` fails where a record of a topic that was read before waits for longer.",
    )
    max_drift: float = Field(
        default=0.05,
        gt=0,
        le=10,
        description="`check` fails where the model's log-loss on answers since its fit is more above that at its fit.",
    )
