"""The rows of a CSV file with their bytes; a row that cannot be read costs only its own line."""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.text import chunks, too_big
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.sources.lines import KEPT_BYTES

_DELIMITERS: Final = ",;\t|"
_MAX_COLUMNS: Final = 10_000
_MAX_LINES: Final = 1_000
"""Lines that one row may go over: more come of a quote that is never closed."""


class TableRow(NamedTuple):
    """One row."""

    cells: list[str]
    """As many as the header has."""
    raw: bytes
    line: int
    """Number of its first line, from 1."""
    error: ConvertError | None = None
    """Why it cannot be read; it has no cells then."""


class CsvFile:
    """Reads one CSV file: first its header, then its rows."""

    def __init__(
        self,
        given: Path | BinaryIO,
        *,
        encoding: str,
        delimiter: str | None,
        header_row: int,
        max_row_bytes: int,
    ) -> None:
        """Read the header.

        Raises:
            InputError: there is none, or it cannot be read.
            OSError: the file cannot be read.
        """
        self._encoding = encoding
        self._max_row_bytes = max_row_bytes
        self._lines = _Lines(_texts(given, encoding))
        first = self._lines.peek()
        if first.lower().startswith("sep=") and first.strip()[-1:] in _DELIMITERS:
            delimiter = delimiter or first.strip()[-1]
            next(self._lines)
        for _ in islice(self._lines, header_row - 1):
            pass
        self._delimiter = delimiter or _delimiter_of(self._lines.peek())
        self._lines.taken.clear()
        try:
            cells = next(csv.reader(self._lines, delimiter=self._delimiter), [])
        except csv.Error as error:
            raise InputError(f"its header cannot be read: {error}") from error
        self.header = [cell.strip() for cell in cells]
        if not any(self.header):
            raise InputError(
                "it has no header: the first row has to name the columns (header_row says which it is)"
            )
        if len(self.header) > _MAX_COLUMNS:
            raise InputError(f"it has {len(self.header):,} columns, more than {_MAX_COLUMNS:,}: split it")

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows that are not empty.

        Raises:
            InputError: the bytes from here on are no text of the encoding.
            OSError: the file cannot be read.
        """
        lines, width = self._lines, len(self.header)
        taken = lines.taken
        reader = csv.reader(lines, delimiter=self._delimiter)
        while True:
            taken.clear()
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._unread(line, f"The row cannot be read ({error})")
                reader = csv.reader(lines, delimiter=self._delimiter)
                continue
            if len(taken) > 1 and (len(taken) > _MAX_LINES or len(cells) != width):
                yield self._unread(line, f"The row goes over {len(taken)} lines and has {len(cells)} cells")
                reader = csv.reader(lines, delimiter=self._delimiter)
                continue
            raw = "".join(taken).rstrip("\r\n").encode(self._encoding)
            if len(cells) != width:
                if not any(cells[width:]):
                    # Some programs leave out empty cells at the end, others write more of them.
                    cells = cells[:width] + [""] * (width - len(cells))
                else:
                    yield TableRow([], raw[:KEPT_BYTES], line, _wrong_width(len(cells), width))
                    continue
            if len(raw) > self._max_row_bytes:
                yield TableRow([], raw[:KEPT_BYTES], line, too_big(len(raw), self._max_row_bytes))
            elif any(cells):
                yield TableRow(cells, raw, line)

    def _unread(self, line: int, why: str) -> TableRow:
        """Refuse the first of the lines taken; the others are read anew."""
        first = self._lines.give_back()
        error = ConvertError(
            "convert-quotes",
            f"{why}: a quote is open or in the wrong place, or a cell is longer than {csv.field_size_limit():,} "
            "characters; double a quote within text that stands in quotes.",
            value=first.strip(),
        )
        return TableRow([], first.rstrip("\r\n").encode(self._encoding)[:KEPT_BYTES], line, error)


def _wrong_width(cells: int, columns: int) -> ConvertError:
    return ConvertError(
        "convert-cells",
        f"The row has {cells} cells, but there are {columns} columns: put text with the separator in it in quotes.",
        value=cells,
    )


class _Lines:
    """Lines with their ends; those taken since the last look, which can be given back."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._lines = _split(texts)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def peek(self) -> str:
        """Give the next line, and keep it."""
        if not self._again:
            self._again.extend(islice(self._lines, 1))
        return self._again[0] if self._again else ""

    def give_back(self) -> str:
        """Put back all lines taken but the first, and give that."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        self.taken.clear()
        return first


def _split(texts: Iterator[str]) -> Iterator[str]:
    """Cut at line feeds, which stay."""
    rest = ""
    for text in texts:
        lines = (rest + text).split("\n")
        rest = lines.pop()
        for line in lines:
            yield line + "\n"
    if rest:
        yield rest


def _texts(given: Path | BinaryIO, encoding: str) -> Iterator[str]:
    """Decode, cut where a line ends: no character of several bytes is cut."""
    rest = b""
    for chunk in chunks(given):
        head, feed, tail = chunk.rpartition(b"\n")
        if not feed:
            rest += chunk
            continue
        yield _decoded(rest + head + feed, encoding)
        rest = tail
    yield _decoded(rest, encoding)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        shown = data[error.start : error.start + 20]
        raise InputError(
            f"it is no {encoding} text at {shown!r}: save it as CSV UTF-8, or give its encoding in the mapping: "
            'encoding = "windows-1252"'
        ) from error


def _delimiter_of(line: str) -> str:
    """The separator that stands most often outside of quotes."""
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)
