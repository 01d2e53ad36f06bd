"""The secret of a warehouse, with which the keys of students are made: a file in its folder, for its owner alone."""

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.lake.errors import WarehouseError

FILE: Final = "student.key"
_OWNER_ONLY: Final = 0o600
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


def read_secret(folder: Path) -> StudentSecret | None:
    """Read the secret of the warehouse in a folder; None: there is none.

    Raises:
        StudentSecretError: the file cannot be read, or is none.
    """
    file = folder / FILE
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StudentSecretError(f"the secret of student keys cannot be read from {file}: {error}") from error
    if _TEXT.fullmatch(text) is None:
        raise StudentSecretError(f"{file} is no secret of student keys: it has to be 64 hexadecimal digits")
    return StudentSecret(bytes.fromhex(text))


def make_secret(folder: Path) -> StudentSecret:
    """Make a secret and write it, in the place of a former one."""
    secret = StudentSecret(secrets.token_bytes(_BYTES))
    partial = folder / f"{FILE}.part"
    partial.unlink(missing_ok=True)
    partial.touch(_OWNER_ONLY, exist_ok=False)
    with partial.open("w", encoding="ascii") as file:
        file.write(secret.value.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(folder / FILE)
    return secret
