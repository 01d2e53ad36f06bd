"""A workspace: a database in memory with the same layers as the lake, in which a refresh is computed.

Every relation stands in it under its own name: as a view of the lake, cut down to the keys that are to be computed
again, until the refresh has computed it, from then on as a table. So the same SELECT serves a full build and an
incremental one, and nothing is written to the lake before everything is known.
"""

from typing import Any, Self

import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import KEYS, LAYERS, Relation


class Workspace:
    """One workspace of a connection; a context manager that takes it away again."""

    def __init__(self, warehouse: Warehouse, name: str = "workspace") -> None:
        """Attach an empty database `name` with a schema per layer and one, `keys`, for lists of keys.

        The macros of sql/ are made, too, for this connection.
        """
        self.warehouse = warehouse
        self.name = name
        self._kinds: dict[str, str] = {}
        warehouse.run(f"ATTACH ':memory:' AS {name}")
        for schema in (*LAYERS, "keys"):
            warehouse.run(f"CREATE SCHEMA {name}.{schema}")
        for definition in macro_definitions():
            warehouse.run(definition)

    def __enter__(self) -> Self:
        """Give the workspace."""
        return self

    def __exit__(self, *_: object) -> None:
        """Detach the database: all of it is gone."""
        self.warehouse.use(LAKE)
        self.warehouse.run(f"DETACH {self.name}")

    def place(self, relation: Relation) -> str:
        """The relation's name within this database, for use from anywhere."""
        return f"{self.name}.{relation.full_name}"

    def in_here(self, statement: str) -> None:
        """Run a statement whose relations are those of this database."""
        self.warehouse.use(self.name)
        self.warehouse.run(statement)

    def read(self, select: str) -> pa.Table:
        """Run a query whose relations are those of this database."""
        self.warehouse.use(self.name)
        return self.warehouse.arrow(select)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Run a query whose relations are those of this database; its rows as tuples."""
        self.warehouse.use(self.name)
        return self.warehouse.rows(select)

    def take(self, relation: Relation, select: str) -> None:
        """Keep as a table, under the relation's name, what `select` (over any database) yields."""
        if self.place(relation) not in select:
            self._vacate(relation, "TABLE")
            self.warehouse.run(f"CREATE TABLE {self.place(relation)} AS {select}")
            return
        kept = f"{self.name}.keys.taken"
        self.warehouse.run(f"CREATE TABLE {kept} AS {select}")
        self._vacate(relation, "TABLE")
        self.warehouse.run(f"CREATE TABLE {self.place(relation)} AS FROM {kept}")
        self.warehouse.run(f"DROP TABLE {kept}")

    def keep_keys(self, scope: str, select: str) -> int:
        """Keep the distinct keys that `select` yields as the ones to compute again; return how many."""
        key = KEYS[scope]
        self.warehouse.run(
            f"CREATE OR REPLACE TABLE {self.name}.keys.{scope} AS "
            f"SELECT DISTINCT {key} FROM ({select}) WHERE {key} IS NOT NULL ORDER BY ALL"
        )
        return int(self.warehouse.one(f"SELECT count(*) FROM {self.name}.keys.{scope}")[0])

    def keys(self, scope: str) -> str:
        """The relation that holds the keys of a scope, for use from anywhere."""
        return f"{self.name}.keys.{scope}"

    def show(self, relation: Relation, *, only: str | None = None, source: str | None = None) -> None:
        """Show the lake's rows of a relation, or those of `source`, cut down to the kept keys of scope `only`."""
        origin = source or f"{LAKE}.{relation.full_name}"
        cut = f" SEMI JOIN {self.keys(only)} USING ({KEYS[only]})" if only else ""
        self._vacate(relation, "VIEW")
        self.warehouse.run(f"CREATE VIEW {self.place(relation)} AS SELECT * FROM {origin}{cut}")

    def show_rows(self, relation: Relation, condition: str) -> None:
        """Show the lake's rows of a relation for which `condition` holds."""
        self._vacate(relation, "VIEW")
        self.warehouse.run(
            f"CREATE VIEW {self.place(relation)} AS SELECT * FROM {LAKE}.{relation.full_name} WHERE {condition}"
        )

    def compute(self, relation: Relation, *, is_empty: bool = False) -> None:
        """Run the relation's SELECT in here and keep the result under its name; `is_empty`: its columns only."""
        kind = relation.stored.upper()
        limit = " LIMIT 0" if is_empty else ""
        self._vacate(relation, kind)
        self.in_here(f"CREATE {kind} {self.place(relation)} AS {relation.sql}{limit}")

    def define(self, relation: Relation) -> None:
        """Make the empty table that the relation's file describes."""
        self._vacate(relation, "TABLE")
        self.in_here(relation.sql)

    def fill(self, relation: Relation, rows: pa.Table) -> None:
        """Put rows that Python computed into the table that the relation's file describes; columns by name."""
        self.define(relation)
        with self.warehouse.holding(incoming_rows=rows):
            self.warehouse.run(f"INSERT INTO {self.place(relation)} BY NAME SELECT * FROM incoming_rows")

    def described(self, select: str) -> list[tuple[str, str]]:
        """Names and types of the columns of a query whose relations are those of this database."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {select}")]

    def _vacate(self, relation: Relation, kind: str) -> None:
        """Take away what stands under the relation's name, for a table or view to come."""
        before = self._kinds.get(relation.full_name)
        if before:
            self.warehouse.run(f"DROP {before} {self.place(relation)}")
        self._kinds[relation.full_name] = kind
