"""Statements with attachments in one body: multipart/mixed (RFC 2046, 5.1), read and written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final, NamedTuple

from learnloom.pipelines.lrs.message import RefusedError

MIXED: Final = "multipart/mixed"
_MOST_PARTS: Final = 1_000
_BOUNDARY: Final = re.compile(rb"^[0-9A-Za-z'()+_,\-./:=? ]{1,70}$")


Written = tuple[Mapping[str, str], Iterable[bytes]]
"""Headers of a part, and its bytes piece by piece."""


class BodyPart(NamedTuple):
    """One part: its headers by names in lower case, and its bytes."""

    headers: Mapping[str, str]
    content: bytes


def read_parts(content_type: str, body: bytes) -> list[BodyPart]:
    """Cut a body at its boundaries.

    Raises:
        RefusedError: 400, it is not built as RFC 2046 says, or has too many parts.
    """
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary("").encode("latin-1", "replace")
    if not _BOUNDARY.match(boundary):
        raise RefusedError(400, "multipart/mixed needs a boundary in its Content-Type (RFC 2046, 5.1.1)")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) > _MOST_PARTS:
        raise RefusedError(400, f"the body has more than {_MOST_PARTS} parts: send fewer statements at once")
    closing = [number for number, piece in enumerate(pieces) if number and piece.startswith(b"--")]
    if not closing:
        raise RefusedError(
            400, f"the body does not end with --{boundary.decode()}--: it was cut off, or a part is wrong"
        )
    return [_part(piece) for piece in pieces[1 : closing[0]]]


def _part(piece: bytes) -> BodyPart:
    line, found, rest = piece.partition(b"\r\n")
    if not found or line.strip(b" \t"):
        raise RefusedError(400, "a boundary of the multipart body is not followed by the end of its line")
    if rest.startswith(b"\r\n"):
        return BodyPart({}, rest[2:])
    head, found, content = rest.partition(b"\r\n\r\n")
    if not found:
        raise RefusedError(400, "a part of the multipart body has no blank line below its headers")
    headers = BytesHeaderParser().parsebytes(head)
    return BodyPart({name.lower(): str(value).strip() for name, value in headers.items()}, content)


def written(parts: Iterable[Written], boundary: str) -> Iterator[bytes]:
    """Put parts into one body, piece by piece."""
    for headers, pieces in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        yield f"--{boundary}\r\n{head}\r\n".encode()
        yield from pieces
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
