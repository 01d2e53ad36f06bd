"""The format `scorm`: run-time data as JSON (an attempt an object) or as CSV (an attempt, or an element, a row)."""

import io
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

import orjson

from learnloom.pipelines.convert.format import Converted, ConvertError, Options, SourceRecord
from learnloom.pipelines.convert.origin import OneOrigin
from learnloom.pipelines.convert.scorm.attempt import open_attempt
from learnloom.pipelines.convert.scorm.statements import statements_of
from learnloom.pipelines.convert.scorm.table import attempts, read_map
from learnloom.pipelines.convert.text import chunks, json_records_of


class _Stream(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = filter(None, pieces)
        self._left = b""

    def readable(self) -> bool:
        """Be readable."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as one piece goes."""
        self._left = self._left or next(self._pieces, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class RunTimeData(OneOrigin):
    """SCORM's run-time data."""

    name: ClassVar[str] = "scorm"
    summary: ClassVar[str] = (
        "Run-time data of SCORM 1.2 and 2004 (cmi.interactions …) as JSON or CSV: answers, and how attempts went."
    )

    def __init__(self, options: Options) -> None:
        """Take the options.

        Raises:
            OptionsError: home page, course, quiz, time zone or columns are wrong.
        """
        super().__init__(options)
        self._told = read_map(options.table)

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield every attempt.

        Raises:
            InputError: it is neither JSON nor a table with elements of the data model.
        """
        pieces = chunks(given)
        head = next((piece for piece in pieces if piece.strip()), b"")
        if head.lstrip().startswith((b"{", b"[")):
            yield from json_records_of(itertools.chain([head], pieces), self._max_bytes)
        else:
            table = cast("BinaryIO", _Stream(itertools.chain([head], pieces)))
            yield from attempts(table, self._told, self._max_bytes)

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one attempt.

        Raises:
            ConvertError: it does not say whose it is, at what, or when; or an answer, to what.
        """
        try:
            given = orjson.loads(record.raw)
        except orjson.JSONDecodeError as error:
            raise ConvertError("convert-json", f"It is no JSON: {error}.") from None
        attempt = open_attempt(given) if isinstance(given, dict) else None
        if attempt is None or not (attempt.cmi or "cmi" in given or "tracks" in given):
            raise ConvertError(
                "convert-event", "It holds no element of SCORM's data model (cmi.…). Is it run-time data?"
            )
        made = statements_of(attempt, self._origin)
        key = "\x1f".join(
            [attempt.student or "", str(attempt.said.get("activity") or self._origin.quiz), attempt.number]
        )
        kind = "attempt, SCORM 1.2" if attempt.is_1_2 else "attempt, SCORM 2004"
        if not made:
            return Converted([], kind, key, "not begun")
        return Converted(list(made.values()), kind, key, names=list(made), can_change=True)
