"""One frozen Settings, read at entry points only: environment over file over defaults."""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.conversions import Conversions, RepairName
from learnloom.pipelines.config.faults import told_faults
from learnloom.pipelines.config.holdout import Holdout
from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.object_store import S3, checked_data_path, with_aws_variables
from learnloom.pipelines.config.pages import PagesBounds
from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.config.refresh import RefreshBounds
from learnloom.pipelines.config.retention import Retention
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.secret_files import SecretFileError
from learnloom.pipelines.config.setting_names import by_present_names
from learnloom.pipelines.config.sources import DELIMITER, PREFIX, SETTINGS_FILE, sources
from learnloom.pipelines.config.subscriptions import Subscriptions
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.config.week import Week
from learnloom.schemas.errors import LearnloomError


class SettingsError(LearnloomError):
    """A setting has a value that cannot be used."""


class Settings(BaseSettings):
    """What a deployment may choose. Each field is also LEARNLOOM_<NAME> in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        toml_file=SETTINGS_FILE,
        frozen=True,
        extra="forbid",
    )

    warehouse: Path = Field(
        default=Path("learnloom-warehouse"), description="Folder of the warehouse: its catalogue, and data/."
    )
    data_path: str | None = Field(
        default=None,
        description="Where data lie instead, on an object store: s3://BUCKET/PREFIX/ (docs/how-to/object-store.md).",
    )
    catalog: SecretStr | None = Field(
        default=None,
        description="PostgreSQL database that holds the catalogue, for several machines: postgresql://user@host/name. "
        "None: an SQLite file in the warehouse folder.",
    )
    xapi_version: Literal["1.0.3", "2.0.0"] = Field(
        default="1.0.3", description="xAPI version used to validate statements that name no version."
    )
    repairs: tuple[RepairName, ...] = Field(
        default=(),
        description="Corrections applied to records that are refused as they came, wherever statements land: "
        "docs/how-to/exports.md.",
    )
    max_statement_bytes: int = Field(
        default=1_048_576,
        ge=1_024,
        le=64 * 1_048_576,
        description="Largest statement, in bytes; larger ones are refused.",
    )
    batch_records: int = Field(
        default=20_000, ge=1, le=200_000, description="Largest number of records landed in a transaction."
    )
    batch_bytes: int = Field(
        default=32 * 1_048_576,
        ge=65_536,
        le=1_073_741_824,
        description="Approximate largest number of bytes landed in one transaction.",
    )
    batch_seconds: float = Field(
        default=0.5,
        gt=0,
        le=600,
        description="Longest time that a record from Kafka waits for its transaction to fill.",
    )
    lock_wait_seconds: float = Field(
        default=60.0, gt=0, le=3_600, description="How long to wait and retry while another process writes."
    )
    memory_limit: str = Field(
        default="1GB",
        pattern=r"^\d+(MB|GB)$",
        description="Memory that DuckDB may use in a process before it spills to disk.",
    )
    session_gap_minutes: int = Field(
        default=30, ge=5, le=240, description="Pause between two statements after which a session begins."
    )
    time_zone: str = Field(
        default="UTC", description="The school's time zone (IANA name), used for days and hours of the day."
    )
    staff: tuple[Annotated[str, Field(min_length=3, max_length=500)], ...] = Field(
        default=(),
        max_length=1_000,
        description="Who is no student, beside lists and rosters: identifiers as `learnloom people list` shows "
        "them, such as mailto:head@school.example or https://lms.school.example t-*, where * stands for any "
        "characters: docs/how-to/people.md.",
    )
    skill_fallback: Literal["none", "quiz", "section", "category"] = Field(
        default="quiz",
        description="What stands for the skill of an answered question where neither map nor statements name one: the "
        "quiz or the section it belongs to, or the category that statements name: docs/how-to/skills.md.",
    )
    event_source: str = Field(
        default="/learnloom",
        pattern=r"^[^\s<>\"]+$",
        max_length=200,
        description="CloudEvents `source`: the URI reference that identifies this deployment to receivers of events.",
    )
    kafka_bootstrap_servers: str = Field(
        default="localhost:9092",
        min_length=1,
        description="Kafka `bootstrap.servers`: host:port, …, by commas.",
    )
    kafka_group_id: str = Field(
        default="learnloom",
        min_length=1,
        max_length=200,
        description="Kafka `group.id`: consumers of one group share the partitions of a topic.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="Kafka `security.protocol`."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        default=None, description="Kafka `sasl.mechanism`; needed with SASL_PLAINTEXT and SASL_SSL."
    )
    kafka_username: str | None = Field(default=None, description="SASL user name.")
    kafka_password: SecretStr | None = Field(
        default=None, description="SASL password; never shown. Set it in the environment, not in a file."
    )
    kafka_ca_file: Path | None = Field(
        default=None,
        description="CA certificates (PEM) that verify the brokers, with TLS. None: those of the machine.",
    )
    kafka_cert_file: Path | None = Field(
        default=None, description="Client certificate (PEM), where the brokers ask for one."
    )
    kafka_key_file: Path | None = Field(default=None, description="Private key (PEM) of that certificate.")
    kafka_session_timeout_seconds: float = Field(
        default=45.0,
        ge=6,
        le=1_800,
        description="Kafka `session.timeout.ms`, in seconds: a consumer silent for so long loses its partitions.",
    )
    stall_seconds: float = Field(
        default=600.0,
        ge=1,
        le=86_400,
        description="How long the broker or the warehouse may be unavailable before `consume` gives up.",
    )
    hang_seconds: float = Field(
        default=900.0,
        ge=30,
        le=86_400,
        description="After so long without a sign of life `consume` and the live process end, to be started again.",
    )
    heartbeat_file: Path | None = Field(
        default=None,
        description="File that `consume` and `serve` touch while they work, for probes. None: none.",
    )
    dead_letter_max_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Largest share of refused records among the last `dead_letter_window`; above it, `consume` stops.",
    )
    dead_letter_window: int = Field(
        default=1_000,
        ge=10,
        le=1_000_000,
        description="Number of recent records over which that share is measured.",
    )
    api_token: SecretStr | None = Field(
        default=None,
        description="Bearer token of the HTTP interface for tools that may read all. Set it in the environment.",
    )
    api_student_token: SecretStr | None = Field(
        default=None,
        description="Bearer token of the HTTP interface for tools that may read only what is addressed to students.",
    )
    s3: S3 = Field(
        default_factory=S3, description="How the object store is reached: docs/how-to/object-store.md."
    )
    thresholds: Thresholds = Field(
        default_factory=Thresholds, description="When a signal is raised: docs/reference/signals.md."
    )
    holdout: Holdout = Field(
        default_factory=Holdout,
        description="Signals left out by lot, to learn if they help: docs/how-to/holdout.md.",
    )
    week: Week = Field(
        default_factory=Week, description="To how many students a teacher is called: docs/how-to/teachers.md."
    )
    subscriptions: Subscriptions = Field(
        default=(), description="Receivers of signal events: docs/how-to/deliver.md."
    )
    conversions: Conversions = Field(
        default=(),
        description="What is no xAPI, by folder of the inbox and by topic: docs/how-to/convert.md.",
    )
    flows: Schedules = Field(
        default_factory=Schedules,
        description="When and how the flows run, for `learnloom serve`: docs/how-to/operate.md.",
    )
    refresh: RefreshBounds = Field(
        default_factory=RefreshBounds,
        description="How much a refresh computes at once, and on what: docs/how-to/operate.md.",
    )
    lrs: LrsBounds = Field(default_factory=LrsBounds, description="`learnloom lrs`: docs/how-to/lrs.md.")
    pages: PagesBounds = Field(default_factory=PagesBounds, description="Pages: docs/how-to/pages.md.")
    login: LoginBounds = Field(
        default_factory=LoginBounds, description="Who logs in to the pages, and how: docs/how-to/login.md."
    )
    pseudonyms: PseudonymBounds = Field(
        default_factory=PseudonymBounds,
        description="Whether statements land under pseudonyms: docs/how-to/pseudonyms.md.",
    )
    vault: VaultBounds = Field(
        default_factory=VaultBounds, description="Names, consent, looks: docs/how-to/pseudonyms.md."
    )
    retention: Retention = Field(default_factory=Retention, description="docs/how-to/retention.md.")
    alerts: Alerts = Field(
        default_factory=Alerts, description="Who is notified when a flow run fails: docs/how-to/operate.md."
    )

    @model_validator(mode="before")
    @classmethod
    def _by_present_names(cls, given: Any) -> Any:
        return with_aws_variables(by_present_names(given))

    @field_validator("data_path")
    @classmethod
    def _is_a_prefix(cls, given: str | None) -> str | None:
        return checked_data_path(given)

    @property
    def landed_topics(self) -> tuple[str, ...]:
        """The topics to land: those that hold statements, and those that are converted."""
        converted = (topic for each in self.conversions for topic in each.topics)
        return tuple(dict.fromkeys((*self.flows.topics, *converted)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: see `sources`."""
        return sources(settings_cls, init_settings, env_settings)


def read_settings(warehouse: Path | None = None) -> Settings:
    """Read environment and settings file; `warehouse` from the command line wins.

    Raises:
        SettingsError: a value cannot be used; the message names setting and value. Or the file cannot be read.
    """
    given: Any = {} if warehouse is None else {"warehouse": warehouse}
    try:
        settings = Settings(**given)
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{SETTINGS_FILE} is no TOML: {error}") from error
    except SecretFileError as error:
        raise SettingsError(str(error)) from error
    except ValidationError as error:
        told = told_faults(error, Settings.model_fields)
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
