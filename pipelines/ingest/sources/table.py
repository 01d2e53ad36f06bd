"""CSV that holds a statement in each of its rows, cut into rows: a row ends where no quotes are open.

A row stays as it is written; the statement is taken out of it by whoever mends it (`sources/wrapped.py`). The line with
the names of the columns is no record.
"""

from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.ingest.sources.lines import Frame, FrameBuffer
from learnloom.pipelines.ingest.sources.wrapped import holds_statement

_FIRST_ROWS: Final = 2
"""Rows of which one must hold a statement: the names of the columns, and the first one below them."""
_JSON: Final = (b"{", b"[")


class TableSplitter:
    """Cuts text at the line feeds that stand outside of quotes."""

    form = "table"

    def __init__(self, max_bytes: int, *, has_names: bool, is_quoted: bool) -> None:
        """Expect rows.

        Args:
            max_bytes: a longer row is refused.
            has_names: whether the first row has the names of the columns.
            is_quoted: whether quotes hold fields together; they are characters like others where not.
        """
        self._max_bytes = max_bytes
        self._has_names = has_names
        self._is_quoted = is_quoted
        self.open_bytes: int | None = None

    def frames(self, chunks: Iterator[bytes]) -> Iterator[Frame]:
        """Yield every row that is not blank, without its end."""
        row = FrameBuffer(self._max_bytes)
        is_open, is_named = False, not self._has_names
        for chunk in chunks:
            for number, part in enumerate(chunk.split(b"\n")):
                if number and is_open:
                    row.add(b"\n")
                elif number and row.size:
                    frame = row.take()
                    if frame and is_named:
                        yield frame
                    is_named = True
                row.add(part)
                is_open ^= self._is_quoted and part.count(b'"') % 2 == 1
        if (frame := row.take()) and is_named:
            self.open_bytes = len(frame if isinstance(frame, bytes) else frame.kept)
            yield frame


def table_splitter(head: bytes, max_bytes: int) -> TableSplitter | None:
    """Choose how to cut CSV that begins with `head`; None where its first rows hold no statement."""
    if head.lstrip().startswith(_JSON):
        return None
    for is_quoted in (True, False):
        rows = TableSplitter(max_bytes, has_names=False, is_quoted=is_quoted).frames(iter([head]))
        for number, row in zip(range(_FIRST_ROWS), rows, strict=False):
            if isinstance(row, bytes) and holds_statement(row):
                return TableSplitter(max_bytes, has_names=number > 0, is_quoted=is_quoted)
    return None
