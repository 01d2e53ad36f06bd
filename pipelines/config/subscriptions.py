"""Who gets the events: [[subscriptions]] in learnloom.toml, one for each receiver."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from learnloom.pipelines.config.setting_names import by_present_names
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.signal import Audience, SignalKind

_PREFIX: Final = "whsec_"
_MIN_SECRET_BYTES: Final = 24
_MAX_SECRET_BYTES: Final = 64


class SubscriptionError(LearnloomError):
    """A subscription cannot be served as it is configured."""


class _Subscription(BaseModel):
    """What every subscription says: its name, and which events it wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$",
        description="Unique and permanent name: the position of the subscription is stored under it.",
    )
    kinds: tuple[SignalKind, ...] | None = Field(
        default=None, min_length=1, description="Only these kinds of signal. Default: all."
    )
    audiences: tuple[Audience, ...] | None = Field(
        default=None, min_length=1, description="Only signals for these audiences. Default: both."
    )
    students: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Only these students, by key. Default: all."
    )
    start: Literal["now", "beginning"] = Field(
        default="now",
        description="Where a new subscription starts: now, with the current signals, or with the first event.",
    )
    max_attempts: int = Field(
        default=12,
        ge=1,
        le=1_000,
        description="Attempts after which an event is given up; later events of the student are still sent.",
    )
    first_wait_seconds: float = Field(
        default=10.0,
        gt=0,
        le=86_400,
        description="Delay before the first retry; it doubles with each failure.",
    )
    max_wait_seconds: float = Field(
        default=3_600.0, gt=0, le=7 * 86_400, description="Maximum delay between retries."
    )

    @model_validator(mode="before")
    @classmethod
    def _by_present_names(cls, given: Any) -> Any:
        return by_present_names(given, "subscriptions")

    @model_validator(mode="after")
    def _waits_grow(self) -> Self:
        if self.max_wait_seconds < self.first_wait_seconds:
            raise ValueError("max_wait_seconds must not be less than first_wait_seconds")
        return self


class KafkaSubscription(_Subscription):
    """A topic of the brokers that the settings name; messages are keyed by student."""

    to: Literal["kafka"]
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$", description="Topic to send to; it must exist.")


class FileSubscription(_Subscription):
    """A folder that gets a file of JSON lines whenever there is something new."""

    to: Literal["file"]
    folder: Path = Field(
        description="Folder to write to, for this subscription alone; it is created if it does not exist."
    )


