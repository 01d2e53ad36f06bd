"""Sorted runs of entries: the hash of an id, that of the bytes that came with it, and when they landed.

A run in a file costs 1/64 byte of memory an entry: the first id of every 4 KiB page. A look-up then touches one page of
ids; which pages stay in memory is the kernel's affair.
"""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
COLUMNS: Final = 3
"""Numbers of an entry: id, content, time."""
_PAGE: Final = 512
"""Ids in one page."""
_AT_ONCE: Final = 1 << 18
"""Entries that are held in memory while runs are merged or read, about: a multiple of `_PAGE`."""


class CorruptRunError(OSError):
    """A file does not hold what was written to it."""


class KnownHashes(NamedTuple):
    """Per id asked: what is known of it."""

    is_known: Mask
    """A statement with this id hash has landed."""
    is_same: Mask
    """One with the very same bytes has landed."""
    landed_us: Hashes
    """When it landed, in microseconds since 1970; 0: it has not."""


class HashRun(Protocol):
    """Entries sorted by id."""

    def __len__(self) -> int:
        """Count the entries."""

    def find(self, ids: Hashes, contents: Hashes) -> KnownHashes:
        """Tell of each of the sorted `ids` whether it is in the run, whether with these contents, and since when.

        Of an id that stands in the run several times, another entry may be told.
        """


@dataclass(frozen=True)
class MemoryRun:
    """Entries in memory."""

    ids: Hashes
    contents: Hashes
    landed_us: Hashes

    @classmethod
    def of(cls, ids: Hashes, contents: Hashes, landed_us: Hashes) -> "MemoryRun":
        """Sort entries."""
        order = np.argsort(ids, kind="stable")  # merging sorted parts is what it is quickest at
        return cls(ids[order], contents[order], landed_us[order])

    @classmethod
    def merged(cls, runs: Sequence["MemoryRun"]) -> "MemoryRun":
        """Make one run of several."""
        return cls.of(
            *(np.concatenate(columns) for columns in zip(*(run.columns for run in runs), strict=True))
        )

    @property
    def columns(self) -> tuple[Hashes, Hashes, Hashes]:
        """The numbers of all entries, as they stand in a file."""
        return self.ids, self.contents, self.landed_us

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.ids)

    def find(self, ids: Hashes, contents: Hashes) -> KnownHashes:
        """See `HashRun.find`."""
        if not len(self.ids):
            nothing = np.zeros(len(ids), np.bool_)
            return KnownHashes(nothing, nothing, np.zeros(len(ids), np.uint64))
        return _found(
            self.columns, np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1), ids, contents
        )


def _found(columns: Sequence[Hashes], at: npt.NDArray[np.intp], ids: Hashes, contents: Hashes) -> KnownHashes:
    """Hold ids against the entries that are theirs, if any are; only of these more than the id is read."""
    of_run, of_contents, of_times = columns
    is_known = of_run[at] == ids
    is_same, landed_us = np.zeros(len(ids), np.bool_), np.zeros(len(ids), np.uint64)
    there = at[is_known]
    is_same[is_known] = of_contents[there] == contents[is_known]
    landed_us[is_known] = of_times[there]
    return KnownHashes(is_known, is_same, landed_us)


class RunFile(NamedTuple):
    """What is written down of a run in a file, by which it is known again."""

    name: str
    rows: int
    checksums: tuple[int, int, int]
    """CRC-32 of the ids, of the contents and of the times."""


class FileRun:
    """Entries in a file: all ids, then all contents, then all times, little-endian."""

    def __init__(self, folder: Path, file: RunFile) -> None:
        """Open a run and read it once from end to end.

        Raises:
            CorruptRunError: the file is not there, or holds something else.
        """
        self.file = file
        path = folder / file.name
        try:
            with path.open("rb") as opened:
                self._first_ids = _verified(opened.fileno(), file)
                self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise CorruptRunError(f"{path} cannot be read: {error}") from error
        self._map.madvise(mmap.MADV_RANDOM)
        self._columns: list[Hashes] = np.split(np.frombuffer(self._map, dtype="<u8"), COLUMNS)
        self.ids = self._columns[0]

    def __len__(self) -> int:
        """Count the entries."""
        return self.file.rows

    def find(self, ids: Hashes, contents: Hashes) -> KnownHashes:
        """See `HashRun.find`."""
        page = np.searchsorted(self._first_ids, ids, side="right") - 1
        at = np.maximum(page, 0) * _PAGE
        step = _PAGE // 2
        while step:
            # The last id that is not greater: it stands in this page if it stands anywhere.
            further = np.minimum(at + step, len(self) - 1)
            at = np.where(self.ids[further] <= ids, further, at)
            step //= 2
        found = _found(self._columns, at, ids, contents)
        self.forget_pages()
        return found

    def part(self, start: int, end: int) -> MemoryRun:
        """Read the entries from one place to another."""
        return MemoryRun(*(column[start:end].astype(np.uint64) for column in self._columns))

    @property
    def first_ids(self) -> Hashes:
        """The first id of each page."""
        return self._first_ids

    def forget_pages(self) -> None:
        """Count pages as the kernel's that were looked at: they stay in its cache as long as there is room."""
        self._map.madvise(mmap.MADV_DONTNEED)


def _verified(descriptor: int, file: RunFile) -> Hashes:
    """Read a whole file, hold it against its checksums, and give the first id of each page."""
    firsts: list[Hashes] = []
    with open(descriptor, "rb", closefd=False) as opened:
        for column, checksum in enumerate(file.checksums):
            left, found = 8 * file.rows, 0
            while left:
                data = opened.read(min(left, 8 * _AT_ONCE))
                if not data:
                    raise CorruptRunError(f"{file.name} ends early")
                found, left = crc32(data, found), left - len(data)
                if column == 0:
                    firsts.append(np.frombuffer(data, dtype="<u8")[::_PAGE].astype(np.uint64))
            if found != checksum:
                raise CorruptRunError(f"{file.name} does not hold what was written to it")
        if opened.read(1):
            raise CorruptRunError(f"{file.name} holds more than was written to it")
    return np.concatenate(firsts) if firsts else np.zeros(0, np.uint64)


def write_run(folder: Path, name: str, rows: int, parts: Iterator[MemoryRun]) -> RunFile:
    """Write a run whose sorted parts follow each other; `rows` is how many entries they hold together."""
    sums, written = [0] * COLUMNS, 0
    with (folder / name).open("wb") as file:
        for part in parts:
            for column, numbers in enumerate(part.columns):
                data = numbers.astype("<u8", copy=False).tobytes()
                sums[column] = crc32(data, sums[column])
                file.seek(8 * (column * rows + written))
                file.write(data)
            written += len(part)
    if written != rows:
        raise CorruptRunError(f"{folder / name} holds {written} entries instead of {rows}")
    return RunFile(name, rows, (sums[0], sums[1], sums[2]))


def merged_parts(runs: Sequence[FileRun]) -> Iterator[MemoryRun]:
    """Merge runs, a range of ids after the other, so that only a part of them is in memory."""
    firsts = np.sort(np.concatenate([run.first_ids for run in runs]))
    bounds = firsts[_AT_ONCE // _PAGE :: _AT_ONCE // _PAGE].tolist()
    starts = [0] * len(runs)
    for bound in [*bounds, None]:
        ends = [
            len(run) if bound is None else int(np.searchsorted(run.ids, np.uint64(bound))) for run in runs
        ]
        yield MemoryRun.merged(
            [run.part(start, end) for run, start, end in zip(runs, starts, ends, strict=True)]
        )
        starts = ends
        for run in runs:
            run.forget_pages()
