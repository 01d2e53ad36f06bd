"""What a splitter hands out: a record's exact bytes, or the beginning of one that cannot be given whole."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from learnloom.schemas.record import Fault

KEPT_BYTES = 65_536
"""So much is kept of a record that is larger than allowed or has no end."""


_SPACE = b" \t\r\n"
UNFINISHED = -1
"""Stands for the length of a last record whose end the text does not hold."""


class Flawed(NamedTuple):
    """The kept beginning of a record that cannot be given whole, and why."""

    kept: bytes
    fault: Fault


Piece = bytes | Flawed


class Splitter(Protocol):
    """Cuts decoded text into records."""

    open_bytes: int | None
    """Once all pieces were taken: how many bytes of the last record were given, if it may go on in a longer
    text (UNFINISHED: it must); None where it was properly ended."""

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[Piece]:
        """Yield every record of the text in order; errors of `chunks` pass through."""


class Growing:
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

    def take(self) -> Piece:
        """Give the record as it stands, without white space around it, and start afresh."""
        text = b"".join(self._parts).strip(_SPACE)
        size = self.size
        self._parts, self.size = [], 0
        return text if size <= self._max_bytes else too_large(text, size, self._max_bytes)


def too_large(text: bytes, size: int, max_bytes: int) -> Flawed:
    """Refuse a record of `size` bytes of which `text` was held."""
    return Flawed(
        text[:KEPT_BYTES],
        Fault(
            "record-too-big",
            "",
            str(size),
            f"The record has {size} bytes, more than the {max_bytes} allowed: send large content as an "
            "attachment by fileUrl, or raise LEARNLOOM_MAX_STATEMENT_BYTES.",
        ),
    )
