"""Attachments that no statement names: of those that are erased, and of those that were refused."""

import datetime as dt
import math
import os
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import NAMES, attachments_of
from learnloom.pipelines.lrs.database import Database
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy.erase_door_pages import statements_waiting

_NAME: Final = "attachments"
_HASH: Final = re.compile(rb"[0-9A-Fa-f]{64}")
_AT_ONCE: Final = 5_000
FILES: Final = 50_000
"""Files that are looked for at once: memory holds their names, and statements are read once for them."""
_LEAST_AGE: Final = dt.timedelta(days=1)
"""A file is written before the statement that names it; this is longer than any request takes."""
_ASIDE: Final = ".unnamed"
_MARK: Final = "tidied"
"""A file without content: it was written at the moment before which all files were looked for."""


def attachments_named(statements: Iterable[str | bytes]) -> set[str]:
    """Hashes of the attachments of statements, in small letters."""
    return {
        str(each["sha2"]).lower()
        for raw in statements
        if _NAME in (raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw)
        for each in attachments_of(orjson.loads(raw))
    }


def drop_attachments(
    warehouse: Warehouse, settings: Settings, hashes: Iterable[str], database: Database
) -> int:
    """Delete the files of attachments that no statement names any more, and say how many.

    Args:
        warehouse: what is erased is hidden there.
        settings: a school's choices.
        hashes: of the attachments of statements that are erased.
        database: the store's.
    """
    folder = _folder(settings)
    found = {name: path for name in hashes if (path := folder / name[:2] / name).is_file()}
    if not found:
        return 0
    gone = found.keys() - _named(warehouse, database, found)
    for name in gone:
        found[name].unlink(missing_ok=True)
    return len(gone)


def drop_unnamed(warehouse: Warehouse, settings: Settings, database: Database, *, now: dt.datetime) -> int:
    """Delete the files of attachments that no statement names and that have lain for a day, and say how many.

    The statement that they came with was refused once they were written, or whoever wrote them was ended. Only files
    are looked for that became a day old since the last time; once in a month all of them, for a refused record may
    have named one whose content is no longer kept.

    Args:
        warehouse: open.
        settings: a school's choices.
        database: the store's.
        now: the present moment.
    """
    folder, before = _folder(settings), (now - _LEAST_AGE).timestamp()
    files, count = _written(folder, _reached(folder, before), before), 0
    while some := {path.name: path for path in islice(files, FILES)}:
        named = _named(warehouse, database, some)
        count += sum(_drop(path, before) for name, path in some.items() if name not in named)
    if folder.is_dir():
        _note(folder, before)
    return count


def _folder(settings: Settings) -> Path:
    return settings.warehouse / FOLDER / ATTACHMENTS


def _reached(folder: Path, before: float) -> float:
    """The moment before which all files were looked for, where that was in the same month."""
    try:
        reached = (folder / _MARK).stat().st_mtime
    except FileNotFoundError:
        return -math.inf
    last, this = (dt.datetime.fromtimestamp(each, dt.UTC) for each in (reached, before))
    return reached if (last.year, last.month) == (this.year, this.month) else -math.inf


def _note(folder: Path, reached: float) -> None:
    part = folder / f"{_MARK}.part"
    part.touch()
    os.utime(part, (reached, reached))
    part.replace(folder / _MARK)


def _written(folder: Path, since: float, before: float) -> Iterator[Path]:
    """Files that were written, or came again, between two moments: whole ones, and what ended processes have left."""
    for path in folder.glob("??/*"):
        found = path.replace(path.with_suffix("")) if path.suffix == _ASIDE else path
        try:
            is_one = since <= found.stat().st_mtime < before
        except FileNotFoundError:
            continue  # it was half written, and is whole now
        if is_one:
            yield found


def _drop(path: Path, before: float) -> bool:
    """Delete a file, unless it has come again meanwhile: a statement that is on its way counts on it."""
    aside = path.with_suffix(_ASIDE) if path.match(NAMES) else path
    try:
        path.replace(aside)
        if aside.stat().st_mtime >= before:
            aside.replace(path)
            return False
    except FileNotFoundError:
        return False
    aside.unlink(missing_ok=True)
    return True


def _named(warehouse: Warehouse, database: Database, names: Collection[str]) -> set[str]:
    """Those of some attachments that statements name, or refused records, which may be replayed.

    The journal is read first: what it lets go of meanwhile has landed.
    """
    wanted = set(names)
    named = {name for raw in statements_waiting(database) for name in attachments_named([raw]) & wanted}
    for table, condition, hashes_of in (
        ("landing.statement", f"contains(raw, '{_NAME}')", attachments_named),
        ("landing.dead_letter", "raw IS NOT NULL", hashes_in),
    ):
        if table in existing_tables(warehouse):
            rows = f"SELECT raw FROM {LAKE}.{table} WHERE {condition}"
            for batch in warehouse.arrow_batches(rows, at_once=_AT_ONCE):
                named |= hashes_of(batch.column(0).to_pylist()) & wanted
    return named


def hashes_in(records: Iterable[bytes]) -> set[str]:
    """What may be a hash in records of any form, in small letters."""
    return {each.decode().lower() for raw in records for each in _HASH.findall(raw)}
