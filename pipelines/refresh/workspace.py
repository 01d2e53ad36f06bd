"""A workspace: a database in memory with the same layers as the lake, in which a refresh is computed.

Every relation stands in it under its own name: as a view of the lake, cut down to the keys that are to be computed
again, until the refresh has computed it, from then on as a table. So the same SELECT serves a full build and an
incremental one, and nothing is written to the lake before everything is known.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.relation import KEYS, LAYERS, Columns, Relation

if TYPE_CHECKING:  # a refresh with nothing to do need not wait for it
    import pyarrow as pa


class RowChanges(NamedTuple):
    """In what a relation differs from what stood before."""

    new: str
    """The table of the rows that did not stand before."""
    n_new: int
    gone: str
    """The table of the rows that stood and do not any more; only where there are any."""
    n_gone: int

    @property
    def are_any(self) -> bool:
        """Whether there is a difference."""
        return self.n_new + self.n_gone > 0

    @property
    def tables(self) -> list[str]:
        """Those of the two tables that have rows."""
        return [table for table, n_rows in ((self.new, self.n_new), (self.gone, self.n_gone)) if n_rows]


class Workspace:
    """One workspace of a connection; a context manager that takes it away again."""

    def __init__(self, warehouse: Warehouse, name: str = "workspace") -> None:
        """Attach an empty database `name` with a schema per layer and one, `keys`, for lists of keys.

        The macros of sql/ stand, too, for this connection.
        """
        self.warehouse = warehouse
        self.name = name
        self._kinds: dict[str, str] = {}
        self.n_rows: dict[str, int] = {}
        """Rows of the tables kept here, by full name; of those of what stood before, by their place."""
        warehouse.run(f"ATTACH ':memory:' AS {name}")
        for schema in (*LAYERS, "keys"):
            warehouse.run(f"CREATE SCHEMA {name}.{schema}")
        warehouse.define_macros()

    def __enter__(self) -> Self:
        """Give the workspace."""
        return self

    def __exit__(self, *_: object) -> None:
        """Detach the database: all of it is gone."""
        self.warehouse.use(LAKE)
        self.warehouse.run(f"DETACH {self.name}")

    @property
    def kinds(self) -> Mapping[str, str]:
        """Full names of the relations that stand here, each as VIEW or TABLE."""
        return self._kinds

    def place(self, relation: Relation) -> str:
        """The relation's name within this database, for use from anywhere."""
        return f"{self.name}.{relation.full_name}"

    def in_here(self, statement: str) -> None:
        """Run a statement whose relations are those of this database."""
        self.warehouse.use(self.name)
        self.warehouse.run(statement)

    def read(self, select: str) -> "pa.Table":
        """Run a query whose relations are those of this database."""
        self.warehouse.use(self.name)
        return self.warehouse.arrow(select)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Run a query whose relations are those of this database; its rows as tuples."""
        self.warehouse.use(self.name)
        return self.warehouse.rows(select)

    def take(self, relation: Relation, select: str) -> int:
        """Keep what `select` (over any database) yields as a table under the relation's name; return how many rows."""
        if self.place(relation) in select:
            kept = f"{self.name}.keys.taken"
            self._make(kept, select)
            n_rows = self.take(relation, f"FROM {kept}")
            self.warehouse.run(f"DROP TABLE {kept}")
            return n_rows
        self._vacate(relation, "TABLE")
        self.n_rows[relation.full_name] = self._make(self.place(relation), select)
        return self.n_rows[relation.full_name]

    def keep_before(self, relation: Relation, select: str) -> str:
        """Keep what `select` (over any database) yields as what stood of a relation before; return the table."""
        table = self._keys_table("before", relation)
        self.n_rows[table] = self._make(table, select)
        return table

    def keep_told(self, relation: Relation) -> tuple[str, int]:
        """Keep what the relation's SELECT yields beside what is known under its name; return the table and its rows."""
        table = self._keys_table("told", relation)
        self.warehouse.use(self.name)
        return table, self._make(table, relation.sql)

    def compare(self, relation: Relation, before: str) -> RowChanges:
        """Compare the rows of a relation with those of a table that `keep_before` gave, none of which stands twice."""
        new, gone = (self._keys_table(word, relation) for word in ("new", "gone"))
        n_new = self._make(new, f"FROM {self.place(relation)} EXCEPT FROM {before}")
        n_same = self.n_rows[relation.full_name] - n_new
        n_gone = self.n_rows[before] - n_same
        if n_gone:
            n_gone = self._make(gone, f"FROM {before} EXCEPT FROM {self.place(relation)}")
        return RowChanges(new, n_new, gone, n_gone)

    def _keys_table(self, word: str, relation: Relation) -> str:
        return f"{self.name}.keys.{word}_{relation.layer}_{relation.name}"

    def _make(self, table: str, select: str) -> int:
        """Make a table, or make it anew, of what `select` yields; return how many rows it has."""
        return int(self.warehouse.one(f"CREATE OR REPLACE TABLE {table} AS {select}")[0])

    def keep_keys(self, scope: str, select: str) -> int:
        """Keep the distinct keys that `select` yields as the ones to compute again; return how many."""
        key = KEYS[scope]
        return self._make(
            self.keys(scope), f"SELECT DISTINCT {key} FROM ({select}) WHERE {key} IS NOT NULL ORDER BY ALL"
        )

    def keys(self, scope: str) -> str:
        """The relation that holds the keys of a scope, for use from anywhere."""
        return f"{self.name}.keys.{scope}"

    def show(self, relation: Relation, *, only: str | None = None, source: str | None = None) -> None:
        """Show the lake's rows of a relation, or those of `source`, cut down to the kept keys of scope `only`."""
        origin = source or f"{LAKE}.{relation.full_name}"
        cut = f" SEMI JOIN {self.keys(only)} USING ({KEYS[only]})" if only else ""
        self._vacate(relation, "VIEW")
        self.warehouse.run(f"CREATE VIEW {self.place(relation)} AS SELECT * FROM {origin}{cut}")

    def show_files(self, relation: Relation, paths: Sequence[str], n_rows: int) -> None:
        """Show the rows of Parquet files, so many of them in all."""
        self._vacate(relation, "VIEW")
        listed = ", ".join(quoted(path) for path in paths)
        self.warehouse.run(f"CREATE VIEW {self.place(relation)} AS FROM read_parquet([{listed}])")
        self.n_rows[relation.full_name] = n_rows

    def leave_empty(self, relation: Relation, columns: Columns) -> None:
        """Keep an empty table under the relation's name; columns are given by name and type.

        For what has no rows in the lake: DuckLake asks the catalogue once a column about a table without any.
        """
        self._vacate(relation, "TABLE")
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        self.warehouse.run(f"CREATE TABLE {self.place(relation)} ({listed})")
        self.n_rows[relation.full_name] = 0

    def compute(self, relation: Relation, *, stored: str | None = None, is_empty: bool = False) -> None:
        """Run the relation's SELECT in here and keep the result under its name.

        Args:
            relation: the relation.
            stored: as `table` or `view`; None: as in the lake.
            is_empty: keep its columns only.
        """
        kind = (stored or relation.stored).upper()
        limit = " LIMIT 0" if is_empty else ""
        self._vacate(relation, kind)
        self.warehouse.use(self.name)
        made = self.warehouse.rows(f"CREATE {kind} {self.place(relation)} AS {relation.sql}{limit}")
        if kind == "TABLE":
            self.n_rows[relation.full_name] = int(made[0][0])

    def define(self, relation: Relation) -> None:
        """Make the empty table that the relation's file describes."""
        self._vacate(relation, "TABLE")
        self.in_here(relation.sql)
        self.n_rows[relation.full_name] = 0

    def fill(self, relation: Relation, rows: "pa.Table") -> None:
        """Put rows that Python computed into the table that the relation's file describes; columns by name."""
        self.define(relation)
        if rows.num_rows:
            with self.warehouse.holding(incoming_rows=rows):
                self.warehouse.run(f"INSERT INTO {self.place(relation)} BY NAME SELECT * FROM incoming_rows")
        self.n_rows[relation.full_name] = rows.num_rows

    def described(self, select: str) -> Columns:
        """Names and types of the columns of a query whose relations are those of this database."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {select}")]

    def _vacate(self, relation: Relation, kind: str) -> None:
        """Take away what stands under the relation's name, for a table or view to come."""
        before = self._kinds.get(relation.full_name)
        if before:
            self.warehouse.run(f"DROP {before} {self.place(relation)}")
        self._kinds[relation.full_name] = kind
