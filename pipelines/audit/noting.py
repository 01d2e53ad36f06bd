"""Keeping a look where the settings say that looks are kept: the one function that whatever shows students asks."""

from collections.abc import Iterable
from datetime import datetime

from learnloom.pipelines.audit.looks import Audit, AuditError
from learnloom.pipelines.config.settings import Settings


def note_look(
    settings: Settings, at: datetime, *, who: str, through: str, what: str, students: Iterable[str]
) -> None:
    """Keep that somebody is about to be shown something of students; see `Audit.note`.

    Raises:
        AuditError: it cannot be kept; then nothing may be shown.
    """
    if settings.vault.audit_file is not None:
        with open_audit(settings) as audit:
            audit.note(at, who, through, what, students)


def open_audit(settings: Settings) -> Audit:
    """Open the audit that the settings name.

    Raises:
        AuditError: they name none, or it cannot be opened.
    """
    if settings.vault.audit_file is None:
        raise AuditError("looks are not kept: set LEARNLOOM_VAULT__AUDIT_FILE")
    if settings.vault.audit_file.resolve().is_relative_to(settings.warehouse.resolve()):
        raise AuditError(
            f"the audit {settings.vault.audit_file} lies in the warehouse's folder, in which an erasure leaves nothing "
            "of a student: set LEARNLOOM_VAULT__AUDIT_FILE to a place apart"
        )
    return Audit(settings.vault.audit_file, kept_days=settings.vault.audit_days)
