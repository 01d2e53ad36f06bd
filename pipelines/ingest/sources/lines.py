"""JSON lines: one record a line, blank lines skipped."""

from collections.abc import Iterator

from learnloom.pipelines.ingest.sources.pieces import Growing, Piece, too_large


class LineSplitter:
    """Cuts text at line feeds; a carriage return before one belongs to the line's end."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.open_bytes: int | None = None

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[Piece]:
        """Yield every line that is not blank, without its end."""
        max_bytes = self._max_bytes
        last = Growing(max_bytes)
        for chunk in chunks:
            lines = chunk.split(b"\n")
            last.add(lines[0])
            if len(lines) == 1:
                continue
            if last.size:
                piece = last.take()
                if piece:
                    yield piece
            for line in lines[1:-1]:
                text = line.strip(b" \t\r")
                if not text:
                    continue
                yield text if len(line) <= max_bytes else too_large(text, len(line), max_bytes)
            last.add(lines[-1])
        if piece := last.take():
            self.open_bytes = len(piece if isinstance(piece, bytes) else piece.kept)
            yield piece
