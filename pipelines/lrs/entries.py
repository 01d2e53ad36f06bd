"""Statements of the journal as they are told, read a few at a time: an answer holds no more of them in memory."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.give import LANDED, assigned
from learnloom.pipelines.lrs.message import PIECE_BYTES, RefusedError
from learnloom.pipelines.lrs.store import Store

_LANDED_AT_ONCE: Final = 20
"""Statements that are read from the warehouse together: how long they are is not known before."""


class EntryRow(NamedTuple):
    """An entry of the journal, without its bytes (filters.COLUMNS)."""

    seq: int
    statement_id: str
    stored: int
    key_id: str
    version: str
    size: int | None
    """Of its bytes; None: they stand in the warehouse alone."""


class EntryPart(NamedTuple):
    """Statements that are read together."""

    last: int
    """Number of the last entry."""
    statements: list[tuple[int, bytes]]
    """Each with its number; what the warehouse has no more is left out."""


class Entries:
    """Reads the statements of entries; from any thread."""

    def __init__(self, store: Store, content: LandedContent) -> None:
        """Read what `store` holds, and by `content` what it has no more."""
        self._store = store
        self._content = content

    def parts(self, rows: Sequence[EntryRow]) -> Iterator[EntryPart]:
        """Give statements as they are told, as many at a time as make a piece of an answer.

        Raises:
            RefusedError: 503, the bytes of one cannot be read now.
        """
        for some in _cut(rows):
            yield EntryPart(some[-1].seq, self._told(some))

    def _told(self, rows: Sequence[EntryRow]) -> list[tuple[int, bytes]]:
        raws = self._journaled([row.seq for row in rows if row.size is not None])
        landed = self._content.of([row.statement_id for row in rows if row.seq not in raws])
        told = []
        for seq, statement_id, stored, key_id, version, _ in rows:
            raw = raws.get(seq) or landed.get(statement_id)
            if raw is not None:
                told.append((seq, assigned(raw, statement_id, stored, key_id, version)))
            elif key_id != LANDED:
                raise RefusedError(503, f"the bytes of {statement_id} cannot be read now", Retry_After="5")
            # Else a warehouse was restored that has it no more.
        return told

    def _journaled(self, numbers: Sequence[int]) -> dict[int, bytes]:
        if not numbers:
            return {}
        marks = ", ".join("?" * len(numbers))
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT seq, raw FROM entry WHERE seq IN ({marks}) AND raw IS NOT NULL", numbers
            ).fetchall()
        return dict(rows)


def _cut(rows: Sequence[EntryRow]) -> Iterator[list[EntryRow]]:
    some: list[EntryRow] = []
    size = 0
    for row in rows:
        some.append(row)
        size += PIECE_BYTES // _LANDED_AT_ONCE if row.size is None else row.size
        if size >= PIECE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some
