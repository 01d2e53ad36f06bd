"""When the flows run, and on what: a deployment's choices for `learnloom serve`."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from learnloom.pipelines.config.setting_names import by_present_names

_CRON = r"^\S+ \S+ \S+ \S+ \S+$"


class Schedules(BaseModel):
    """Under [flows] in learnloom.toml, or LEARNLOOM_FLOWS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: tuple[str, ...] = Field(
        default=("xapi",),
        description="Topics to land. Leave it empty if only files are landed or if `consume` runs.",
    )
    inbox: Path | None = Field(
        default=None, description="Folder whose new files are landed. None: no folder is watched."
    )
    live: bool = Field(
        default=True,
        description="Whether `serve` keeps a process running that lands, refreshes and delivers as records come. "
        "Otherwise each run is a process of its own, as in a work pool.",
    )
    live_step_seconds: float = Field(
        default=7_200.0,
        ge=600,
        le=604_800,
        description="Maximum duration of a step of that process: a relation or a bucket of a refresh, staging, or the "
        "delivery to a subscription. After it the process is taken to hang: it ends with an alert, and starts again.",
    )
    land_seconds: float = Field(
        default=60.0,
        ge=1,
        le=86_400,
        description="How often new records are landed. Landing triggers a refresh.",
    )
    listen_seconds: float = Field(
        default=75.0,
        ge=0,
        le=86_400,
        description="How long a landing run keeps consuming the topics. It is a little longer than `land_seconds`, "
        "so that the next run has taken over; new records trigger a refresh at once. 0: it ends when all has landed.",
    )
    refresh_pause_seconds: float = Field(
        default=20.0,
        ge=0,
        le=3_600,
        description="Minimum time between two refreshes that a running landing triggers.",
    )
    land_max_seconds: float = Field(
        default=900.0,
        ge=1,
        le=86_400,
        description="Maximum duration of a landing run. The next run resumes where it stopped.",
    )
    refresh_cron: str = Field(
        default="10,40 * * * *",
        pattern=_CRON,
        description="When a scheduled refresh runs. It includes everything that has landed; "
        "landing triggers more refreshes in between.",
    )
    deliver_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="How often failed deliveries are retried. A refresh triggers delivery, too.",
    )
    deliver_max_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="Maximum duration of the delivery to one subscription in a run, so that the others have their "
        "turn. The next run resumes where it stopped.",
    )
    train_cron: str = Field(
        default="0 2 * * 0", pattern=_CRON, description="When a new model version is fitted."
    )
    maintain_cron: str = Field(
        default="30 3 * * *",
        pattern=_CRON,
        description="When files are merged and old snapshots are dropped.",
    )
    check_cron: str = Field(
        default="0 * * * *", pattern=_CRON, description="When data, freshness and model are checked."
    )
    snapshot_retention_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="Number of days for which snapshots are kept: the warehouse can be read as it was.",
    )
    dead_letter_retention_days: int | None = Field(
        default=27,
        ge=7,
        le=3_650,
        description="Days after which the content of a dead letter is dropped; its rule and offset stay. "
        "By default within the month in which a school has to answer a student.",
    )
    erasure_days: int = Field(
        default=21,
        ge=0,
        le=365,
        description="Days after which old snapshots are dropped for the sake of a student who is to be erased, "
        "if they are not gone by then.",
    )
    backup: str | None = Field(
        default=None,
        min_length=1,
        description="Folder, or s3://BUCKET/PREFIX/, for a backup at each maintenance. None: no backup is made.",
    )
    stale_hours: float = Field(
        default=26.0, gt=0, le=8_760, description="`check` fails if the last refresh is older than this."
    )
    silent_hours: float = Field(
        default=72.0, gt=0, le=8_760, description="`check` fails if nothing has landed for longer than this."
    )
    late_minutes: float = Field(
        default=15.0,
        gt=0,
        le=10_080,
        description="`check` fails if a flow run is late by more than this.",
    )
    max_lag_seconds: float = Field(
        default=900.0,
        gt=0,
        le=7 * 86_400,
        description="`check` fails if the oldest record of a known topic has waited for longer than this.",
    )
    max_drift: float = Field(
        default=0.05,
        gt=0,
        le=10,
        description="`check` fails if the model's log-loss on newer answers exceeds that of its fit by more than this.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_present_names(cls, given: Any) -> Any:
        return by_present_names(given, "flows")
