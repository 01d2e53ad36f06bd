"""A copy of the warehouse, in a folder or on the object store, and the way back.

The catalogue is copied first, as of one moment; the files that it names never change, and stay for a day after
nothing needs them any more (maintain.py). So others may read and write meanwhile. A backup to the same place again
copies only what is new.
"""

import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from learnloom.pipelines.config.object_store import S3, checked_data_path
from learnloom.pipelines.lake.catalog_copy import (
    POSTGRES_COPY,
    copy_catalog,
    install_catalog,
    named_files,
    point_at,
    stands_already,
)
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.files import Files, files_at
from learnloom.pipelines.lake.location import CATALOG_FILE, DATA_FOLDER, Place
from learnloom.pipelines.lake.object_store import SCHEME

_KINDS: Final = {
    CATALOG_FILE: "of a catalogue in SQLite: restore it where the setting `catalog` is not set",
    POSTGRES_COPY: "of a catalogue in PostgreSQL: set LEARNLOOM_CATALOG to an empty database to restore it to",
}


class BackupError(WarehouseError):
    """No backup can be made, or none can be restored."""


class BackedUp(NamedTuple):
    """What a backup did."""

    files: int
    """Files of data that the backup holds."""
    copied: int
    """Of them, those that were not there yet."""
    bytes_copied: int


def back_up(warehouse: Warehouse, target: str | Path, access: S3 | None = None) -> BackedUp:
    """Copy the warehouse to a folder, or to s3://bucket/prefix/; the catalogue appears there last, under its name.

    A folder with a catalogue in SQLite opens like the warehouse itself. `restore` brings back any backup.

    Args:
        warehouse: what is copied.
        target: folder, or prefix on the object store.
        access: how the object store of the target is reached; None: as that of the warehouse.

    Raises:
        BackupError: the target is the warehouse itself, or the store or disk does not take it.
    """
    place, access = warehouse.place, access or _access(warehouse.place)
    kept, data_path = _kept(target, access)
    if data_path == place.data_path or kept.root == str(place.folder.resolve()):
        raise BackupError(f"{target} is the warehouse itself: choose another place")
    try:
        with tempfile.TemporaryDirectory(prefix="learnloom-backup-") as made:
            catalog = copy_catalog(place, Path(made))
            done = _copy(
                named_files(catalog), files_at(place.data_path, _access(place)), kept.below(DATA_FOLDER)
            )
            point_at(catalog, data_path)
            kept.copy_from(files_at(made, access), catalog.name)
    except OSError as error:
        raise BackupError(f"the backup to {target} cannot be made: {error}") from error
    return done


def restore(source: str | Path, place: Place, access: S3 | None = None) -> BackedUp:
    """Copy a backup to a place where no warehouse stands; it can be opened there when all of it has been copied.

    Args:
        source: folder or prefix of the backup.
        place: where the warehouse is to stand.
        access: how the object store of the backup is reached; None: as that of the place.

    Raises:
        BackupError: there is no backup, or one of another kind of catalogue; a warehouse stands at the place; or what
            the backup names is missing.
    """
    access = access or _access(place)
    kept, _ = _kept(source, access)
    wanted = CATALOG_FILE if place.postgres is None else POSTGRES_COPY
    try:
        held = [name for name in _KINDS if kept.has(name)]
        if wanted not in held:
            raise BackupError(f"{source} is a backup {_KINDS[held[0]]}" if held else f"no backup at {source}")
        if stands_already(place):
            raise BackupError(
                f"a warehouse stands at {place}: restore to another place, or move it away first"
            )
        place.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="learnloom-restore-") as made:
            files_at(made, access).copy_from(kept, wanted)
            catalog = Path(made) / wanted
            data = files_at(place.data_path, _access(place))
            done = _copy(named_files(catalog), kept.below(DATA_FOLDER), data)
            point_at(catalog, place.data_path)
            install_catalog(catalog, place)
    except OSError as error:
        raise BackupError(f"the backup {source} cannot be restored: {error}") from error
    return done


def _access(place: Place) -> S3:
    return place.store.access if place.store is not None else S3()


def _kept(where: str | Path, access: S3) -> tuple[Files, str]:
    """The files of a backup, and the data path of a warehouse whose data they are."""
    try:
        prefix = checked_data_path(str(where)) if str(where).startswith(SCHEME) else None
    except ValueError as error:
        raise BackupError(f"{where}: {error}") from error
    kept = files_at(prefix or where, access)
    return kept, f"{prefix}{DATA_FOLDER}/" if prefix is not None else f"{kept.root}/{DATA_FOLDER}/"


def _copy(names: dict[str, int], source: Files, target: Files) -> BackedUp:
    """Copy the files that are not there, or not whole."""
    there = target.sizes()
    missing = [name for name, size in names.items() if there.get(name) != size]
    for name in missing:
        target.copy_from(source, name)
    return BackedUp(len(names), len(missing), sum(names[name] for name in missing))
