"""One frozen Settings, read at entry points only: environment over file over defaults."""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.subscriptions import SHOWABLE, AnySubscription, Subscription
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.schemas.errors import LearnloomError

SETTINGS_FILE = "learnloom.toml"


class SettingsError(LearnloomError):
    """A setting has a value that cannot be used."""


class Settings(BaseSettings):
    """What a deployment may choose. Each field is also LEARNLOOM_<NAME> in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="LEARNLOOM_",
        env_nested_delimiter="__",
        toml_file=SETTINGS_FILE,
        frozen=True,
        extra="forbid",
    )

    warehouse: Path = Field(
        default=Path("learnloom-warehouse"),
        description="Folder of the warehouse: catalog.sqlite and the Parquet files under data/.",
    )
    catalog: SecretStr | None = Field(
        default=None,
        description="PostgreSQL database with the catalogue, for several machines: postgresql://user@host/name. "
        "Without it, an SQLite file in the warehouse's folder.",
    )
    xapi_version: Literal["1.0.3", "2.0.0"] = Field(
        default="1.0.3",
        description="xAPI version by which a statement is judged that names none itself.",
    )
    max_statement_bytes: int = Field(
        default=1_048_576, ge=1_024, le=64 * 1_048_576, description="A larger statement is refused."
    )
    batch_records: int = Field(
        default=10_000, ge=1, le=200_000, description="Records landed in one transaction, at the most."
    )
    batch_bytes: int = Field(
        default=32 * 1_048_576,
        ge=65_536,
        le=1_073_741_824,
        description="Bytes landed in one transaction, about at the most.",
    )
    batch_seconds: float = Field(
        default=1.0,
        gt=0,
        le=600,
        description="How long a record from Kafka waits for its transaction to fill, at the most.",
    )
    lock_wait_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3_600,
        description="How long to wait, or try again, while another process writes.",
    )
    memory_limit: str = Field(
        default="4GB",
        pattern=r"^\d+(MB|GB)$",
        description="Memory DuckDB may take before it spills to disk.",
    )
    session_gap_minutes: int = Field(
        default=30, ge=5, le=240, description="A longer pause between two statements ends a session."
    )
    time_zone: str = Field(
        default="UTC",
        description="The school's time zone (IANA name): days and hours of the day are told in it.",
    )
    event_source: str = Field(
        default="/learnloom",
        pattern=r"^[^\s<>\"]+$",
        max_length=200,
        description="URI reference by which receivers of events know this deployment.",
    )
    kafka_servers: str = Field(
        default="localhost:9092",
        min_length=1,
        description="Kafka brokers, host:port, separated by commas.",
    )
    kafka_group: str = Field(
        default="learnloom",
        min_length=1,
        max_length=200,
        description="Consumer group: its members share the partitions of a topic.",
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How the brokers are spoken to."
    )
    kafka_sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        default=None, description="How we prove who we are, with SASL."
    )
    kafka_username: str | None = Field(default=None, description="Who we are, with SASL.")
    kafka_password: SecretStr | None = Field(
        default=None, description="Its password; never shown. Set it in the environment, not in a file."
    )
    kafka_ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) by which the brokers are known, with SSL; without, the machine's.",
    )
    kafka_cert_file: Path | None = Field(
        default=None, description="Our own certificate (PEM), where the brokers ask for one."
    )
    kafka_key_file: Path | None = Field(default=None, description="The key of our own certificate (PEM).")
    kafka_session_seconds: float = Field(
        default=45.0,
        ge=6,
        le=1_800,
        description="A consumer that is not heard of for so long loses its partitions.",
    )
    stall_seconds: float = Field(
        default=600.0,
        ge=1,
        le=86_400,
        description="How long broker or warehouse may be away before `consume` gives up.",
    )
    dead_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Largest share of refused records in the last `dead_window`: above it `consume` stops.",
    )
    dead_window: int = Field(
        default=1_000,
        ge=10,
        le=1_000_000,
        description="Records over which that share is taken, at the least.",
    )
    api_token: SecretStr | None = Field(
        default=None,
        description="Token of tools that may pull everything over HTTP. Set it in the environment.",
    )
    api_student_token: SecretStr | None = Field(
        default=None, description="Token of tools that may pull over HTTP what is said to students alone."
    )
    thresholds: Thresholds = Field(
        default_factory=Thresholds, description="When a signal is given: a school's own wishes."
    )

    subscriptions: tuple[Subscription, ...] = Field(
        default=(), description="Who gets the events of signals, and how: docs/how-to/deliver.md."
    )
    flows: Schedules = Field(
        default_factory=Schedules, description="When the flows run, and on what: for `learnloom serve`."
    )
    alerts: Alerts = Field(
        default_factory=Alerts, description="Whom to tell when a flow's run did not end well."
    )

    @field_validator("subscriptions")
    @classmethod
    def _have_names_of_their_own(cls, given: tuple[AnySubscription, ...]) -> tuple[AnySubscription, ...]:
        names = [each.name for each in given]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(
                f"two subscriptions have the name {twice[0]}: how far each has come is kept under it"
            )
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, learnloom.toml in the working folder, defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(warehouse: Path | None = None) -> Settings:
    """Read environment and settings file; `warehouse` from the command line wins.

    Raises:
        SettingsError: a value cannot be used; the message names setting and value. Or the file cannot be read.
    """
    given: dict[str, Any] = {} if warehouse is None else {"warehouse": warehouse}
    try:
        settings = Settings(**given)
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{SETTINGS_FILE} is no TOML: {error}") from error
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}{_shown(fault['loc'], fault['input'])}: {fault['msg']}"
            for fault in error.errors()
        )
        # Without its cause, which shows every value.
        raise SettingsError(f"settings (LEARNLOOM_… or learnloom.toml) cannot be used: {told}") from None
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"time_zone = {settings.time_zone!r} is no time zone: set LEARNLOOM_TIME_ZONE to an IANA name such as "
            "Europe/Berlin"
        ) from error
    return settings


def _shown(place: tuple[int | str, ...], value: object) -> str:
    """A value that cannot be used, unless it is secret, or of an unknown name that may stand for a secret one."""
    if place and place[0] == "subscriptions":
        # A list's element goes by the list's name.
        name = [part for part in place if isinstance(part, str)][-1]
        return f" = {value!r}" if name in SHOWABLE and isinstance(value, str | int | float) else ""
    names = Settings.model_fields
    if place and place[0] == "alerts":
        names, place = Alerts.model_fields, place[1:]
    field = names.get(str(place[0]) if place else "")
    is_secret = field is None or SecretStr in (field.annotation, *get_args(field.annotation))
    return "" if is_secret else f" = {value!r}"
