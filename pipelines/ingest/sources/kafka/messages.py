"""One message of a topic as records: a statement, or an array of statements of which each stands for itself."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from learnloom.pipelines.ingest.sources.arrays import ArraySplitter
from learnloom.pipelines.ingest.sources.kafka.headers import Heading, RawHeaders, read_headers
from learnloom.pipelines.ingest.sources.pieces import KEPT_BYTES, too_large
from learnloom.schemas.record import Fault, Record

EMPTY_ARRAY: Final = "message-empty-array"
_WHITE = b" \t\r\n"
_REMEMBERED_BYTES: Final = 1_024
"""Longer headers are read anew each time, so that what is remembered is bounded."""


@lru_cache(maxsize=1_024)
def _remembered(headers: tuple[tuple[str, bytes | None], ...]) -> Heading:
    """A sender's messages all have the same headers."""
    return read_headers(headers)


def records_of(
    offset: int, value: bytes | None, headers: RawHeaders, max_record_bytes: int, header_bytes: int = -1
) -> list[Record]:
    """Give the records of a message: at least one, whatever it holds.

    Args:
        offset: its place in its partition.
        value: its bytes; None: a tombstone.
        headers: its headers.
        max_record_bytes: a larger statement is refused, and only its beginning kept.
        header_bytes: size of all headers; -1: unknown.
    """
    is_short = 0 <= header_bytes <= _REMEMBERED_BYTES
    heading = _remembered(tuple(headers)) if is_short else read_headers(headers)
    source, version = heading.source, heading.xapi_version
    if heading.fault is not None:
        kept = value if value is None or len(value) <= max_record_bytes else value[:KEPT_BYTES]
        return [Record(offset, 0, kept, heading.fault, source, version)]
    if value is None or not value.lstrip(_WHITE).startswith(b"["):
        if value is not None and len(value) > max_record_bytes:
            flawed = too_large(value, len(value), max_record_bytes)
            return [Record(offset, 0, flawed.kept, flawed.fault, source, version)]
        return [Record(offset, 0, value, None, source, version)]
    return list(_elements(offset, value, source, version, max_record_bytes))


def _elements(
    offset: int, value: bytes, source: str | None, version: str | None, max_record_bytes: int
) -> Iterator[Record]:
    """Cut an array into its elements, each with its own bytes."""
    element = -1
    for element, piece in enumerate(ArraySplitter(max_record_bytes).pieces(iter([value]))):
        raw, fault = (piece, None) if isinstance(piece, bytes) else piece
        yield Record(offset, element, raw, fault, source, version)
    if element < 0:
        message = "The message is an array without a statement: do not send empty batches."
        yield Record(offset, 0, value[:KEPT_BYTES], Fault(EMPTY_ARRAY, "", "[]", message), source, version)
