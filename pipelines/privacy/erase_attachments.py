"""Attachments of statements that are erased: files of the store that no other statement names."""

from collections.abc import Iterable

import orjson

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import attachments_of
from learnloom.pipelines.lrs.store import FOLDER

_NAME = "attachments"
_AT_ONCE = 5_000


def attachments_named(statements: Iterable[str | bytes]) -> set[str]:
    """Hashes of the attachments of statements, in small letters."""
    return {
        str(each["sha2"]).lower()
        for raw in statements
        if _NAME in (raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw)
        for each in attachments_of(orjson.loads(raw))
    }


def drop_attachments(
    warehouse: Warehouse, settings: Settings, hashes: Iterable[str], waiting: Iterable[bytes]
) -> int:
    """Delete the files of attachments that no statement names any more, and say how many.

    Args:
        warehouse: what is erased is hidden there.
        settings: a school's choices.
        hashes: of the attachments of statements that are erased.
        waiting: statements whose bytes the journal of the store has still.
    """
    folder = settings.warehouse / FOLDER / ATTACHMENTS
    found = {name: path for name in hashes if (path := folder / name[:2] / name).is_file()}
    if not found:
        return 0
    batches = warehouse.arrow_batches(
        f"SELECT raw FROM {LAKE}.landing.statement WHERE contains(raw, '{_NAME}')", at_once=_AT_ONCE
    )
    kept = attachments_named(raw for batch in batches for raw in batch.column(0).to_pylist())
    kept |= attachments_named(waiting)
    for name, path in found.items():
        if name not in kept:
            path.unlink(missing_ok=True)
    return len(found.keys() - kept)
