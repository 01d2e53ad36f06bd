"""When the flows run, and on what: a deployment's choices for `learnloom serve`."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.setting_names import by_present_names

_CRON = r"^\S+ \S+ \S+ \S+ \S+$"


class Schedules(BaseModel):
    """Under [flows] in learnloom.toml, or LEARNLOOM_FLOWS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: tuple[str, ...] = Field(
        default=("xapi",), description="Kafka topics to land. Empty: only files come, or `consume` runs."
    )
    inbox: Path | None = Field(
        default=None, description="Folder whose files are landed as they arrive. None: no folder is watched."
    )
    land_seconds: float = Field(
        default=60.0,
        ge=1,
        le=86_400,
        description="How often new records are landed; a landing triggers a refresh.",
    )
    listen_seconds: float = Field(
        default=75.0,
        ge=0,
        le=86_400,
        description="How long a landing keeps listening to the topics; new records trigger a refresh at once. Keep it "
        "a little longer than `land_seconds`, so that the next landing has taken over. 0: no listening.",
    )
    refresh_pause_seconds: float = Field(
        default=20.0,
        ge=0,
        le=3_600,
        description="Shortest time between two refreshes that a listening landing triggers.",
    )
    land_max_seconds: float = Field(
        default=900.0,
        ge=1,
        le=86_400,
        description="Longest time that a landing runs; the next one continues.",
    )
    refresh_cron: str = Field(
        default="10,40 * * * *",
        pattern=_CRON,
        description="When everything is refreshed, whether or not a landing has triggered it; landings trigger more "
        "refreshes in between.",
    )
    deliver_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="How often waiting events are sent; a refresh triggers it too.",
    )
    train_cron: str = Field(
        default="0 2 * * 0", pattern=_CRON, description="When a new model version is trained."
    )
    maintain_cron: str = Field(
        default="30 3 * * *",
        pattern=_CRON,
        description="When small files are merged and old snapshots are dropped.",
    )
    check_cron: str = Field(
        default="0 * * * *", pattern=_CRON, description="When data, freshness and model are checked."
    )
    snapshot_retention_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="How many days back the warehouse can be read as it was (time travel).",
    )
    dead_letter_retention_days: int | None = Field(
        default=None,
        ge=7,
        le=3_650,
        description="Days after which the content of a dead letter is erased; its rule and position stay. None: never.",
    )
    backup: Path | None = Field(
        default=None, description="Folder for a backup at each maintenance. None: no backup is made."
    )
    runner: Literal["threads", "processes", "dask"] = Field(
        default="threads",
        description="Task runner that works on buckets of students; dask needs `learnloom[dask]`.",
    )
    workers: int = Field(default=2, ge=1, le=1_000, description="How many buckets are processed at once.")
    stale_hours: float = Field(
        default=26.0, gt=0, le=8_760, description="`check` fails if the last refresh is older."
    )
    silent_hours: float = Field(
        default=72.0, gt=0, le=8_760, description="`check` fails if nothing has landed for longer."
    )
    late_minutes: float = Field(
        default=15.0,
        gt=0,
        le=10_080,
        description="`check` fails if a scheduled run has not started after so long.",
    )
    max_lag_seconds: float = Field(
        default=900.0,
        gt=0,
        le=7 * 86_400,
        description="`check` fails if a record in a topic that was read before waits for longer (consumer lag).",
    )
    max_drift: float = Field(
        default=0.05,
        gt=0,
        le=10,
        description="`check` fails if the model's log-loss on new answers exceeds that at its training by more.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_present_names(cls, given: Any) -> Any:
        return by_present_names(given, "flows")
