"""Where statements go once they are written: their ids, and the file that they end in."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import IO, Final, Literal, Protocol, cast

import zstandard

from learnloom.pipelines.simulate.config import DAY_MS


class StatementReceiver(Protocol):
    """Where statements go."""

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:
        """Take one statement; a spared one must not suffer a fault."""


class Sink:
    """Where all students write: it mints the ids and knows who receives the statements."""

    def __init__(self, receiver: StatementReceiver, rng: Random) -> None:
        self.receiver = receiver
        self._bits = rng.getrandbits

    def new_id(self) -> str:
        """A UUID of version 4."""
        digits = f"{self._bits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


# End of the file's name by compression.
SUFFIXES: Final = {"none": ".jsonl", "gzip": ".jsonl.gz", "zstd": ".jsonl.zst"}
# Lines handed to the file at once: a copy of a whole day would double the memory.
_CHUNK: Final = 500


class SortedFile:
    """Sorts what is sent by time, a day at a time, so that memory holds a day and not the class."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._days: dict[int, list[tuple[int, int, bytes]]] = {}
        self._taken = 0
        self.lines = 0
        """Lines written so far."""

    def put(self, sent_ms: int, line: bytes) -> None:
        """Take a line that is sent at an instant; of two at the same instant the first taken goes first."""
        self._taken += 1
        entry = (sent_ms, self._taken, line)
        day = sent_ms // DAY_MS
        try:
            self._days[day].append(entry)
        except KeyError:
            self._days[day] = [entry]

    def flush(self, before_ms: int | None = None) -> None:
        """Write all days that ended by an instant; without one, everything."""
        for day in sorted(self._days):
            if before_ms is not None and (day + 1) * DAY_MS > before_ms:
                break
            entries = self._days.pop(day)
            entries.sort()
            for begin in range(0, len(entries), _CHUNK):
                lines = [line for _, _, line in entries[begin : begin + _CHUNK]]
                self._file.write(b"\n".join(lines) + b"\n")
            self.lines += len(entries)


@contextmanager
def open_for_lines(path: Path, compress: Literal["none", "gzip", "zstd"]) -> Iterator[IO[bytes]]:
    """Open a file that gets its name only when all is written; equal lines give equal bytes.

    Raises:
        OSError: the file cannot be written.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as raw:
        if compress == "gzip":
            with gzip.GzipFile(filename="", mode="wb", compresslevel=3, fileobj=raw, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        elif compress == "zstd":
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as stream:
                yield stream
        else:
            yield raw
    unfinished.replace(path)
