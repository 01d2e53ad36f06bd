"""Whom to tell when a flow's run did not end well: a deployment's choices."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from learnloom.pipelines.config.subscriptions import checked_address, checked_secret


class Alerts(BaseModel):
    """Under [alerts] in learnloom.toml, or LEARNLOOM_ALERTS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr | None = Field(
        default=None,
        description="Address of a chat's webhook, or of a receiver of your own; none: failures are only logged.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="whsec_ and base64, of 24 to 64 bytes: alerts are signed with it (docs/how-to/deliver.md).",
    )
    quiet_minutes: float = Field(
        default=60.0,
        ge=0,
        le=10_080,
        description="The same failure of the same flow is told again after so long, at the soonest; 0: each time.",
    )

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
