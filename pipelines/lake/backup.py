"""A copy of the warehouse, in a folder or on the object store, and the way back.

The catalogue is copied first, as of one moment; the files that it names never change, and stay for a day after
nothing needs them any more (maintain.py). So others may read and write meanwhile. A backup to the same place again
copies only what is new.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

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
from learnloom.pipelines.lake.files import Files, copying
from learnloom.pipelines.lake.location import CATALOG_FILE, DATA_FOLDER, Place
from learnloom.pipelines.lake.object_store import SCHEME, ObjectStore
from learnloom.pipelines.lake.trouble import explained

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
    root, data_path = _kept(target)
    if place.data in (data_path, f"{root}{DATA_FOLDER}/"):
        raise BackupError(f"{target} is the warehouse itself: choose another place")
    with _copying(place, root, access, f"the backup to {target} cannot be made") as (files, folder):
        catalog = copy_catalog(place, Path(folder))
        done = _copy(files, named_files(catalog), place.data, data_path)
        point_at(catalog, data_path)
        files.copy(catalog.name, folder, root)
        # It is looked at before the connection closes: DuckDB's threads may have not quite done with the last upload.
        if files.sizes(root).get(catalog.name) != catalog.stat().st_size:
            raise BackupError(f"{target} has not kept the catalogue: make the backup again")
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
    root, data_path = _kept(source)
    wanted = CATALOG_FILE if place.postgres is None else POSTGRES_COPY
    with _copying(place, root, access, f"the backup {source} cannot be restored") as (files, folder):
        held = [name for name in _KINDS if name in files.sizes(root)]
        if wanted not in held:
            raise BackupError(f"{source} is a backup {_KINDS[held[0]]}" if held else f"no backup at {source}")
        if stands_already(place):
            raise BackupError(
                f"a warehouse stands at {place}: restore to another place, or move it away first"
            )
        place.folder.mkdir(parents=True, exist_ok=True)
        files.copy(wanted, root, folder)
        catalog = Path(folder) / wanted
        done = _copy(files, named_files(catalog), data_path, place.data)
        point_at(catalog, place.data)
        install_catalog(catalog, place)
    return done


def _access(place: Place) -> S3:
    return place.store.access if place.store is not None else S3()


def _kept(where: str | Path) -> tuple[str, str]:
    """The root of a backup, and that of its data."""
    try:
        root = checked_data_path(str(where)) if str(where).startswith(SCHEME) else f"{Path(where).resolve()}/"
    except ValueError as error:
        raise BackupError(f"{where}: {error}") from error
    return f"{root}", f"{root}{DATA_FOLDER}/"


@contextmanager
def _copying(place: Place, root: str, access: S3, failed: str) -> Iterator[tuple[Files, str]]:
    """Give what copies between warehouse and backup, and a folder for the catalogue meanwhile."""
    kept = ObjectStore(root, access) if root.startswith(SCHEME) else None
    try:
        with (
            tempfile.TemporaryDirectory(prefix="learnloom-backup-") as folder,
            copying(store for store in (place.store, kept) if store is not None) as files,
        ):
            yield files, f"{folder}/"
    except OSError as error:
        raise BackupError(f"{failed}: {error}") from error
    except duckdb.Error as error:
        known = explained(error, place._replace(store=kept or place.store))
        raise known or BackupError(f"{failed}: {place.scrubbed(str(error))}") from None


def _copy(files: Files, names: dict[str, int], source: str, target: str) -> BackedUp:
    """Copy the files that are not there, or not whole."""
    there = files.sizes(target)
    missing = [name for name, size in names.items() if there.get(name) != size]
    for name in missing:
        files.copy(name, source, target)
    return BackedUp(len(names), len(missing), sum(names[name] for name in missing))


def copy_beside(
    place: Place,
    source: str | Path,
    target: str | Path,
    access: S3 | None,
    *,
    pattern: str,
    anew: bool = False,
) -> BackedUp:
    """Copy what belongs to a backup beside the warehouse, between two folders or prefixes, in either direction.

    Args:
        place: the warehouse's.
        source: from where.
        target: to where.
        access: how an object store among them is reached; None: as that of the warehouse.
        pattern: of the names to copy, as `Path.match` takes it.
        anew: whether files are copied that are there with the same size; else they are known never to change.

    Raises:
        BackupError: the store or disk does not take it.
    """
    (here, _), (there, _) = _kept(source), _kept(target)
    remote = here if here.startswith(SCHEME) else there
    with _copying(place, remote, access or _access(place), f"{source} cannot be copied to {target}") as (
        files,
        _,
    ):
        names = {name: size for name, size in files.sizes(here).items() if Path(name).match(pattern)}
        known = {} if anew else files.sizes(there)
        missing = [name for name, size in names.items() if known.get(name) != size]
        for name in missing:
            files.copy(name, here, there)
    return BackedUp(len(names), len(missing), sum(names[name] for name in missing))
