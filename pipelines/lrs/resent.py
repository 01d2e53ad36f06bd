"""Statements that come again when the first ones stand in the warehouse alone."""

from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.journal import Incoming, check_same
from learnloom.pipelines.lrs.store import Store

_AT_ONCE: Final = 100
"""Statements that are read from the warehouse together: how long they are is not known before."""


class Resent:
    """Compares them with the first ones, outside of the store's writing: others are taken in meanwhile."""

    def __init__(self, store: Store, content: LandedContent) -> None:
        """Compare what `store` has no bytes of with what `content` reads."""
        self._store = store
        self._content = content

    def compared(self, incoming: Sequence[Incoming]) -> list[Incoming]:
        """Give the same statements, having compared those whose first ones stand in the warehouse alone.

        Raises:
            RefusedError: 409, one is another than the first; 503, that cannot be read now.
        """
        starts = range(0, len(incoming), _AT_ONCE)
        return [one for start in starts for one in self._compared(incoming[start : start + _AT_ONCE])]

    def _compared(self, some: Sequence[Incoming]) -> list[Incoming]:
        asked = [one.statement_id for one in some if not one.is_compared]
        if not asked:
            return list(some)
        marks = ", ".join("?" * len(asked))
        with self._store.reading() as connection:
            rows = connection.execute(f"SELECT id FROM entry WHERE raw IS NULL AND id IN ({marks})", asked)
            away = [statement_id for (statement_id,) in rows]
        landed = self._content.of(away)
        for one in some:
            # What the warehouse was rid of, after a restore, is compared with nothing.
            if one.statement_id in landed:
                check_same(one, landed[one.statement_id])
        known = set(away)
        return [one._replace(is_compared=one.is_compared or one.statement_id in known) for one in some]
