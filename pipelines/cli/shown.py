"""What commands that show students have in common: the names of the vault, and the audit."""

import getpass
from collections.abc import Iterable, Mapping

from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.cli.options import now
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.vault.names import names_of


def account() -> str:
    """The account of this machine that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have no account
        return "unknown"


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


def looked_at(settings: Settings, what: str, students: Iterable[str], *, through: str = "command") -> None:
    """Keep that a command is about to show students; raises as `note_look` does."""
    note_look(settings, now(), who=account(), through=through, what=what, students=students)
