"""How often signals were right in this school, between the table that keeps it and the rules."""

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa

from learnloom.pipelines.feedback.track_record import TrackRecord
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import read_relations
from learnloom.pipelines.refresh.state import RECORD, make_defined_tables
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.signal import RightShare, RightSource


def read_record(work: Workspace) -> TrackRecord:
    """Read what a workspace shows of the school's own record; what is shipped stands beside it."""
    if RECORD not in work.kinds:
        return TrackRecord()
    rows = work.rows(f"SELECT message_id, n, n_right, p_low, p_high FROM {RECORD} ORDER BY message_id")
    return TrackRecord(
        {
            message: RightShare(p=n_right / n, p_low=low, p_high=high, n=n, source=RightSource.SCHOOL)
            for message, n, n_right, low, high in rows
        }
    )


def keep_record(
    warehouse: Warehouse,
    shares: Mapping[str, tuple[int, RightShare]],
    *,
    known_until: dt.datetime,
    at: dt.datetime,
    wait_seconds: float,
) -> None:
    """Put a backtest's shares in the place of those kept before, as one transaction.

    Args:
        warehouse: the warehouse, open for writing.
        shares: how many were right, and the share, by the id of the message.
        known_until: as of when it was known what came.
        at: the present moment.
        wait_seconds: how long to try again while others write.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    rows = pa.table(
        {
            "message_id": pa.array(shares, pa.string()),
            "n": pa.array([share.n for _, share in shares.values()], pa.int64()),
            "n_right": pa.array([n_right for n_right, _ in shares.values()], pa.int64()),
            "p_low": pa.array([share.p_low for _, share in shares.values()], pa.float64()),
            "p_high": pa.array([share.p_high for _, share in shares.values()], pa.float64()),
            "known_until": pa.array([known_until] * len(shares), pa.timestamp("us", "UTC")),
            "kept_at": pa.array([at] * len(shares), pa.timestamp("us", "UTC")),
        }
    )

    def work() -> None:
        make_defined_tables(warehouse, read_relations())
        with warehouse.transaction(), warehouse.holding(incoming_rows=rows):
            warehouse.run(f"DELETE FROM {LAKE}.{RECORD}")
            warehouse.run(f"INSERT INTO {LAKE}.{RECORD} BY NAME SELECT * FROM incoming_rows")

    warehouse.retrying(work, wait_seconds=wait_seconds)
