"""Ids of converted statements: the same record gives the same ids, on every machine and in every release."""

import hashlib
import uuid
from typing import Final

from learnloom.pipelines.convert.format import Converted, Options

_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""Of a hexadecimal digit, the one with the two bits of RFC 9562's variant."""
_SOURCES: Final = "https://learnloom.example/sources/"


class StatementIds:
    """Names the statements of one source: UUIDv5 (RFC 9562) of key and place, in a namespace of the source."""

    def __init__(self, format_name: str, options: Options) -> None:
        """Take the source's name; without one it is the format's, and the homePage, which two systems do not share."""
        source = options.source or f"{format_name} {options.home_page}".rstrip()
        self._hash = hashlib.sha1(
            uuid.uuid5(uuid.NAMESPACE_URL, _SOURCES + source).bytes, usedforsecurity=False
        )

    def of(self, converted: Converted) -> list[str]:
        """Give the id of each statement: uuid5(uuid5(NAMESPACE_URL, …/sources/SOURCE), KEY#NAME)."""
        names = converted.names or [str(number) for number in range(len(converted.statements))]
        return [self._id(f"{converted.key}#{name}") for name in names]

    def withdrawn(self, converted: Converted) -> list[str]:
        """Give the ids of the statements that are not made any more."""
        return [self._id(f"{converted.key}#{name}") for name in converted.withdrawn]

    def _id(self, key: str) -> str:
        # As uuid.uuid5, without an object for each: that took a quarter of the time of a row. A test compares both.
        digest = self._hash.copy()
        digest.update(key.encode())
        text = digest.hexdigest()
        variant = _VARIANTS[text[16]]
        return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
