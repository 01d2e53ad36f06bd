"""Whom to tell when a flow's run did not end well: a deployment's choices."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from learnloom.pipelines.config.setting_names import by_present_names
from learnloom.pipelines.config.subscriptions import checked_address, checked_secret


class Alerts(BaseModel):
    """Under [alerts] in learnloom.toml, or LEARNLOOM_ALERTS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr | None = Field(
        default=None,
        description="Webhook address of a chat or of your own receiver. None: failures are only logged.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Secret that signs the alerts: whsec_ and 24 to 64 bytes in base64 (docs/how-to/deliver.md).",
    )
    repeat_interval_minutes: float = Field(
        default=60.0,
        ge=0,
        le=10_080,
        description="Minimum time between two alerts for the same failure of a flow. 0: every failure is sent.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_present_names(cls, given: Any) -> Any:
        return by_present_names(given, "alerts")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            checked_address(url.get_secret_value())
        return url

    @field_validator("secret")
    @classmethod
    def _can_be_used(cls, secret: SecretStr | None) -> SecretStr | None:
        return checked_secret(secret)

    @model_validator(mode="after")
    def _has_something_to_sign(self) -> Self:
        if self.secret is not None and self.url is None:
            raise ValueError("secret has no effect without url")
        return self
