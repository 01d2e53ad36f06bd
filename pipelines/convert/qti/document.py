"""Reading result documents: elements without their namespaces, within a limit, and no document types.

A document type is refused: its entities may name files or unfold to gigabytes, and no result needs one.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

from learnloom.pipelines.ingest.sources.errors import InputError

RESULT: Final = "assessmentResult"
_MAX_DEPTH: Final = 50
"""Results nest no deeper than ten."""
_PIECE_BYTES: Final = 65_536


class _Refusal(Exception):  # noqa: N818 - it is told as an InputError
    """The document holds what none may."""


class _Results:
    """Target of a parser: builds results, and nothing of what is around them."""

    def __init__(self) -> None:
        self._open: list[ET.Element] = []
        self._depth = 0
        self.finished: list[ET.Element] = []

    @property
    def is_within(self) -> bool:
        """Whether a result has begun and not ended."""
        return bool(self._open)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Refusal(f"its elements nest deeper than {_MAX_DEPTH}")
        name = tag.rpartition("}")[2]
        if self._open or name == RESULT:
            element = ET.Element(name, attributes)
            if self._open:
                self._open[-1].append(element)
            self._open.append(element)

    def data(self, text: str) -> None:
        if self._open and not len(self._open[-1]):
            self._open[-1].text = (self._open[-1].text or "") + text

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self.finished.append(element)

    def doctype(self, *_: object) -> None:
        raise _Refusal("it has a document type (<!DOCTYPE …>), which no result needs: remove it")

    def close(self) -> None:
        """Be done."""


def results(pieces: Iterable[bytes], max_bytes: int) -> Iterator[ET.Element]:
    """Yield every result of a document, wherever it stands in it.

    Raises:
        InputError: it is no XML (on), has a document type, holds no result, or one longer than `max_bytes`.
    """
    target = _Results()
    parser = ET.XMLParser(target=target)  # noqa: S314 - the target refuses document types, and with them all entities
    found, within = 0, 0
    try:
        for piece in _cut(pieces):
            parser.feed(piece)
            within = within + len(piece) if target.is_within and not target.finished else 0
            if within > max_bytes:
                raise InputError(
                    f"a result has more than the {max_bytes} bytes allowed: raise LEARNLOOM_MAX_STATEMENT_BYTES"
                )
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
