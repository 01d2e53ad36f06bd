"""Which run wrote what, kept for longer than the snapshots that carry the names of their runs."""

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import CATALOGUED_TABLES

_KEPT = "landing.lineage"
_NEW = f"""
    WITH signed AS (
        SELECT snapshot_id, snapshot_time, author, commit_message,
            list_distinct(flatten(map_values(changes))) AS changed
        FROM ducklake_snapshots('{LAKE}')
        WHERE author IS NOT NULL
            AND snapshot_id > (SELECT coalesce(max(snapshot_id), -1) FROM {_KEPT})
    ),
    known AS (
        SELECT table_id::VARCHAR AS table_id, relation FROM ({CATALOGUED_TABLES})
    )
    SELECT snapshot_id, snapshot_time AS committed_at, author AS run_id, commit_message AS what,
        coalesce(list(relation ORDER BY relation) FILTER (relation IS NOT NULL AND relation <> '{_KEPT}'), [])
            AS relations
    FROM (SELECT * EXCLUDE (changed), unnest(changed) AS table_id FROM signed)
    LEFT JOIN known USING (table_id)
    GROUP BY ALL
    HAVING len(relations) > 0
    ORDER BY snapshot_id
"""


def keep_lineage(warehouse: Warehouse, *, wait_seconds: float) -> int:
    """Keep what the snapshots tell of their runs; return how many were new.

    Snapshots that only made or merged tables, or wrote nothing but this, are left out.

    Raises:
        WarehouseBusyError: other writers were in the way for too long.
    """

    def keep() -> int:
        warehouse.use(LAKE)
        new = warehouse.arrow(_NEW)
        if new.num_rows:
            with warehouse.transaction(LANDING), warehouse.holding(incoming_rows=new):
                warehouse.run(f"INSERT INTO {_KEPT} BY NAME SELECT * FROM incoming_rows")
        return int(new.num_rows)

    return warehouse.retrying(keep, wait_seconds=wait_seconds)
