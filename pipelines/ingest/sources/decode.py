"""Bytes of a file or stream, decompressed on the way: gzip, zstd or plain, told by their first bytes.

Memory stays flat: a chunk is held at the most, and a small input that expands to gigabytes is cut up too.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import zstandard

from learnloom.pipelines.ingest.sources.errors import InputError

CHUNK_BYTES = 1 << 20
# zstd's decompressor has no limit on output: 4 KiB of input can become 128 MiB at the worst.
_ZSTD_INPUT_BYTES = 4_096
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW = 31  # zlib's number for "with a gzip header"
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive: unpack it first",
    b"BZh": "compressed with bzip2: unpack it first, or use gzip or zstd",
    b"\xfd7zXZ\x00": "compressed with xz: unpack it first, or use gzip or zstd",
    b"\xff\xfe": "UTF-16 text: convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)",
    b"\xfe\xff": "UTF-16 text: convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)",
    b"PAR1": "a Parquet file: export its statements as JSON lines first",
    b"SQLite format 3": "an SQLite database: export its statements as JSON lines first",
}


class Readable(Protocol):
    """A binary file as far as it is needed here."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none at the end."""


def decoded(stream: Readable) -> Iterator[bytes]:
    """Yield the decompressed bytes of `stream` in chunks of about 1 MiB.

    Raises:
        InputError: the compressed data is damaged or ends early (after what could be read was yielded), or it
            is no text at all.
        OSError: the stream cannot be read.
    """
    read = getattr(stream, "read1", stream.read)  # a pipe gives what it has, without waiting for a full chunk
    first = read(CHUNK_BYTES)
    while first and len(first) < len(max(_FOREIGN, key=len)) and (more := read(CHUNK_BYTES)):
        first += more
    for magic, what in _FOREIGN.items():
        if first.startswith(magic):
            raise InputError(f"it is {what}")
    if first.startswith(_GZIP_MAGIC):
        yield from _gunzipped(first, read)
    elif first.startswith(_ZSTD_MAGIC) or _is_skippable_frame(first):
        yield from _unzstd(first, read)
    else:
        while first:
            yield first
            first = read(CHUNK_BYTES)


def _gunzipped(data: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Decompress gzip, member after member; zero padding after the last member is allowed."""
    while data:
        member = zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            try:
                out = member.decompress(data, CHUNK_BYTES)
            except zlib.error as error:
                raise InputError(f"its gzip data is damaged ({error}): fetch the file again") from error
            if out:
                yield out
            data = member.unconsumed_tail
            if not data and not member.eof and not out:
                data = read(CHUNK_BYTES)
                if not data:
                    raise InputError("its gzip data ends early: the file was cut off, fetch it again")
        data = _after_padding(member.unused_data, read)


def _after_padding(data: bytes, read: Callable[[int], bytes]) -> bytes:
    """Skip zero bytes between and after gzip members, as gzip itself does."""
    while not (rest := data.lstrip(b"\0")):
        data = read(CHUNK_BYTES)
        if not data:
            return b""
    return rest


def _unzstd(data: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Decompress zstd, frame after frame."""
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        at = 0
        while not frame.eof:
            if at >= len(data):
                data, at = read(CHUNK_BYTES), 0
                if not data:
                    raise InputError("its zstd data ends early: the file was cut off, fetch it again")
            try:
                out = frame.decompress(data[at : at + _ZSTD_INPUT_BYTES])
            except zstandard.ZstdError as error:
                raise InputError(f"its zstd data is damaged ({error}): fetch the file again") from error
            at += _ZSTD_INPUT_BYTES
            for start in range(0, len(out), CHUNK_BYTES):
                yield out[start : start + CHUNK_BYTES]
        data = frame.unused_data + data[at:] or read(CHUNK_BYTES)


def _is_skippable_frame(head: bytes) -> bool:
    """Tell a zstd frame that carries no content (its first byte is 0x50 to 0x5F, RFC 8878 section 3.1.2)."""
    return head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50  # noqa: PLR2004 - the numbers are the format