class _HttpSubscription(_Subscription):
    """What receivers that are called by HTTP have in common."""

    url: str = Field(max_length=2_000, description="Address https://…, without user and password.")
    max_per_second: float = Field(
        default=10.0, gt=0, le=1_000, description="Maximum number of calls per second."
    )
    timeout_seconds: float = Field(
        default=10.0, gt=0, le=120, description="Timeout for the receiver's response."
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        return checked_address(url)


class WebhookSubscription(_HttpSubscription):
    """An address to which each event is posted, signed by Standard Webhooks."""

    to: Literal["webhook"]
    secret: SecretStr | None = Field(
        default=None, description="Secret: whsec_ and 24 to 64 bytes in base64. Prefer secret_variable."
    )
    secret_variable: str | None = Field(
        default=None, min_length=1, description="Environment variable with the secret."
    )

    @field_validator("secret")
    @classmethod
    def _can_be_used(cls, secret: SecretStr | None) -> SecretStr | None:
        return checked_secret(secret)

    @model_validator(mode="after")
    def _has_one_secret(self) -> Self:
        if (self.secret is None) == (self.secret_variable is None):
            raise ValueError("it must have either secret_variable or secret")
        return self

    def key(self, environment: Mapping[str, str]) -> bytes:
        """Give the bytes that sign.

        Raises:
            SubscriptionError: the environment holds no secret, or what is none.
        """
        held = _held(self.name, self.secret, self.secret_variable, environment)
        try:
            return key_of_secret(held)
        except ValueError as error:
            raise SubscriptionError(f"the secret of subscription {self.name}: {error}") from None


class LrsSubscription(_HttpSubscription):
    """A learning record store that gets each event as an xAPI statement."""

    to: Literal["lrs"]
    username: str = Field(min_length=1, description="User name or key for basic authentication.")
    password: SecretStr | None = Field(
        default=None, description="Password for basic authentication. Prefer password_variable."
    )
    password_variable: str | None = Field(
        default=None, min_length=1, description="Environment variable with the password."
    )

    @model_validator(mode="after")
    def _has_one_password(self) -> Self:
        if (self.password is None) == (self.password_variable is None):
            raise ValueError("it must have either password_variable or password")
        return self

    def auth(self, environment: Mapping[str, str]) -> tuple[str, str]:
        """Give user name and password.

        Raises:
            SubscriptionError: the environment holds no password.
        """
        return self.username, _held(self.name, self.password, self.password_variable, environment)


AnySubscription = KafkaSubscription | FileSubscription | WebhookSubscription | LrsSubscription


def must_have_secret(subscription: AnySubscription, environment: Mapping[str, str]) -> None:
    """Say what is missing where a subscription cannot be served for want of its secret.

    Raises:
        SubscriptionError: the environment holds no secret, or what is none.
    """
    match subscription:
        case WebhookSubscription():
            subscription.key(environment)
        case LrsSubscription():
            subscription.auth(environment)


Subscription = Annotated[AnySubscription, Field(discriminator="to")]
SHOWABLE: Final = {
    name
    for model in (KafkaSubscription, FileSubscription, WebhookSubscription, LrsSubscription)
    for name in model.model_fields
} - {"url", "secret", "password", "username"}
"""What may be shown of a subscription where it cannot be used; an address may hold a token."""


def checked_address(url: str) -> str:
    """Give an address back that can be called by HTTP.

    Raises:
        ValueError: it cannot; the message does not show it.
    """
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half a bracket
        is_usable = False
    if not is_usable or any(c.isspace() for c in url):
        raise ValueError("it must be an address such as https://receiver.example/hook")
    if "@" in parts.netloc:
        raise ValueError("it must not hold user and password")
    return url


def _apart(given: tuple[AnySubscription, ...]) -> tuple[AnySubscription, ...]:
    names = [each.name for each in given]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"two subscriptions have the name {twice[0]}: how far each has come is kept under it"
        )
    folders = [each.folder.absolute() for each in given if isinstance(each, FileSubscription)]
    if shared := sorted({folder for folder in folders if folders.count(folder) > 1}):
        raise ValueError(
            f"two subscriptions write to the folder {shared[0]}, where the files of one would take the place of the "
            "other's: give each a folder of its own"
        )
    return given


Subscriptions = Annotated[tuple[Subscription, ...], AfterValidator(_apart)]
"""Of which no two have one name, or one folder."""


def checked_secret(secret: SecretStr | None) -> SecretStr | None:
    """Give a secret of Standard Webhooks back that can be used, or none.

    Raises:
        ValueError: it cannot be used; the message does not show it.
    """
    if secret is not None:
        key_of_secret(secret.get_secret_value())
    return secret


def key_of_secret(secret: str) -> bytes:
    """Give the bytes that a secret of Standard Webhooks stands for.

    Raises:
        ValueError: it is none; the message does not show it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _MIN_SECRET_BYTES <= len(key) <= _MAX_SECRET_BYTES:
        raise ValueError(
            f"a secret is {_PREFIX} and the base64 of {_MIN_SECRET_BYTES} to {_MAX_SECRET_BYTES} random bytes"
        )
    return key


def _held(name: str, secret: SecretStr | None, variable: str | None, environment: Mapping[str, str]) -> str:
    """Give a secret, or what the environment variable holds that a subscription names."""
    if secret is not None:
        return secret.get_secret_value()
    held = environment.get(variable or "")
    if not held:
        raise SubscriptionError(
            f"subscription {name} takes its secret from the environment variable {variable}, which is not set"
        )
    return held
