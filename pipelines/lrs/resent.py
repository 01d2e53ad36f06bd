"""Statements that come again when the first ones stand in the warehouse alone."""

from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.journal import Incoming, check_same
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.store import Store

_AT_ONCE: Final = 100
"""Statements that are read from the warehouse together: how long they are is not known before."""


class Resent:
    """Compares them with the first ones, outside of the store's writing: others are taken in meanwhile."""

    def __init__(self, store: Store, content: LandedContent) -> None:
        """Compare what `store` has no bytes of with what `content` reads."""
        self._store = store
        self._content = content

    def compared(self, incoming: Sequence[Incoming]) -> tuple[list[Incoming], dict[str, RefusedError]]:
        """Compare those whose first ones stand in the warehouse alone.

        Returns:
            The same statements, but for those that are others than the first; and of these by their ids why not (409).

        Raises:
            RefusedError: 503, the first ones cannot be read now.
        """
        same: list[Incoming] = []
        others: dict[str, RefusedError] = {}
        for start in range(0, len(incoming), _AT_ONCE):
            some = incoming[start : start + _AT_ONCE]
            away = self._away([one.statement_id for one in some if not one.is_compared])
            landed = self._content.of(sorted(away))
            for one in some:
                try:
                    # What the warehouse was rid of, after a restore, is compared with nothing.
                    if one.statement_id in landed:
                        check_same(one, landed[one.statement_id])
                except RefusedError as error:
                    others[one.statement_id] = error.with_traceback(None)
                else:
                    same.append(one._replace(is_compared=one.is_compared or one.statement_id in away))
        return same, others

    def _away(self, statement_ids: Sequence[str]) -> set[str]:
        """Those of which the store has no bytes any more."""
        if not statement_ids:
            return set()
        marks = ", ".join("?" * len(statement_ids))
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT id FROM entry WHERE raw IS NULL AND id IN ({marks})", statement_ids
            )
            return {statement_id for (statement_id,) in rows}
