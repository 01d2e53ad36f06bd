"""The secret of a warehouse, with which the keys of students are made: a file for its owner alone."""

import hmac
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.lake.errors import WarehouseError

FILE: Final = "student.key"
"""Its name in the warehouse's folder, where it lies unless a setting says otherwise."""
_BYTES: Final = 32
_CHECK_CHARS: Final = 16
_TEXT: Final = re.compile(r"[0-9a-f]{64}")


class StudentSecretError(WarehouseError):
    """The secret of student keys is missing, wrong, or another one than the warehouse's keys are made with."""


class StudentSecret(NamedTuple):
    """A secret of 256 bits."""

    value: bytes

    @property
    def check(self) -> str:
        """A digest by which it is known again."""
        return hmac.digest(self.value, b"learnloom student key", "sha256").hex()[:_CHECK_CHARS]


def read_secret(file: Path) -> StudentSecret | None:
    """Read the secret in a file; None: there is no such file.

    Raises:
        StudentSecretError: the file cannot be read, or is none.
    """
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StudentSecretError(f"the secret of student keys cannot be read from {file}: {error}") from error
    if _TEXT.fullmatch(text) is None:
        raise StudentSecretError(f"{file} is no secret of student keys: it has to be 64 hexadecimal digits")
    return StudentSecret(bytes.fromhex(text))


def make_secret(file: Path, *, renew: bool = False) -> StudentSecret:
    """Make a secret and write it, for its owner alone.

    Args:
        file: where.
        renew: in the place of a former one; else one that is there stays, and is given.

    Raises:
        StudentSecretError: the file cannot be written, or what is there is no secret.
    """
    there = None if renew else read_secret(file)
    if there is not None:
        return there
    secret = StudentSecret(secrets.token_bytes(_BYTES))
    try:
        handle, partial = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(secret.value.hex() + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            Path(partial).replace(file)
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        raise StudentSecretError(
            f"the secret of student keys cannot be written to {file}: {error}"
        ) from error
    return secret


def is_open_to_others(file: Path) -> bool:
    """Whether others than the owner may read or write the file."""
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
