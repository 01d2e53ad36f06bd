"""What was added to a relation since a snapshot: by DuckLake's change feed, or by what stands where the feed misleads.

The feed tells rows that were added and taken out again, and tells all rows of a file that was written anew because some
of its rows are gone. Both happen where a student is erased.
"""

from collections.abc import Collection
from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import CATALOGUE, Relation, catalogued_tables

_MISLEADING: Final = {"deleted_from_table", "inlined_delete", "rewrite_delete"}
"""Kinds of change after which the feed tells what does not stand, or stood before."""


def is_known_snapshot(warehouse: Warehouse, snapshot: int) -> bool:
    """Whether the snapshot has not expired."""
    # Of the catalogue itself: DuckLake's snapshots() reads every one, and a warehouse that is live has thousands.
    return bool(
        warehouse.rows(f"SELECT 1 FROM {CATALOGUE}.ducklake_snapshot WHERE snapshot_id = ?", [snapshot])
    )


def changes_since(warehouse: Warehouse, relation: Relation, known: int) -> set[str]:
    """Kinds of the changes to a relation's rows and files after snapshot `known`, as DuckLake names them."""
    table = catalogued_tables(warehouse).get(relation.full_name)
    if table is None:
        return set()
    rows = warehouse.rows(
        f"SELECT changes_made FROM {CATALOGUE}.ducklake_snapshot_changes WHERE snapshot_id > ?", [known]
    )
    made = (change.partition(":") for (changes,) in rows for change in (changes or "").split(","))
    return {kind for kind, _, changed in made if changed == str(table.table_id)}


def has_lost_rows(changes: Collection[str]) -> bool:
    """Whether rows were taken out, or files written anew without them, by changes of these kinds."""
    return not _MISLEADING.isdisjoint(changes)


def inserted(relation: Relation, known: int, until: int) -> str:
    """SQL for the rows added to a relation after snapshot `known`, up to snapshot `until`."""
    feed = f"ducklake_table_insertions('{LAKE}', '{relation.layer}', '{relation.name}', {known + 1}, {until})"
    return f"(FROM {feed})"


def added(relation: Relation, known: int, until: int, changes: Collection[str]) -> str:
    """SQL for the same that also stands at snapshot `until`, by what has changed since `known`.

    Where files were written anew, perhaps with older rows.
    """
    rows = inserted(relation, known, until)
    if not has_lost_rows(changes):
        return rows
    standing = f"FROM {LAKE}.{relation.full_name} AT (VERSION => {until})"
    return f"({standing} SEMI JOIN {rows} USING ({', '.join(relation.grain)}))"
