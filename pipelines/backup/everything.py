"""A backup of everything: the warehouse, the store of `learnloom lrs`, logins, answers on pages; the vault if asked.

Databases that are files are copied before the warehouse: what they lack of it lands again as the same statement, and a
restored journal goes on above what has landed (lrs/source.py). The other way round, entries might have let go of their
bytes that an older catalogue has not. Where the catalogue is in PostgreSQL, the tables of store and logins are copied
with it, as of one moment. The read model is left out, as it is made anew.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.backup import BackedUp, BackupError, Beside, back_up, restore
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place, left_of
from learnloom.pipelines.login.store import FOLDER as LOGIN
from learnloom.pipelines.login.tables import FILE as LOGIN_FILE
from learnloom.pipelines.login.tables import SCHEMA as LOGIN_SCHEMA
from learnloom.pipelines.lrs import attachments
from learnloom.pipelines.lrs.postgres import SCHEMA as STORE_SCHEMA
from learnloom.pipelines.lrs.sqlite import FILE as STORE_FILE
from learnloom.pipelines.lrs.store import FOLDER as STORE
from learnloom.pipelines.pages.log import FILE as ANSWERS
from learnloom.pipelines.pages.model import FOLDER as PAGES

_ANSWERS: Final = ((PAGES, ANSWERS),)
_IN_FILES: Final = ((STORE, STORE_FILE), (LOGIN, LOGIN_FILE))
"""Where the catalogue is a file; else they are schemas beside it."""
_SCHEMAS: Final = (STORE_SCHEMA, LOGIN_SCHEMA)
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
    place = warehouse.place
    wanted = {kept: place.folder / "/".join(kept) for kept in _databases(place)}
    wanted = {kept: file for kept, file in wanted.items() if file.exists()}
    if vault is not None:
        if not vault.exists():
            raise BackupError(f"there is no vault at {vault}")
        wanted[_VAULT] = vault
    with tempfile.TemporaryDirectory(prefix="learnloom-backup-") as folder:
        for (where, name), file in wanted.items():
            _copy_sqlite(file, Path(folder) / where / name)
        # Attachments are written before the entry that names them: those of the copies are all there.
        beside = [_attachments(place), *(_beside(Path(folder), kept) for kept in wanted)]
        return back_up(warehouse, target, access, beside=beside, schemas=_SCHEMAS)


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
    if vault is not None and (found := left_of(vault)):
        raise BackupError(f"a vault stands there, move it away first: {', '.join(map(str, found))}")
    with tempfile.TemporaryDirectory(prefix="learnloom-restore-") as folder:
        beside = [_attachments(place), *(_beside(place.folder, kept) for kept in _databases(place))]
        if vault is not None:
            beside.append(_beside(Path(folder), _VAULT))
        done = restore(source, place, access, beside=beside, schemas=_SCHEMAS)
        if vault is not None:
            held = Path(folder, *_VAULT)
            if not held.exists():
                raise BackupError(f"the backup {source} holds no vault")
            _copy_sqlite(held, vault)
    return done


def holds_vault(target: Path) -> bool:
    """Whether a backup in a folder holds a vault."""
    return target.joinpath(*_VAULT).exists()


def _databases(place: Place) -> tuple[tuple[str, str], ...]:
    """Folder and name of the databases that are files."""
    return _ANSWERS if place.postgres is not None else (*_IN_FILES, *_ANSWERS)


def _attachments(place: Place) -> Beside:
    return Beside(place.folder / STORE, STORE, f"{attachments.FOLDER}/??/{attachments.NAMES}", changes=False)


def _beside(folder: Path, kept: tuple[str, str]) -> Beside:
    where, name = kept
    return Beside(folder / where, where, name, changes=True)


def _copy_sqlite(file: Path, target: Path) -> None:
    """Copy a database that others may be writing."""
    target.parent.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    target.touch(0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
