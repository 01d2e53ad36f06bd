"""What the commands have in common: options, settings, the way out."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import SecretStr, ValidationError

from pipelines.settings import Settings
from pipelines.warehouse.run import Run
from schemas.errors import LearnloomError

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, one value a line, for machines.", rich_help_panel="Output")
]
WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        help="Folder of the warehouse. Default: the setting LEARNLOOM_WAREHOUSE, else ./learnloom-warehouse.",
        rich_help_panel="Where",
    ),
]

LimitOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows to show, at the most.")]


class SettingsError(LearnloomError):
    """A setting has a value that cannot be used."""


class InputMissingError(LearnloomError):
    """What was asked for does not exist."""


def read_settings(warehouse: Path | None = None) -> Settings:
    """Read environment and settings file; `warehouse` from the command line wins.

    Raises:
        SettingsError: a value cannot be used; the message names setting and value.
    """
    given: dict[str, Any] = {} if warehouse is None else {"warehouse": warehouse}
    try:
        settings = Settings(**given)
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
    field = Settings.model_fields.get(str(place[0]) if place else "")
    is_secret = field is None or SecretStr in (field.annotation, *get_args(field.annotation))
    return "" if is_secret else f" = {value!r}"


def now() -> dt.datetime:
    """The present moment: the one place of the command line that asks the clock."""
    return dt.datetime.now(dt.UTC)


def run_of(command: str) -> Run:
    """Name this run of a command, as the one that writes."""
    return Run(f"{command}-{uuid.uuid4().hex[:12]}", f"learnloom {command}")
