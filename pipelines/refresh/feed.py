"""What was added to a relation since a snapshot: by DuckLake's change feed, or by what stands where the feed misleads.

The feed tells rows that were added and taken out again, and tells all rows of a file that was written anew because some
of its rows are gone. Both happen where a student is erased.
"""

from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import CATALOGUED_TABLES, Relation

_MISLEADING: Final = ("tables_deleted_from", "inlined_delete", "rewrite_delete")
"""Kinds of change after which the feed tells what does not stand, or stood before."""


def is_known_snapshot(warehouse: Warehouse, snapshot: int) -> bool:
    """Whether the snapshot has not expired."""
    return bool(warehouse.rows(f"SELECT 1 FROM {LAKE}.snapshots() WHERE snapshot_id = ?", [snapshot]))


def has_lost_rows(warehouse: Warehouse, relation: Relation, known: int) -> bool:
    """Whether rows of a relation were taken out, or its files written anew without them, after snapshot `known`."""
    changed = " OR ".join(f"list_contains(coalesce(changes['{kind}'], []), table_id)" for kind in _MISLEADING)
    return bool(
        warehouse.rows(
            f"SELECT 1 FROM {LAKE}.snapshots() CROSS JOIN "
            f"(SELECT table_id::VARCHAR AS table_id FROM ({CATALOGUED_TABLES}) WHERE relation = ?) "
            f"WHERE snapshot_id > ? AND ({changed}) LIMIT 1",
            [relation.full_name, known],
        )
    )


def inserted(relation: Relation, known: int, until: int) -> str:
    """SQL for the rows added to a relation after snapshot `known`, up to snapshot `until`."""
    feed = f"ducklake_table_insertions('{LAKE}', '{relation.layer}', '{relation.name}', {known + 1}, {until})"
    return f"(FROM {feed})"


def added(warehouse: Warehouse, relation: Relation, known: int, until: int) -> str:
    """SQL for the same that also stands at snapshot `until`; where files were written anew, perhaps with older rows."""
    rows = inserted(relation, known, until)
    if not has_lost_rows(warehouse, relation, known):
        return rows
    standing = f"FROM {LAKE}.{relation.full_name} AT (VERSION => {until})"
    return f"({standing} SEMI JOIN {rows} USING ({', '.join(relation.grain)}))"
