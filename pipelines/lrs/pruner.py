"""The journal without the bytes of what has landed from Kafka; nobody who sends waits for it."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Final, Self

from learnloom.pipelines.lrs.keeping import KEPT, let_go
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_LOOKED_AT: Final = 1_000
"""Entries among which one is a statement."""
_PAUSE_SECONDS: Final = 2.0
_TROUBLE_SECONDS: Final = 30.0


class Pruner:
    """Lets go of bytes in a thread for as long as the context is open: it asks the warehouse, which may be away."""

    def __init__(self, store: Store, has_landed: Callable[[str], bool], *, kept: int = KEPT) -> None:
        """Let go of nothing yet.

        Args:
            store: keeps the journal, whose entries are relayed.
            has_landed: whether a statement of this id has.
            kept: the newest entries, whose bytes stay.
        """
        self._store = store
        self._has_landed = has_landed
        self._kept = kept
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lrs-prune")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what is left is let go of the next time."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(self._store.lease("prune")) as lease:
            while not self._over.is_set():
                pause = _PAUSE_SECONDS
                try:
                    if lease.is_held():
                        self.prune()
                except Exception as error:  # noqa: BLE001 - it is only put off
                    pause = _TROUBLE_SECONDS
                    is_told = isinstance(error, LearnloomError)
                    _log.warning(
                        "the journal keeps what has landed for now; it is tried again in %.0f s: %s",
                        pause,
                        error,
                        exc_info=not is_told,
                    )
                self._over.wait(pause)

    def prune(self) -> None:
        """Let go of the bytes of older entries, once one after them has landed: the topic is read in order."""
        reached = self._store.progress()
        older = reached.relayed - self._kept
        if older <= reached.pruned:
            return
        entries = self._store.entries_after(older, _LOOKED_AT)
        newer = next((one.statement_id for one in entries if one.statement_id is not None), None)
        if newer is not None and self._has_landed(newer):
            let_go(self._store, older, kept=0)
