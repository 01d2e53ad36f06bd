"""A user's own questions, in SQL, without the power to change anything."""

from typing import Any

import duckdb

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError


class QueryError(WarehouseError):
    """The question cannot be answered; the message is DuckDB's, which points at the place."""


def read_query(warehouse: Warehouse, sql: str, *, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer one SELECT: names of the columns, and at the most `limit` rows.

    Raises:
        QueryError: it is no single SELECT, or DuckDB cannot run it.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if len(statements) != 1 or statements[0].type not in _READING:
        raise QueryError(
            "give one SELECT (or DESCRIBE, EXPLAIN, SUMMARIZE); queries cannot change the warehouse"
        )
    try:
        return warehouse.table(sql, limit=limit)
    except duckdb.CatalogException as error:
        told = "`learnloom status` lists the tables that stand; `learnloom refresh` makes them"
        raise QueryError(f"{error}\n{told}") from error
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


_READING = frozenset(
    {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.RELATION}
)
