"""A copy of the warehouse and of what belongs to it, in a folder or on the object store, and the way back.

The catalogue is copied first, as of one moment; the files that it names never change, and stay for a day after
nothing needs them any more (maintain.py). So others may read and write meanwhile. A backup to the same place again
copies only what is new. Backup and restore are whole once the catalogue stands, which is put in its place last.
"""

import filecmp
import tempfile
from collections.abc import Iterator, Sequence
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
    standing,
)
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.files import MOST_BYTES, Files, copying
from learnloom.pipelines.lake.location import CATALOG_FILE, DATA_FOLDER, Place, left_of
from learnloom.pipelines.lake.object_store import SCHEME, ObjectStore
from learnloom.pipelines.lake.trouble import explained

_OWNER_ONLY: Final = 0o700
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


class Beside(NamedTuple):
    """Files that belong to a backup beside the warehouse."""

    folder: Path
    """Where they are, or are to be."""
    name: str
    """Folder of the backup in which they are kept."""
    pattern: str
    """Of their names, as `Path.match` takes it; of what changes, the name of one database."""
    changes: bool
    """Whether it is copied anew each time; else what is there with the same size is the same."""


def back_up(
    warehouse: Warehouse,
    target: str | Path,
    access: S3 | None = None,
    *,
    beside: Sequence[Beside] = (),
    schemas: Sequence[str] = (),
) -> BackedUp:
    """Copy the warehouse to a folder, or to s3://bucket/prefix/; the catalogue appears there last, under its name.

    A folder with a catalogue in SQLite opens like the warehouse itself. `restore` brings back any backup.

    Files beside it that change are copied by the caller before, and over older ones only after the catalogue: one that
    is ended between them leaves a catalogue that is newer than they are, never an older one.

    Args:
        warehouse: what is copied.
        target: folder, or prefix on the object store.
        access: how the object store of the target is reached; None: as that of the warehouse.
        beside: files that belong to the backup.
        schemas: of the catalogue's PostgreSQL, those that belong to the backup.

    Raises:
        BackupError: the target is the warehouse itself, a file is too large for an object store, or the store or disk
            does not take it.
    """
    place, access = warehouse.place, access or _access(warehouse.place)
    root, data_path = _kept(target)
    if place.data in (data_path, f"{root}{DATA_FOLDER}/"):
        raise BackupError(f"{target} is the warehouse itself: choose another place")
    with _copying(place, root, access, f"the backup to {target} cannot be made") as (files, folder):
        catalog = copy_catalog(place, Path(folder), schemas)
        _refuse_large(files, [*beside, Beside(catalog.parent, "", catalog.name, changes=True)], root)
        is_first = catalog.name not in files.sizes(root)
        done = [_copy(files, named_files(catalog), place.data, data_path)]
        done += [_keep(files, each, root) for each in beside if is_first or not each.changes]
        point_at(catalog, data_path)
        files.copy(catalog.name, folder, root)
        # It is looked at before the connection closes: DuckDB's threads may have not quite done with the last upload.
        if files.sizes(root).get(catalog.name) != catalog.stat().st_size:
            raise BackupError(f"{target} has not kept the catalogue: make the backup again")
        done += [_keep(files, each, root) for each in beside if each.changes and not is_first]
    return _summed(done)


