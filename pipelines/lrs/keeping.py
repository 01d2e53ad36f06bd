"""What landing has the journal keep: how far it has come, and no longer the bytes of what has landed."""

from typing import Final, Protocol

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.reader import JournalProgress, progress
from learnloom.pipelines.lrs.store import Store

KEPT: Final = 100_000
"""The newest entries, whose bytes stay in the journal, too: most reading is of what came lately."""
_PRUNED_AT_ONCE: Final = 500
"""In one transaction: whoever sends waits for it."""
_PRUNINGS: Final = 40


class Keeper(Protocol):
    """Is told by landing how far it has come."""

    def go_on(self, position: int) -> JournalProgress:
        """Note from where landing reads on; gives how far things had come before."""

    def let_go(self, landed: int) -> None:
        """Let go of the bytes of entries up to the number `landed`, but for the newest."""


class JournalKeeper:
    """Keeps it in the store."""

    def __init__(self, store: Store, *, kept: int = KEPT) -> None:
        """Keep it in `store`, where the bytes of the `kept` newest entries stay."""
        self._store = store
        self._kept = kept

    def go_on(self, position: int) -> JournalProgress:
        """Note it; a journal restored from a backup may end below: what comes next must not stand there."""

        def work(connection: Connection, _: int) -> JournalProgress:
            before = progress(connection)
            connection.execute(
                "UPDATE progress SET landed = ?, last_seq = ?", (position, max(position, before.last_seq))
            )
            return before

        return self._store.write(work)

    def let_go(self, landed: int) -> None:
        """Let go of them."""
        let_go(self._store, landed, kept=self._kept)


def let_go(store: Store, landed: int, *, kept: int) -> None:
    """Let go of the bytes of entries that have landed, up to the number `landed`, but for the `kept` newest."""

    def work(connection: Connection, _: int) -> bool:
        pruned = progress(connection).pruned
        until = max(min(landed - kept, pruned + _PRUNED_AT_ONCE), pruned)
        connection.execute(
            "UPDATE progress SET pruned = ?, landed = CASE WHEN landed < ? THEN ? ELSE landed END",
            (until, landed, landed),
        )
        if until > pruned:
            span = (pruned, until)
            connection.execute("DELETE FROM entry WHERE seq > ? AND seq <= ? AND id IS NULL", span)
            connection.execute("UPDATE entry SET raw = NULL WHERE seq > ? AND seq <= ?", span)
        return until < landed - kept

    for _ in range(_PRUNINGS):
        if not store.write(work):
            return
