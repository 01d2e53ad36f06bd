"""Backups after an erasure: made again, and without the files that the new catalogue does not name."""

from pathlib import Path
from typing import Any, Final

from learnloom.pipelines.backup.everything import back_up_everything, holds_vault
from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.catalog_copy import POSTGRES_COPY, named_files
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import CATALOG_FILE, DATA_FOLDER
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.store import FOLDER as STORE

_ROTATES: Final = (
    "on an object store no file is deleted from here: delete data that the new catalogue does not name, "
    "and attachments that are no longer in lrs/attachments of the warehouse"
)


def renew_backup(
    warehouse: Warehouse, target: str, access: S3 | None, *, vault: Path | None = None
) -> dict[str, Any]:
    """Make a backup again where one stands, and take away what only the one before needed.

    Args:
        warehouse: its catalogue must hold nothing of the student any more.
        target: folder, or prefix on the object store.
        access: how the object store is reached.
        vault: the file of names, which is copied again where the backup holds one.

    Returns:
        What the receipt says of it.

    Raises:
        BackupError: it cannot be made.
    """
    if target.startswith(SCHEME):
        back_up_everything(warehouse, target, access)
        return {"target": target, "made_again": True, "files_removed": None, "told": _ROTATES}
    root = Path(target).resolve()
    if not any((root / name).exists() for name in (CATALOG_FILE, POSTGRES_COPY)):
        return {"target": target, "made_again": False, "files_removed": 0, "told": "no backup stands there"}
    back_up_everything(warehouse, target, access, vault=vault if holds_vault(root) else None)
    removed = _prune(root) + _prune_attachments(root, warehouse.folder)
    return {"target": target, "made_again": True, "files_removed": removed, "told": None}


def _prune(root: Path) -> int:
    """Delete the data files that the catalogue does not name, and halves of files."""
    catalogue = next(root / name for name in (CATALOG_FILE, POSTGRES_COPY) if (root / name).exists())
    data = root / DATA_FOLDER
    kept = {data / name for name in named_files(catalogue)}
    stale = [path for path in data.rglob("*") if path.is_file() and path not in kept]
    stale += root.glob("*.part")
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _prune_attachments(root: Path, folder: Path) -> int:
    kept = folder / STORE / ATTACHMENTS
    place = root / STORE / ATTACHMENTS
    stale = [path for path in place.glob("??/*") if not (kept / path.relative_to(place)).exists()]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
