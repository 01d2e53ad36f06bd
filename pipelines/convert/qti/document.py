"""Reading result documents: elements without their namespaces, within a limit, and no document types.

A document type is refused: its entities may name files or unfold to gigabytes, and no result needs one.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from learnloom.pipelines.ingest.sources.errors import InputError

RESULT: Final = "assessmentResult"
_MAX_DEPTH: Final = 50
"""Results nest no deeper than ten."""
_PIECE_BYTES: Final = 65_536


class _Refusal(Exception):  # noqa: N818 - it is told as an InputError
    """The document holds what none may."""


class FinishedResult(NamedTuple):
    """One result of a document."""

    element: ET.Element
    """Without what it holds beyond the limit."""
    size: int
    """Bytes of all its names, attributes and text, in UTF-8."""


class _Results:
    """Target of a parser: builds results, and nothing of what is around them."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._open: list[ET.Element] = []
        self._depth = 0
        self._size = 0
        self.finished: list[FinishedResult] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Refusal(f"its elements nest deeper than {_MAX_DEPTH}")
        name = tag.rpartition("}")[2]
        if self._open or name == RESULT:
            element = ET.Element(name, attributes)
            if self._has_room("".join([name, *attributes, *attributes.values()])) and self._open:
                self._open[-1].append(element)
            self._open.append(element)

    def data(self, text: str) -> None:
        if self._open and self._has_room(text) and not len(self._open[-1]):
            self._open[-1].text = (self._open[-1].text or "") + text

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self.finished.append(FinishedResult(element, self._size))
                self._size = 0

    def _has_room(self, text: str) -> bool:
        """Count what comes; whether it is kept."""
        self._size += len(text.encode())
        return self._size <= self._max_bytes

    def doctype(self, *_: object) -> None:
        raise _Refusal("it has a document type (<!DOCTYPE …>), which no result needs: remove it")

    def close(self) -> None:
        """Be done."""


def results(pieces: Iterable[bytes], max_bytes: int) -> Iterator[FinishedResult]:
    """Yield every result of a document, wherever it stands in it; of one that is longer than `max_bytes` the beginning.

    Raises:
        InputError: it is no XML (on), has a document type, or holds no result.
    """
    target = _Results(max_bytes)
    parser = ET.XMLParser(target=target)  # noqa: S314 - the target refuses document types, and with them all entities
    found = 0
    try:
        for piece in _cut(pieces):
            parser.feed(piece)
            found += len(target.finished)
            yield from target.finished
            target.finished.clear()
        parser.close()
    except ET.ParseError as error:
        raise InputError(f"it is no well-formed XML: {error}") from error
    except _Refusal as refusal:
        raise InputError(str(refusal)) from refusal
    if not found:
        raise InputError(f"it holds no <{RESULT}>: is it a result of QTI, and not its test or items?")


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), _PIECE_BYTES):
            yield piece[start : start + _PIECE_BYTES]
