"""The log from which statements land: the journal itself, or Kafka (relay.py)."""

from typing import Protocol

from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.store import Store


class Log(Protocol):
    """Where landing reads what the journal keeps."""

    def check(self) -> None:
        """See that more can be taken.

        Raises:
            RefusedError: 503, it cannot.
        """

    def settle(self, seq: int) -> None:
        """Wait until the log has the journal's entries up to this number: then they may be answered.

        Raises:
            RefusedError: 503, it has not taken them in time; it will, and the same statements may be sent again.
        """


class JournalLog:
    """The journal itself: what stands in it is in the log."""

    def __init__(self, store: Store, *, max_waiting: int) -> None:
        """Refuse more where `max_waiting` entries have not landed."""
        self._store = store
        self._max_waiting = max_waiting

    def check(self) -> None:
        """See that not too much waits to be landed."""
        reached = self._store.progress()
        # Entries are counted only where numbers are that far apart: those that landed otherwise lie between them, too.
        is_far = reached.last_journaled - reached.landed >= self._max_waiting
        if is_far and self._waiting(reached.landed) >= self._max_waiting:
            raise RefusedError(
                503,
                f"{self._max_waiting:,} statements wait to land (LEARNLOOM_LRS__MAX_WAITING), so no more is taken: "
                "the operator finds the reason in the log of learnloom lrs; send this again later",
                Retry_After="60",
            )

    def _waiting(self, landed: int) -> int:
        with self._store.reading() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM entry WHERE seq > ? AND is_journaled", (landed,)
            ).fetchone()
        return int(count)

    def settle(self, seq: int) -> None:
        """It is there."""
