"""Text of a file or stream, line by line with its bytes: decompressed, without a byte order mark, within a limit."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from learnloom.pipelines.convert.format import ConvertError, SourceRecord
from learnloom.pipelines.ingest.sources.decode import decoded
from learnloom.pipelines.ingest.sources.files import splitter_of
from learnloom.pipelines.ingest.sources.identity import HEAD_BYTES
from learnloom.pipelines.ingest.sources.lines import Frame, LineSplitter

_BOM = b"\xef\xbb\xbf"


def chunks(given: Path | BinaryIO) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file or an open stream, about 1 MiB at a time, without a byte order mark.

    Raises:
        InputError: it is compressed and damaged, or no text.
        OSError: it cannot be read.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(given.open("rb")) if isinstance(given, Path) else given
        parts = decoded(stream)
        head = b""
        while len(head) < len(_BOM) and (part := next(parts, b"")):
            head += part
        yield head.removeprefix(_BOM)
        yield from parts


def json_records(given: Path | BinaryIO, max_bytes: int) -> Iterator[SourceRecord]:
    """Yield every object of JSON lines, of a JSON array, or written over several lines, as a record.

    A place counts the records, from 1. What is no JSON at all comes as a record like any other: `convert` refuses it.
    """
    return json_records_of(chunks(given), max_bytes)


def json_records_of(parts: Iterator[bytes], max_bytes: int) -> Iterator[SourceRecord]:
    """Yield the same of bytes that are read already."""
    head = b""
    while len(head) < HEAD_BYTES and (part := next(parts, b"")):
        head += part
    frames = splitter_of(head[:HEAD_BYTES], max_bytes).frames(itertools.chain([head], parts))
    return _records(frames, "record", max_bytes)


def line_records(given: Path | BinaryIO, max_bytes: int) -> Iterator[SourceRecord]:
    """Yield every line that is not blank as a record; one that is longer than `max_bytes` with its error.

    A place counts the lines that are not blank, from 1.
    """
    return _records(LineSplitter(max_bytes).frames(chunks(given)), "line", max_bytes)


def _records(frames: Iterator[Frame], what: str, max_bytes: int) -> Iterator[SourceRecord]:
    for number, frame in enumerate(frames, start=1):
        place = f"{what} {number}"
        if isinstance(frame, bytes):
            yield SourceRecord(frame, place)
        elif frame.fault.rule == "record-too-big":
            yield SourceRecord(frame.kept, place, error=too_big(frame.fault.value, max_bytes))
        else:
            yield SourceRecord(
                frame.kept, place, error=ConvertError("convert-unfinished", frame.fault.message)
            )


def too_big(size: object, max_bytes: int) -> ConvertError:
    """Say that a record is longer than a record may be."""
    return ConvertError(
        "convert-too-big",
        f"The record has {size} bytes, more than the {max_bytes} allowed: split it, or raise "
        "LEARNLOOM_MAX_STATEMENT_BYTES.",
        value=size,
    )