def restore(
    source: str | Path,
    place: Place,
    access: S3 | None = None,
    *,
    beside: Sequence[Beside] = (),
    schemas: Sequence[str] = (),
) -> BackedUp:
    """Copy a backup to a place where no warehouse stands; it can be opened there when all of it has been copied.

    Args:
        source: folder or prefix of the backup.
        place: where the warehouse is to stand.
        access: how the object store of the backup is reached; None: as that of the place.
        beside: files that belong to it; those that the backup does not hold are passed over.
        schemas: of the catalogue's PostgreSQL, those in which nothing may stand yet.

    Raises:
        BackupError: there is no backup, or one of another kind of catalogue; a warehouse, or something that belongs to
            one, stands at the place; or what the backup names is missing.
    """
    access = access or _access(place)
    root, data_path = _kept(source)
    wanted = CATALOG_FILE if place.postgres is None else POSTGRES_COPY
    with _copying(place, root, access, f"the backup {source} cannot be restored") as (files, folder):
        held = [name for name in _KINDS if name in files.sizes(root)]
        if wanted not in held:
            raise BackupError(f"{source} is a backup {_KINDS[held[0]]}" if held else f"no backup at {source}")
        if (found := standing(place, schemas)) is not None:
            raise BackupError(
                f"a warehouse stands at {place}, with {found}: restore to another place, or move it away first"
            )
        _refuse_others(files, [each for each in beside if each.changes], root, folder)
        place.folder.mkdir(parents=True, exist_ok=True)
        files.copy(wanted, root, folder)
        catalog = Path(folder) / wanted
        # Databases come right after it was seen that none stands there.
        done = [_bring_back(files, each, root) for each in beside]
        done.append(_copy(files, named_files(catalog), data_path, place.data))
        point_at(catalog, place.data)
        install_catalog(catalog, place)
    return _summed(done)


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


def _copy(files: Files, names: dict[str, int], source: str, target: str, *, anew: bool = False) -> BackedUp:
    """Copy the files that are not there, or not whole; or all of them."""
    there = {} if anew else files.sizes(target)
    missing = [name for name, size in names.items() if there.get(name) != size]
    for name in missing:
        files.copy(name, source, target)
    return BackedUp(len(names), len(missing), sum(names[name] for name in missing))


def _keep(files: Files, each: Beside, root: str) -> BackedUp:
    """Copy what stands beside the warehouse to a backup."""
    here, there = f"{each.folder}/", f"{root}{each.name}/"
    names = _matching(files, here, each.pattern)
    if names and not there.startswith(SCHEME):
        Path(there).mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    return _copy(files, names, here, there, anew=each.changes)


def _refuse_large(files: Files, kept: Sequence[Beside], root: str) -> None:
    """Refuse what an object store cannot be given; the warehouse's own files are far smaller."""
    if not root.startswith(SCHEME):
        return
    for each in kept:
        for name, size in _matching(files, f"{each.folder}/", each.pattern).items():
            if size > MOST_BYTES:
                raise BackupError(
                    f"{name} has {size:,} bytes, and a backup on an object store holds no file of more than "
                    f"{MOST_BYTES:,}: make it in a folder"
                )


def _refuse_others(files: Files, databases: Sequence[Beside], root: str, folder: str) -> None:
    """Refuse what stands where databases are to go, but for what an ended restore of this backup has brought."""
    others = [path for each in databases for path in _others(files, each, root, folder)]
    if others:
        raise BackupError(
            f"move away first what stands where the backup is to go: {', '.join(map(str, others))}"
        )


def _others(files: Files, database: Beside, root: str, folder: str) -> list[Path]:
    """What stands of a database that is not the backup's; sizes do not tell, as SQLite grows by pages."""
    here, name = database.folder / database.pattern, f"{database.name}/{database.pattern}"
    found = left_of(here)
    if found == [here] and name in files.sizes(root):
        files.copy(name, root, folder)
        return [] if filecmp.cmp(f"{folder}{name}", here, shallow=False) else found
    return found


def _bring_back(files: Files, each: Beside, root: str) -> BackedUp:
    """Copy it back, but not what is there with the same size: an ended restore has brought that."""
    here, there = f"{root}{each.name}/", f"{each.folder}/"
    names = _matching(files, here, each.pattern)
    if names:
        each.folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    return _copy(files, names, here, there)


def _matching(files: Files, root: str, pattern: str) -> dict[str, int]:
    return {name: size for name, size in files.sizes(root).items() if Path(name).match(pattern)}


def _summed(done: list[BackedUp]) -> BackedUp:
    return BackedUp(*map(sum, zip(*done, strict=True)))
