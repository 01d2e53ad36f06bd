"""Subscriptions: who gets which events, by which way. A school's configuration."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from schemas.signal import Audience, SignalKind


class Patience(BaseModel):
    """How often, and how long apart, an event is sent again that could not be delivered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_attempts: int = Field(default=12, ge=1, le=1_000, description="After so many it is given up.")
    first_wait_seconds: float = Field(
        default=5.0, gt=0, le=86_400, description="Wait after the first failure."
    )
    longest_wait_seconds: float = Field(
        default=21_600.0, gt=0, le=604_800, description="Each wait is twice the one before, up to this."
    )


class _Subscription(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Its name; positions are kept by it."
    )
    kinds: tuple[SignalKind, ...] | None = Field(
        default=None, description="Kinds of signal; none named: all."
    )
    audiences: tuple[Audience, ...] | None = Field(
        default=None, description="student, teacher; none named: both."
    )
    students: tuple[str, ...] | None = Field(default=None, description="Student keys; none named: all.")
    start: Literal["standing", "new", "beginning"] = Field(
        default="standing",
        description="What a new subscriber gets first: what stands now, only what comes, or everything there ever was.",
    )
    patience: Patience = Field(default_factory=Patience)


class ToWebhook(_Subscription):
    """An HTTP endpoint; each event is a POST, signed as Standard Webhooks says."""

    to: Literal["webhook"]
    url: HttpUrl
    secret: SecretStr | None = Field(
        default=None,
        description="whsec_ and base64; set it in the environment, not in a file. None: not signed.",
    )
    timeout_seconds: float = Field(default=15.0, gt=0, le=120)
    max_per_second: float = Field(default=50.0, gt=0, le=10_000)


class ToKafka(_Subscription):
    """A topic of the brokers in the settings, keyed by student."""

    to: Literal["kafka"]
    topic: str = Field(min_length=1, max_length=249)


class ToFile(_Subscription):
    """A folder; each delivery writes a file of JSON lines, which appears there when it is complete."""

    to: Literal["file"]
    folder: Path


class ToLrs(_Subscription):
    """A learning record store; each raised signal becomes an xAPI statement of the student."""

    to: Literal["lrs"]
    url: HttpUrl = Field(description="The xAPI endpoint: where /statements stands below.")
    username: str
    password: SecretStr
    timeout_seconds: float = Field(default=15.0, gt=0, le=120)
    max_per_second: float = Field(default=50.0, gt=0, le=10_000)


Subscription = Annotated[ToWebhook | ToKafka | ToFile | ToLrs, Field(discriminator="to")]
