"""Entries of all that has landed (`hash_runs`), in memory that does not grow with them.

The newest entries are in memory, the others in files of sorted runs: a log-structured merge tree (O'Neil, Cheng,
Gawlick and O'Neil 1996), tiered, whose files are never changed. Four runs of one size become one run of the next, up
to a size, so that each entry is written a few times and a look-up asks a few runs.

The files are a cache. What is in them is told by a manifest, and of which snapshot: it is for the caller to see
whether that snapshot is still the warehouse's own.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

import numpy as np

from learnloom.pipelines.ingest.land.hash_runs import (
    CorruptRunError,
    FileRun,
    Hashes,
    HashRun,
    KnownHashes,
    MemoryRun,
    RunFile,
    merged_parts,
    write_run,
)

_log = logging.getLogger(__name__)
RECENT: Final = 1 << 20
"""Entries in memory, at the most, but for one batch: 24 MB."""
_FAN_IN: Final = 4
"""Runs of one size that become one of the next."""
_LARGEST: Final = 64
"""Times `recent` that a merged run may hold: merging more would keep a landing waiting for too long."""
_MANIFEST: Final = "manifest.json"


class Moment(NamedTuple):
    """A snapshot of one warehouse, told from a snapshot of another or of a restored one by its time."""

    snapshot: int
    time: str


class IdIndex:
    """Entries to be found again by their id; belongs to one thread. Without a folder all of it stays in memory."""

    def __init__(self, *, recent: int = RECENT) -> None:
        """Hold nothing.

        Args:
            recent: entries in memory, at the most, but for one batch.
        """
        self._recent = recent
        self._folder: Path | None = None
        self._in_memory: list[MemoryRun] = []
        self._in_files: list[FileRun] = []

    def __len__(self) -> int:
        """Count the entries."""
        return sum(map(len, self._in_files)) + self._memory_rows()

    def _memory_rows(self) -> int:
        return sum(map(len, self._in_memory))

    @property
    def is_full(self) -> bool:
        """Whether more is in memory than should be: `save` it."""
        return self._memory_rows() > self._recent

    def use(self, folder: Path) -> None:
        """Keep files in a folder that nobody else uses; what another index has left there goes at the next save."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def load(self) -> Moment | None:
        """Open the files of the folder; None, and nothing is held, where they are not all as they were written."""
        assert self._folder is not None  # noqa: S101 - `use` comes before
        try:
            told = json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8"))
            files = [
                RunFile(name, rows, (ids, contents, times))
                for name, rows, ids, contents, times in told["runs"]
            ]
            self._in_files = [FileRun(self._folder, file) for file in files]
            return Moment(int(told["snapshot"]), str(told["time"]))
        except FileNotFoundError:
            return None
        except (CorruptRunError, OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the index of ids in %s is made anew: %s", self._folder, error)
            self._in_files = []
            return None

    def fill(self, rows: int, parts: Iterator[MemoryRun]) -> None:
        """Hold, instead of what is held, `rows` entries: sorted, in parts that follow each other."""
        assert self._folder is not None  # noqa: S101 - likewise
        self._in_memory, self._in_files = [], []
        self._in_files.append(self._written(rows, parts))

    def add(self, run: MemoryRun) -> None:
        """Take entries in; of the runs in memory few remain, each entry being moved a logarithmic number of times."""
        if not len(run):
            return
        while self._in_memory and len(self._in_memory[-1]) <= 2 * len(run):
            run = MemoryRun.merged([self._in_memory.pop(), run])
        self._in_memory.append(run)

    def find(self, ids: Hashes, contents: Hashes) -> KnownHashes:
        """Tell of each id whether it is held, whether with these contents, and since when."""
        is_known, is_same = (np.zeros(len(ids), dtype=np.bool_) for _ in range(2))
        landed_us = np.zeros(len(ids), np.uint64)
        # Neighbours in the question are neighbours in a run: an order of magnitude faster.
        order = np.argsort(ids)
        asked, with_contents = ids[order], contents[order]
        runs: list[HashRun] = [*self._in_memory, *self._in_files]
        for run in runs:
            found = run.find(asked, with_contents)
            is_known[order] |= found.is_known
            is_same[order] |= found.is_same
            landed_us[order] = np.maximum(landed_us[order], found.landed_us)
        return KnownHashes(is_known, is_same, landed_us)

    def spill(self) -> None:
        """Bring what is in memory to a file, and merge; a process that begins anew knows nothing of it."""
        if self._in_memory:
            run = MemoryRun.merged(self._in_memory)
            self._in_files.append(self._written(len(run), iter([run])))
            self._in_memory = []
        while (first := self._mergeable()) is not None:
            runs = self._in_files[first:]
            self._in_files[first:] = [self._written(sum(map(len, runs)), merged_parts(runs))]

    def save(self, moment: Moment) -> None:
        """Bring everything to files, and write down that they hold what has landed up to `moment`.

        A crash leaves the files of before: what is new has names of its own until the manifest names it.
        """
        assert self._folder is not None  # noqa: S101 - likewise
        self.spill()
        listed = [(run.file.name, run.file.rows, *run.file.checksums) for run in self._in_files]
        draft = self._folder / f"{_MANIFEST}.new"
        draft.write_text(json.dumps({**moment._asdict(), "runs": listed}), encoding="utf-8")
        draft.replace(self._folder / _MANIFEST)
        kept = {_MANIFEST, *(run.file.name for run in self._in_files)}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()

    def _mergeable(self) -> int | None:
        """Where the newest runs begin that are to become one; None: nowhere."""
        newest = self._in_files[-_FAN_IN:]
        if len(newest) < _FAN_IN or sum(map(len, newest)) > _LARGEST * self._recent:
            return None
        # They are of one size if the oldest of them is not larger than the others together.
        if len(newest[0]) > sum(map(len, newest[1:])):
            return None
        return len(self._in_files) - _FAN_IN

    def _written(self, rows: int, parts: Iterator[MemoryRun]) -> FileRun:
        assert self._folder is not None  # noqa: S101 - likewise
        return FileRun(self._folder, write_run(self._folder, f"{uuid4().hex}.run", rows, parts))
