"""What stands before anything lands: the tables of landing, and the fence of those who write to them.

Apart from what writes rows: a refresh with nothing to do need not import what holds them.
"""

import re
from collections.abc import Collection
from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import Relation, columns_in, read_relations

_STATEMENT_ROW_GROUP: Final = 20_480
_COLUMN_TYPE: Final = re.compile(r'^    "?(\w+)"? ([^,\n]+?),?$', re.MULTILINE)
"""Name and type of a column in a file of sql/landing that defines a table; one added later may be NULL."""


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
        new_columns = [
            sql for relation in older for sql in _new_columns(relation, dict(present[relation.full_name]))
        ]
        if not absent and not new_columns:
            return
        with warehouse.transaction(LANDING):
            warehouse.run("CREATE SCHEMA IF NOT EXISTS landing")
            for relation in absent:
                warehouse.run(relation.sql)
            for sql in new_columns:
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


def _new_columns(relation: Relation, known: Collection[str]) -> list[str]:
    """Give the statements that add to a table of an earlier release the columns that have come since."""
    types = dict(_COLUMN_TYPE.findall(relation.sql))
    return [
        f'ALTER TABLE {relation.full_name} ADD COLUMN IF NOT EXISTS "{name}" {types[name]}'
        for name in relation.columns
        if name not in known
    ]


def advance_fence(warehouse: Warehouse) -> None:
    """Begin a landing transaction: of two that overlap, the second to commit fails and is done again."""
    warehouse.run("UPDATE landing.fence SET transactions = transactions + 1")
