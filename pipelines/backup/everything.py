"""A backup of everything: the warehouse, the store of `learnloom lrs`, logins, answers on pages; the vault if asked.

Answers are copied before the warehouse: one that lands meanwhile stands in both, and lands again as the same statement.
The read model is left out, as it is made anew. Where the catalogue is in PostgreSQL, logins are backed up with it.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.backup import BackedUp, BackupError, copy_beside
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.login.store import FOLDER as LOGIN
from learnloom.pipelines.login.tables import FILE as LOGIN_FILE
from learnloom.pipelines.lrs.backup import back_up_all, restore_all
from learnloom.pipelines.pages.log import FILE as ANSWERS
from learnloom.pipelines.pages.model import FOLDER as PAGES

_BESIDE: Final = ((LOGIN, LOGIN_FILE), (PAGES, ANSWERS))
_VAULT: Final = ("vault", "vault.sqlite")
_OWNER_ONLY: Final = 0o700


def back_up_everything(
    warehouse: Warehouse, target: str | Path, access: S3 | None = None, *, vault: Path | None = None
) -> BackedUp:
    """Copy everything while others read and write.

    Args:
        warehouse: open.
        target: folder, or prefix on the object store.
        access: how the object store is reached.
        vault: the file of names, to be copied too: then a copy of it lies beside what it is kept apart from.

    Raises:
        BackupError: no backup can be made, or there is no such vault.
    """
    wanted = {place: warehouse.folder / place[0] / place[1] for place in _BESIDE}
    wanted = {place: file for place, file in wanted.items() if file.exists()}
    if vault is not None:
        if not vault.exists():
            raise BackupError(f"there is no vault at {vault}")
        wanted[_VAULT] = vault
    with tempfile.TemporaryDirectory(prefix="learnloom-backup-") as folder:
        for (where, name), file in wanted.items():
            _copy_sqlite(file, Path(folder) / where / name)
        counts = [back_up_all(warehouse, target, access)]
        for where, name in wanted:
            kept = _beside(target, where)
            if not kept.startswith(SCHEME):
                Path(kept).mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            counts.append(
                copy_beside(warehouse.place, Path(folder) / where, kept, access, pattern=name, anew=True)
            )
    return _summed(counts)


def restore_everything(
    source: str | Path, place: Place, access: S3 | None = None, *, vault: Path | None = None
) -> BackedUp:
    """Copy a backup to a place where no warehouse stands; as `restore`.

    Args:
        source: folder or prefix of the backup.
        place: where the warehouse is to stand.
        access: how the object store is reached.
        vault: where the vault is to stand, which the backup must hold; None: it is left out.

    Raises:
        BackupError: there is no backup, or none of the vault, or something stands there already.
    """
    if vault is not None and vault.exists():
        raise BackupError(f"a vault stands at {vault}: move it away first")
    counts = [restore_all(source, place, access)]
    for where, name in _BESIDE if place.postgres is None else _BESIDE[1:]:
        counts.append(_brought_back(source, place, access, (where, name), place.folder / where))
    if vault is not None:
        with tempfile.TemporaryDirectory(prefix="learnloom-restore-") as folder:
            found = _brought_back(source, place, access, _VAULT, Path(folder) / _VAULT[0])
            if not found.files:
                raise BackupError(f"the backup {source} holds no vault")
            _copy_sqlite(Path(folder) / _VAULT[0] / _VAULT[1], vault)
        counts.append(found)
    return _summed(counts)


def holds_vault(target: Path) -> bool:
    """Whether a backup in a folder holds a vault."""
    return (target / _VAULT[0] / _VAULT[1]).exists()


def _brought_back(
    source: str | Path, place: Place, access: S3 | None, kept: tuple[str, str], folder: Path
) -> BackedUp:
    is_new = not folder.exists()
    folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    done = copy_beside(place, _beside(source, kept[0]), folder, access, pattern=kept[1])
    if is_new and not done.files:
        folder.rmdir()
    return done


def _copy_sqlite(file: Path, target: Path) -> None:
    """Copy a database that others may be writing."""
    target.parent.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    target.touch(0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _beside(where: str | Path, name: str) -> str:
    return f"{str(where).rstrip('/')}/{name}/"


def _summed(counts: list[BackedUp]) -> BackedUp:
    return BackedUp(*map(sum, zip(*counts, strict=True)))
