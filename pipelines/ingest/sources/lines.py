"""Framing: cutting a text into records, and JSON lines, one record a line.

A splitter hands out a record's exact bytes, or the beginning of a record that cannot be given whole.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from learnloom.schemas.record import Fault

KEPT_BYTES = 65_536
"""So much is kept of a record that is larger than allowed or has no end."""


_SPACE = b" \t\r\n"
UNFINISHED = -1
"""Stands for the length of a last record whose end the text does not hold."""


class TruncatedRecord(NamedTuple):
    """The kept beginning of a record that cannot be given whole, and why."""

    kept: bytes
    fault: Fault


Frame = bytes | TruncatedRecord


class Splitter(Protocol):
    """Cuts decoded text into records."""

    form: str
    """Goes into a file's identity: where another form is seen in a file than before, its records have other numbers,
    so it is read from its beginning."""
    open_bytes: int | None
    """Once all frames were taken: how many bytes of the last record were given, if it may go on in a longer
    text (UNFINISHED: it must); None where it was properly ended."""

    def frames(self, chunks: Iterator[bytes]) -> Iterator[Frame]:
        """Yield every record of the text in order; errors of `chunks` pass through."""


class FrameBuffer:
    """A record whose end has not been read: held up to the limit, above it only its beginning and length."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> None:
        """Take the next part; white space before the record is none of it."""
        if not self.size:
            part = part.lstrip(_SPACE)
        if part:
            self.size += len(part)
            self._parts.append(part)
            if self.size > self._max_bytes and len(self._parts) > 1:
                self._parts = [b"".join(self._parts)[:KEPT_BYTES]]

    def take(self) -> Frame:
        """Give the record as it stands, without white space around it, and start afresh."""
        text = b"".join(self._parts).strip(_SPACE)
        size = self.size
        self._parts, self.size = [], 0
        return text if size <= self._max_bytes else too_large(text, size, self._max_bytes)


def too_large(text: bytes, size: int, max_bytes: int) -> TruncatedRecord:
    """Refuse a record of `size` bytes of which `text` was held."""
    return TruncatedRecord(
        text[:KEPT_BYTES],
        Fault(
            "record-too-big",
            "",
            str(size),
            f"The record has {size} bytes, more than the {max_bytes} allowed: send large content as an "
            "attachment by fileUrl, or raise LEARNLOOM_MAX_STATEMENT_BYTES.",
        ),
    )


class LineSplitter:
    """Cuts text at line feeds; a carriage return before one belongs to the line's end."""

    form = ""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.open_bytes: int | None = None

    def frames(self, chunks: Iterator[bytes]) -> Iterator[Frame]:
        """Yield every line that is not blank, without its end."""
        max_bytes = self._max_bytes
        last = FrameBuffer(max_bytes)
        for chunk in chunks:
            lines = chunk.split(b"\n")
            last.add(lines[0])
            if len(lines) == 1:
                continue
            if last.size:
                frame = last.take()
                if frame:
                    yield frame
            for line in lines[1:-1]:
                text = line.strip(b" \t\r")
                if not text:
                    continue
                yield text if len(line) <= max_bytes else too_large(text, len(line), max_bytes)
            last.add(lines[-1])
        if frame := last.take():
            self.open_bytes = len(frame if isinstance(frame, bytes) else frame.kept)
            yield frame
