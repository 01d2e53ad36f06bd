"""From where settings are read, and what comes before what."""

import os
from typing import Final

from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    TomlConfigSettingsSource,
)

from learnloom.pipelines.config.object_store import aws_variables
from learnloom.pipelines.config.secret_files import with_secret_files
from learnloom.pipelines.config.setting_names import variables_by_present_names

SETTINGS_FILE: Final = "learnloom.toml"
PREFIX: Final = "LEARNLOOM_"
DELIMITER: Final = "__"


def sources(
    settings: type[BaseSettings],
    arguments: PydanticBaseSettingsSource,
    environment: PydanticBaseSettingsSource,
) -> tuple[PydanticBaseSettingsSource, ...]:
    """Order of precedence: arguments, environment, learnloom.toml in the working folder, AWS' variables."""
    if isinstance(environment, EnvSettingsSource):
        variables = variables_by_present_names(environment.env_vars, PREFIX, DELIMITER)
        environment.env_vars = with_secret_files(variables, settings.model_fields, PREFIX, DELIMITER)
    aws = InitSettingsSource(settings, aws_variables(os.environ))
    return arguments, environment, TomlConfigSettingsSource(settings), aws
