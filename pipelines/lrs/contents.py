"""The bytes of statements that the store has no more, or never had: they stand in the warehouse."""

import logging
import threading
from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.dedupe import as_hashes, hash_of
from learnloom.pipelines.ingest.land.landed import Spot, content_at
from learnloom.pipelines.ingest.land.tables import landed_content
from learnloom.pipelines.lake.errors import WarehouseError, WarehouseMissingError
from learnloom.pipelines.lake.held import HeldWarehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.store import Store

_log = logging.getLogger(__name__)


class LandedContent:
    """Reads the bytes of statements from the warehouse; one question at a time, over a connection that is held."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Open nothing yet; `store` knows where statements have landed."""
        self._store = store
        self._lock = threading.Lock()
        self._held = HeldWarehouse(partial(open_to_read, settings))

    def __call__(self, statement_id: str) -> bytes | None:
        """Give the bytes of a statement; None where it has not landed."""
        return self.of([statement_id]).get(statement_id)

    def of(self, statement_ids: Sequence[str]) -> dict[str, bytes]:
        """Give the bytes of those that have landed.

        Raises:
            RefusedError: 503, the warehouse cannot be read now.
        """
        if not statement_ids:
            return {}
        hashes = as_hashes([hash_of(one.encode()) for one in statement_ids])
        by_id = dict(zip(statement_ids, hashes, strict=True))
        times = self._times(statement_ids)
        spots = [Spot(one, int(by_id[one]), landed_at) for one, landed_at in times.items()]
        with self._lock:
            try:
                with self._held.lent() as warehouse:
                    found = content_at(warehouse, spots)
                    rest = [one for one in statement_ids if one not in found]
                    if rest:
                        ids = pa.array([by_id[one] for one in rest], pa.uint64())
                        found |= landed_content(warehouse, rest, ids)
            except WarehouseMissingError:
                return {}
            except WarehouseError as error:
                # Senders need not know where the warehouse stands.
                _log.error("what has landed cannot be read: %s", error)
                told = "what has landed cannot be read now, the log of the store says why: send this again"
                raise RefusedError(503, told, Retry_After="5") from error
        return found

    def _times(self, statement_ids: Sequence[str]) -> dict[str, int]:
        marks = ", ".join("?" * len(statement_ids))
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT entry.id, landed.landed_at FROM entry INNER JOIN landed ON landed.seq = entry.seq "
                f"WHERE entry.id IN ({marks})",
                list(statement_ids),
            ).fetchall()
        return dict(rows)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._held.close()
