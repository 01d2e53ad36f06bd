"""Ids of converted statements: the same record gives the same ids, on every machine and in every release."""

import hashlib
import uuid

from learnloom.pipelines.convert.format import Converted, Options

_SOURCES = "https://learnloom.example/sources/"


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

    def _id(self, key: str) -> str:
        # uuid.uuid5, which would hash the namespace each time and build an object: a third of the time of a short row.
        digest = self._hash.copy()
        digest.update(key.encode())
        return str(uuid.UUID(bytes=digest.digest()[:16], version=5))
