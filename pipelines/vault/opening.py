"""The vault that the settings name: a file, or a database."""

import os

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lrs.conninfo import ConnectionStringError, is_same_database, parameters
from learnloom.pipelines.vault.database import SETTING, VaultDatabase
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.sqlite import SqliteVault
from learnloom.pipelines.vault.vault import Vault


def has_vault(settings: Settings) -> bool:
    """Whether the settings name one."""
    return settings.vault.file is not None or settings.vault.database is not None


def may_read_names(settings: Settings) -> bool:
    """Whether there is a vault, and whoever runs this may read it: its file, or a database whose address they have."""
    file = settings.vault.file
    return settings.vault.database is not None or (file is not None and os.access(file, os.R_OK))


def open_vault(settings: Settings, *, creates: bool = False) -> Vault:
    """Open the vault; where there is none, make it only if `creates`.

    Raises:
        VaultError: no setting names one, it lies in the warehouse or in its catalogue, or it cannot be opened.
    """
    return Vault(_database(settings, creates=creates))


def _database(settings: Settings, *, creates: bool) -> VaultDatabase:
    file = settings.vault.file
    if settings.vault.database is not None:
        address = settings.vault.database.get_secret_value()
        _check_apart(settings, address)
        # Its driver takes as long to import as a look-up in a file.
        from learnloom.pipelines.vault.postgres import PostgresVault  # noqa: PLC0415

        return PostgresVault(address, creates=creates)
    if file is None:
        raise VaultError(
            "no vault is named: set LEARNLOOM_VAULT__FILE to a file outside of the warehouse's folder, or "
            f"{SETTING} to a database of its own"
        )
    if file.resolve().is_relative_to(settings.warehouse.resolve()):
        raise VaultError(
            f"the vault {file} lies in the warehouse's folder, with whose files it would be read and copied: set "
            "LEARNLOOM_VAULT__FILE to a place apart"
        )
    return SqliteVault(file, creates=creates)


def _check_apart(settings: Settings, address: str) -> None:
    if settings.catalog is None:
        return
    try:
        catalog = parameters(settings.catalog.get_secret_value())
        is_same = is_same_database(parameters(address, setting=SETTING), catalog)
    except ConnectionStringError as error:
        raise VaultError(f"the vault's database cannot be opened: {error}") from error
    if is_same:
        raise VaultError(
            f"{SETTING} is the catalogue's database, whose readers would see names and whose dumps would hold them: "
            "name one of its own"
        )
