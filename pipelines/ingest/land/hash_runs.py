"""Sorted runs of hash pairs (an id's and that of the bytes that came with it), in memory and in files.

A run in a file costs 1/64 byte of memory a pair: the first id of every 4 KiB page. A look-up then touches one page;
which pages stay in memory is the kernel's affair.
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
_PAGE: Final = 512
"""Ids in one page."""
_AT_ONCE: Final = 1 << 18
"""Pairs that are held in memory while runs are merged or read, about: a multiple of `_PAGE`."""


class CorruptRunError(OSError):
    """A file does not hold what was written to it."""


class HashRun(Protocol):
    """Pairs sorted by id."""

    def __len__(self) -> int:
        """Count the pairs."""

    def find(self, ids: Hashes, contents: Hashes) -> tuple[Mask, Mask]:
        """Tell of each of the sorted `ids` whether it is in the run, and whether it is with these contents.

        An id that stands in the run with several contents may be told as being there with others.
        """


@dataclass(frozen=True)
class MemoryRun:
    """Pairs in memory."""

    ids: Hashes
    contents: Hashes

    @classmethod
    def of(cls, ids: Hashes, contents: Hashes) -> "MemoryRun":
        """Sort pairs."""
        order = np.argsort(ids, kind="stable")  # merging sorted parts is what it is quickest at
        return cls(ids[order], contents[order])

    @classmethod
    def merged(cls, runs: Sequence["MemoryRun"]) -> "MemoryRun":
        """Make one run of several."""
        return cls.of(np.concatenate([r.ids for r in runs]), np.concatenate([r.contents for r in runs]))

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.ids)

    def find(self, ids: Hashes, contents: Hashes) -> tuple[Mask, Mask]:
        """See `Run.find`."""
        place = np.minimum(np.searchsorted(self.ids, ids), max(len(self.ids) - 1, 0))
        if not len(self.ids):
            return np.zeros(len(ids), np.bool_), np.zeros(len(ids), np.bool_)
        hit = self.ids[place] == ids
        return hit, hit & (self.contents[place] == contents)


class RunFile(NamedTuple):
    """What is written down of a run in a file, by which it is known again."""

    name: str
    rows: int
    checksums: tuple[int, int]
    """CRC-32 of the ids and of the contents."""


class FileRun:
    """Pairs in a file: all ids, then all contents, little-endian."""

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
        pairs = np.frombuffer(self._map, dtype="<u8")
        self.ids: Hashes = pairs[: file.rows]
        self._contents: Hashes = pairs[file.rows :]

    def __len__(self) -> int:
        """Count the pairs."""
        return self.file.rows

    def find(self, ids: Hashes, contents: Hashes) -> tuple[Mask, Mask]:
        """See `Run.find`."""
        page = np.searchsorted(self._first_ids, ids, side="right") - 1
        at = np.maximum(page, 0) * _PAGE
        step = _PAGE // 2
        while step:
            # The last id that is not greater: it stands in this page if it stands anywhere.
            further = np.minimum(at + step, len(self) - 1)
            at = np.where(self.ids[further] <= ids, further, at)
            step //= 2
        hit = self.ids[at] == ids
        is_same = np.zeros(len(ids), np.bool_)
        is_same[hit] = self._contents[at[hit]] == contents[hit]
        self.forget_pages()
        return hit, is_same

    def pairs(self, start: int, end: int) -> MemoryRun:
        """Read the pairs from one place to another."""
        return MemoryRun(self.ids[start:end].astype(np.uint64), self._contents[start:end].astype(np.uint64))

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
        for half, checksum in enumerate(file.checksums):
            left, found = 8 * file.rows, 0
            while left:
                data = opened.read(min(left, 8 * _AT_ONCE))
                if not data:
                    raise CorruptRunError(f"{file.name} ends early")
                found, left = crc32(data, found), left - len(data)
                if half == 0:
                    firsts.append(np.frombuffer(data, dtype="<u8")[::_PAGE].astype(np.uint64))
            if found != checksum:
                raise CorruptRunError(f"{file.name} does not hold what was written to it")
        if opened.read(1):
            raise CorruptRunError(f"{file.name} holds more than was written to it")
    return np.concatenate(firsts) if firsts else np.zeros(0, np.uint64)


def write_run(folder: Path, name: str, rows: int, parts: Iterator[MemoryRun]) -> RunFile:
    """Write a run whose sorted parts follow each other; `rows` is how many pairs they hold together."""
    sums, written = [0, 0], 0
    path = folder / name
    with path.open("wb") as ids, path.open("r+b") as contents:
        contents.seek(8 * rows)
        for part in parts:
            for half, (file, hashes) in enumerate(((ids, part.ids), (contents, part.contents))):
                data = hashes.astype("<u8", copy=False).tobytes()
                sums[half] = crc32(data, sums[half])
                file.write(data)
            written += len(part)
    if written != rows:
        raise CorruptRunError(f"{path} holds {written} pairs instead of {rows}")
    return RunFile(name, rows, (sums[0], sums[1]))


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
            [run.pairs(start, end) for run, start, end in zip(runs, starts, ends, strict=True)]
        )
        starts = ends
        for run in runs:
            run.forget_pages()
