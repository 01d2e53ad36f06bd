"""The vault that the settings name."""

import os

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.vault import Vault


def may_read_names(settings: Settings) -> bool:
    """Whether there is a vault, and whoever runs this may read it."""
    file = settings.vault.file
    return file is not None and os.access(file, os.R_OK)


def open_vault(settings: Settings, *, creates: bool = False) -> Vault:
    """Open the vault; where there is none, make it only if `creates`.

    Raises:
        VaultError: no setting names one, it lies in the warehouse, or it cannot be opened.
    """
    file = settings.vault.file
    if file is None:
        raise VaultError(
            "no vault is named: set LEARNLOOM_VAULT__FILE to a file outside of the warehouse's folder"
        )
    if file.resolve().is_relative_to(settings.warehouse.resolve()):
        raise VaultError(
            f"the vault {file} lies in the warehouse's folder, with whose files it would be read and copied: set "
            "LEARNLOOM_VAULT__FILE to a place apart"
        )
    return Vault(file, creates=creates)
