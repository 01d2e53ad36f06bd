"""One frozen Settings, read at entry points only: environment over file over defaults."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.feedback.thresholds import Thresholds

SETTINGS_FILE = "learnloom.toml"


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
    thresholds: Thresholds = Field(
        default_factory=Thresholds, description="When a signal is given: a school's own wishes."
    )

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
