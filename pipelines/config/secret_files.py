"""Secrets in files, as Docker and Kubernetes hand them over: NAME_FILE in the environment names the file with NAME."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from learnloom.schemas.errors import LearnloomError

SUFFIX: Final = "_FILE"
_MAX_BYTES: Final = 65_536


class SecretFileError(LearnloomError):
    """A secret cannot be read from the file that is named."""


def with_secret_files(
    variables: Mapping[str, str | None], fields: Mapping[str, FieldInfo], prefix: str, delimiter: str
) -> Mapping[str, str | None]:
    """Give environment variables, those of secrets from the files that NAME_FILE names.

    Args:
        variables: by name in lower case.
        fields: the settings'.
        prefix: with which their variables begin.
        delimiter: what stands between a table's name and a setting's.

    Raises:
        SecretFileError: a secret has both NAME and NAME_FILE; or its file cannot be read, or holds nothing.
    """
    kept = dict(variables)
    for name in secret_names(fields, prefix, delimiter):
        path = kept.pop(f"{name}{SUFFIX}".lower(), None)
        if not path:  # an empty variable is one that is not set
            continue
        if kept.get(name.lower()):
            raise SecretFileError(f"{name} and {name}{SUFFIX} are both set: keep one of them")
        kept[name.lower()] = _secret_in(f"{name}{SUFFIX}", Path(path))
    return kept


def secret_names(fields: Mapping[str, FieldInfo], prefix: str, delimiter: str) -> Iterator[str]:
    """Give the variable of each setting that is a secret, with those of tables; arguments as above."""
    for name, field in fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        if SecretStr in kinds and f"{name}_file" not in fields:  # else the setting of that name reads it
            yield f"{prefix}{name}".upper()
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secret_names(kind.model_fields, f"{prefix}{name}{delimiter}", delimiter)


def _secret_in(variable: str, path: Path) -> str:
    """Read the secret in the file that a variable names, without the end of line that editors add."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MAX_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise SecretFileError(f"{variable} names {path}, which cannot be read: {told}") from error
    if not text.strip() or len(text) > _MAX_BYTES:
        raise SecretFileError(
            f"{variable} names {path}, which holds {'too much' if text.strip() else 'nothing'}"
        )
    return text.rstrip("\r\n")
