"""What is wrong with settings, told without what is secret."""

from collections.abc import Mapping
from typing import Final, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.config.subscriptions import SHOWABLE

_SECRETIVE: Final[Mapping[object, type[BaseModel]]] = {"alerts": Alerts, "s3": S3}
"""Tables that hold secrets, beside those of subscriptions."""


def told_faults(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    """Name each setting, its value unless that is secret, and what is wrong with it."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}{_shown(fault['loc'], fault['input'], fields)}: {fault['msg']}"
        for fault in error.errors()
    )


def _shown(place: tuple[int | str, ...], value: object, fields: Mapping[str, FieldInfo]) -> str:
    """A value that cannot be used, unless it is secret, or of an unknown name that may stand for a secret one."""
    if place and place[0] == "subscriptions":
        # A list's element goes by the list's name.
        name = [part for part in place if isinstance(part, str)][-1]
        return f" = {value!r}" if name in SHOWABLE and isinstance(value, str | int | float) else ""
    if place and place[0] in _SECRETIVE:
        fields, place = _SECRETIVE[place[0]].model_fields, place[1:]
    field = fields.get(str(place[0]) if place else "")
    is_secret = field is None or SecretStr in (field.annotation, *get_args(field.annotation))
    return "" if is_secret else f" = {value!r}"
