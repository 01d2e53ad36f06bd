"""What commands that show students have in common: the names of the vault, and the audit."""

import os
import pwd
from collections.abc import Iterable, Mapping
from pathlib import Path

from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.cli.options import now
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.serve.students import find_student, read_profile
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.names import alias_of, names_of
from learnloom.schemas.profile import StudentProfile


def vault_of(settings: Settings) -> Path:
    """The file of the vault.

    Raises:
        VaultError: the settings name none, or a database.
    """
    if settings.vault.database is not None:
        raise VaultError(
            "the vault is a database of its own: back it up and restore it by pg_dump, apart from this"
        )
    if settings.vault.file is None:
        raise VaultError("no vault is named: set LEARNLOOM_VAULT__FILE")
    return settings.vault.file


def account() -> str:
    """The account that runs the command, by the process and not by what the environment says; else its number."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may have no account
        return str(number)


def shown_names(
    settings: Settings, warehouse: Warehouse, what: str, students: Iterable[str]
) -> Mapping[str, str]:
    """Keep that a command is about to show students, and give the names that the vault has of them, by their keys.

    Raises:
        AuditError: the look cannot be kept; then nothing may be shown.
        VaultError: there is a vault, and it cannot be read.
    """
    keys = list(students)
    looked_at(settings, what, keys)
    return names_of(settings, warehouse, keys)


def named_profile(settings: Settings, warehouse: Warehouse, what: str, wanted: str) -> StudentProfile:
    """Find a student, keep that a command is about to show them, and give the profile with the name of the vault.

    Raises:
        StudentMissingError: nobody, or more than one, goes by what is `wanted`.
        AuditError: the look cannot be kept; then nothing may be shown.
        VaultError: the vault is none.
    """
    found = read_profile(warehouse, find_student(warehouse, alias_of(settings, warehouse, wanted)))
    name = shown_names(settings, warehouse, what, [found.student_key]).get(found.student_key)
    return found if name is None else found.model_copy(update={"student_name": name})


def looked_at(settings: Settings, what: str, students: Iterable[str], *, through: str = "command") -> None:
    """Keep that a command is about to show students; raises as `note_look` does."""
    note_look(settings, now(), who=account(), through=through, what=what, students=students)
