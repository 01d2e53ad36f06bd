"""What stands before anything lands: the tables of landing, and the fence of those who write to them.

Apart from what writes rows: a refresh with nothing to do need not import what holds them.
"""

from typing import Final

from learnloom.pipelines.lake.columns import new_columns
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import columns_in, read_relations

_STATEMENT_ROW_GROUP: Final = 20_480


def prepare(warehouse: Warehouse, *, wait_seconds: float) -> None:
    """Create the landing tables where they are absent.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """
    relations = read_relations(("landing",))

    def create() -> None:
        present = columns_in(warehouse, LAKE)
        absent = [relation for relation in relations if relation.full_name not in present]
        older = [relation for relation in relations if relation.full_name in present]
        added = [
            sql for relation in older for sql in new_columns(relation, dict(present[relation.full_name]))
        ]
        if not absent and not added:
            return
        with warehouse.transaction(LANDING):
            warehouse.run("CREATE SCHEMA IF NOT EXISTS landing")
            for relation in absent:
                warehouse.run(relation.sql)
            for sql in added:
                warehouse.run(sql)
            # Whoever waited for this transaction finds the row there.
            warehouse.run("INSERT INTO landing.fence SELECT 1, 0 WHERE NOT EXISTS (FROM landing.fence)")
            # The fence of earlier releases: whoever still lands by it fails, instead of landing beside this one.
            warehouse.run("DROP TABLE IF EXISTS landing.turn")
        # A third of the default's size, and written faster than it (bench/import_.py).
        warehouse.run(f"CALL {LAKE}.set_option('parquet_compression', 'zstd')")
        # Merging holds whole row groups: of statements with their bytes the default's 122,880 rows are 200 MB.
        warehouse.run(
            f"CALL {LAKE}.set_option('parquet_row_group_size', {_STATEMENT_ROW_GROUP}, "
            "schema => 'landing', table_name => 'statement')"
        )

    warehouse.retrying(create, wait_seconds=wait_seconds)


def advance_fence(warehouse: Warehouse) -> None:
    """Begin a landing transaction: of two that overlap, the second to commit fails and is done again."""
    warehouse.run("UPDATE landing.fence SET transactions = transactions + 1")
