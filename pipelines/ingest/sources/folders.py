"""The statement files of a folder."""

import os
import stat
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

ENDINGS = (".json", ".jsonl", ".ndjson")
_COMPRESSIONS = ("", ".gz", ".zst")
_ALL_ENDINGS = tuple(ending + compression for ending in ENDINGS for compression in _COMPRESSIONS)


def statement_files(
    folder: Path, passed_over: AbstractSet[Path], on_error: Callable[[OSError], None]
) -> Iterator[tuple[Path, int]]:
    """Statement files below `folder`, each with its mode; hidden files and folders are passed over."""
    if not passed_over.isdisjoint(folder.parents):
        return
    for parent, folders, names in os.walk(folder, onerror=on_error):
        here = Path(parent)
        if here in passed_over:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.startswith(".") or not name.lower().endswith(_ALL_ENDINGS):
                continue
            try:
                mode = (here / name).stat().st_mode
            except FileNotFoundError:  # it has just been taken away, or is a link to what was
                continue
            except OSError as error:
                on_error(error)
                continue
            if stat.S_ISREG(mode):
                yield here / name, mode
