"""What a listener is given next: the statements after a number, in order, that fit what was asked for."""

from typing import Any, Final, NamedTuple, Self

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.entries import EntryRow
from learnloom.pipelines.lrs.filters import AFTER, COLUMNS, Filter, asked_of, own_conditions
from learnloom.pipelines.lrs.message import Call, only
from learnloom.pipelines.lrs.reader import progress
from learnloom.pipelines.lrs.store import Store

_PARAMETERS: Final = frozenset(
    {"agent", "verb", "activity", "registration", "related_agents", "related_activities", "since", AFTER}
)
_ROWS: Final = 50
_WINDOW: Final = 5_000
"""Entries that are looked at with one query: where few fit, others have their turn in between."""


class NewsPage(NamedTuple):
    """The next statements."""

    rows: list[EntryRow]
    last: int
    """All up to this number was looked at."""
    is_all: bool
    """Whether nothing more is there for now."""

    def until(self, last: int) -> Self:
        """Give the statements up to one of them; the others are looked at again."""
        if not self.rows or last == self.rows[-1].seq:
            return self
        return self._replace(rows=[row for row in self.rows if row.seq <= last], last=last, is_all=False)


class News:
    """What one listener has asked for; for one thread at a time."""

    def __init__(self, store: Store, call: Call) -> None:
        """Read the parameters of a listener.

        Raises:
            RefusedError: 400, a parameter or the header Last-Event-ID is wrong.
        """
        only(call.parameters, _PARAMETERS)
        if last := call.headers.get("last-event-id"):
            # What a listener was given last wins over where it began: it reconnects with the same address.
            call = call.having(parameters={**call.parameters, AFTER: last})
        self._store = store
        self._asked = asked_of(call)
        self._sql = _sql(self._asked)

    def begin(self) -> int:
        """After which number the listener is to be given statements: its last one, its moment, or now."""
        values = self._asked.values
        if values["after"] is not None:
            return int(values["after"])
        with self._store.reading() as connection:
            last = progress(connection).last_seq
            if values["since"] is None:
                return last
            first = connection.execute(
                "SELECT seq FROM entry WHERE stored > ? ORDER BY stored, seq LIMIT 1", (values["since"],)
            ).fetchone()
        return last if first is None else int(first[0]) - 1

    def after(self, seq: int) -> NewsPage:
        """Give the next statements after a number.

        Raises:
            RefusedError: 503, the database cannot be read.
        """
        with self._store.snapshot() as connection:
            newest = progress(connection).last_seq
            until = min(seq + _WINDOW, newest)
            rows = self._rows(connection, seq, until) if until > seq else []
        if len(rows) == _ROWS:
            return NewsPage(rows, rows[-1][0], is_all=False)
        # Where a listener is ahead, of a journal that was restored, it waits.
        return NewsPage(rows, max(seq, until), is_all=until >= newest)

    def _rows(self, connection: Connection, seq: int, until: int) -> list[EntryRow]:
        values: dict[str, Any] = self._asked.values | {"after": seq, "last": until, "count": _ROWS}
        return [EntryRow(*row) for row in connection.execute(self._sql, values)]


def _sql(asked: Filter) -> str:
    own = own_conditions(asked.values | {"after": 0}, "entry", is_ascending=True) + " AND entry.seq <= :last"
    if not asked.fits:
        return f"SELECT {COLUMNS} FROM entry WHERE {own} ORDER BY seq LIMIT :count"
    # What refers to a statement that fits, fits too: of each new one the statements are followed that it refers to.
    return f"""
        WITH RECURSIVE chain (seq, link) AS (
            SELECT seq, seq FROM entry WHERE {own}
            UNION
            SELECT chain.seq, target.seq FROM chain
            INNER JOIN entry AS one ON one.seq = chain.link
            INNER JOIN entry AS target ON target.id = one.refers_to
        )

        SELECT {COLUMNS} FROM entry WHERE entry.seq IN (
            SELECT chain.seq FROM chain CROSS JOIN {asked.tables} WHERE entry.seq = chain.link AND {asked.fits}
        )
        ORDER BY seq LIMIT :count
    """
