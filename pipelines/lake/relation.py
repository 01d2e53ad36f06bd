"""The relations of sql/: one file a relation, its folder the layer, its header what it means and how it is kept.

A header is the comment at the top of the file: a description, then `grain:`, `scope:` and so on, then
`columns:` with one meaning per column. Scopes say what a refresh has to compute again:

- (none)     written by landing, or by a command; no refresh touches it
- landing    a row is a function of one landed record: rows are only ever added, or a view of such rows
- mention    a row is a fact that any statement may introduce: the earliest mention is kept
- reference  small; computed whole each time
- version    computed once, when a model version is fitted, and frozen with it
- student    a row belongs to one student: computed for the students who changed
- activity, course, skill   a row belongs to one of these: computed for those that were touched
- state      one row: what the last refresh did
- read       nothing is kept: a view, computed when somebody reads it
"""

import graphlib
import importlib.resources
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, Literal, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.small import once

LAYERS: Final = ("landing", "run", "staging", "dimensional", "norms", "estimates", "marts", "feedback")
"""The layers in the order in which data walks through them; a relation reads only its own and earlier ones."""
CHECKS: Final = "checks"
"""Folder of the data checks: SELECTs that yield the offending rows."""

Scope = Literal[
    "",
    "landing",
    "mention",
    "reference",
    "version",
    "student",
    "activity",
    "course",
    "skill",
    "state",
    "read",
]
KEYS: Final[dict[str, str]] = {
    "student": "student_key",
    "activity": "activity_id",
    "course": "course_id",
    "skill": "skill_id",
    "version": "model_version",
}
"""Column by which rows of a scope are told apart and replaced."""

CATALOGUE: Final = f"__ducklake_metadata_{LAKE}"
"""Name under which the catalogue's own tables are attached."""
CATALOGUED_TABLES: Final = f"""
    SELECT
        schema_name || '.' || table_name AS relation,
        table_id,
        -- DuckLake numbers the rows of a table as they come.
        coalesce(next_row_id, 0) > 0 AS is_filled
    FROM {CATALOGUE}.ducklake_table AS tables
    INNER JOIN {CATALOGUE}.ducklake_schema AS schemas USING (schema_id)
    LEFT JOIN {CATALOGUE}.ducklake_table_stats USING (table_id)
    WHERE tables.end_snapshot IS NULL AND schemas.end_snapshot IS NULL
"""
"""SELECT of the lake's tables by the catalogue itself: `duckdb_tables()` and `information_schema.tables` count the rows
of each table as well, in dozens of queries."""

Columns = list[tuple[str, str]]
"""Names and types of the columns of a table or view, in order."""

_FIELD = re.compile(r"^-- (grain|scope|stored|reads|columns|example): ?(.*)$")
_COLUMN = re.compile(r"^--   (\w+)\s+(.+)$")
_CONTINUED = re.compile(r"^--\s{4,}(\S.*)$")
_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
"""A comment or a literal."""
_READ = re.compile(r"\bDISTINCT\s+FROM\b|\b(?:FROM|JOIN)\s+(\w+\.\w+)", re.IGNORECASE)
"""What names a table, in a group; and what looks like that: IS DISTINCT FROM."""


@dataclass(frozen=True)
class Relation:
    """One file of sql/, read."""

    layer: str
    name: str
    sql: str
    description: str
    grain: tuple[str, ...]
    scope: Scope
    stored: str = "table"
    reads: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Layer and name, as SQL writes it."""
        return f"{self.layer}.{self.name}"

    @property
    def is_select(self) -> bool:
        """Whether SQL computes the rows; else the file is the table's definition and Python writes them."""
        return not self.sql.lstrip().upper().startswith("CREATE")

    @cached_property
    def dependencies(self) -> frozenset[str]:
        """Full names of the relations it reads."""
        if not self.is_select:
            return frozenset(self.reads)
        return frozenset(_tables_of(self.sql)) | frozenset(self.reads)

    @cached_property
    def reads_day(self) -> bool:
        """Whether it reads as of when everything is told: another day may give other rows, though nothing landed."""
        return "run.refresh_state" in self.dependencies and re.search(r"\bas_of\b", self.sql) is not None


def read_relations(folders: Sequence[str] = LAYERS) -> list[Relation]:
    """Read the files of the given folders of sql/, in order of layers and names; a process reads them once.

    Raises:
        WarehouseError: a header lacks a part.
    """
    return [relation for folder in folders for relation in _read_folder(folder)]


def load_relations(folders: Sequence[str] = LAYERS) -> list[Relation]:
    """Read them so that each relation follows those that it reads; a process finds the order once.

    Raises:
        WarehouseError: a header lacks a part, a relation reads an unknown one, or they read each other in a ring.
    """
    return list(_load(tuple(folders)))


@cache
def _load(folders: tuple[str, ...]) -> tuple[Relation, ...]:
    relations = {relation.full_name: relation for relation in read_relations(folders)}
    graph = graphlib.TopologicalSorter[str]()
    for relation in relations.values():
        unknown = relation.dependencies - relations.keys()
        if unknown and relation.layer != CHECKS:
            raise WarehouseError(f"sql/{relation.layer}/{relation.name}.sql reads unknown {sorted(unknown)}")
        graph.add(relation.full_name, *sorted(relation.dependencies & relations.keys()))
    try:
        return tuple(relations[name] for name in graph.static_order())
    except graphlib.CycleError as error:
        raise WarehouseError(f"relations of sql/ read each other in a ring: {error.args[1]}") from error


def inputs(
    relations: Iterable[Relation], targets: Iterable[Relation], existing: Container[str]
) -> list[Relation]:
    """Those of the relations that the targets read and that exist, in order.

    Args:
        relations: all relations.
        targets: what is to be computed.
        existing: full names of the relations that exist.
    """
    read = {name for target in targets for name in target.dependencies}
    return [one for one in relations if one.full_name in read and one.full_name in existing]


def existing_tables(warehouse: Warehouse) -> set[str]:
    """Full names of the tables and views that exist in the lake."""
    return set(columns_in(warehouse, LAKE))


def columns_in(warehouse: Warehouse, database: str) -> dict[str, Columns]:
    """Names and types of the columns, in order, of each table and view of a database, by full name."""
    if database == LAKE:
        return once(warehouse, "columns", lambda: _columns_in(warehouse, database))
    return _columns_in(warehouse, database)


def _columns_in(warehouse: Warehouse, database: str) -> dict[str, Columns]:
    # Of the columns: what lists tables counts each one's rows as well, in dozens of queries to the catalogue.
    rows = warehouse.rows(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? ORDER BY 1, column_index",
        [database],
    )
    found: dict[str, Columns] = {}
    for table, name, kind in rows:
        found.setdefault(table, []).append((name, kind))
    return found


class LakeTable(NamedTuple):
    """A table of the lake, as the catalogue has it."""

    table_id: int
    is_filled: bool
    """Whether a row was ever written into it; else it is known to be empty."""


def catalogued_tables(warehouse: Warehouse) -> dict[str, LakeTable]:
    """The tables of the lake by full name, views left out, as the catalogue was committed last."""
    rows = once(warehouse, "tables", lambda: warehouse.rows(f"{CATALOGUED_TABLES} ORDER BY ALL"))
    return {name: LakeTable(table_id, is_filled) for name, table_id, is_filled in rows}


def filled_tables(warehouse: Warehouse) -> set[str]:
    """Full names of the tables of the lake that may have rows, as the catalogue was committed last."""
    return {name for name, table in catalogued_tables(warehouse).items() if table.is_filled}


@cache
def _read_folder(folder: str) -> tuple[Relation, ...]:
    entries = importlib.resources.files("learnloom.sql").joinpath(folder).iterdir()
    files = sorted((each for each in entries if each.name.endswith(".sql")), key=lambda each: each.name)
    return tuple(
        parse_relation(folder, each.name.removesuffix(".sql"), each.read_text(encoding="utf-8"))
        for each in files
    )


def parse_relation(layer: str, name: str, text: str) -> Relation:
    """Read one file's header and SQL.

    Raises:
        WarehouseError: the header lacks a description or a grain.
    """
    description: list[str] = []
    fields: dict[str, str] = {}
    columns: dict[str, str] = {}
    lines = text.splitlines()
    body = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for line in lines[:body]:
        if match := _FIELD.match(line):
            # A long list of `reads` goes on in a second line of that name.
            fields[match[1]] = ", ".join(filter(None, [fields.get(match[1]), match[2].strip()]))
        elif "columns" in fields and (match := _COLUMN.match(line)):
            columns[match[1]] = match[2].strip()
        elif columns and (match := _CONTINUED.match(line)):
            last = next(reversed(columns))
            columns[last] += " " + match[1]
        elif not fields:
            description.append(line.removeprefix("--").strip())
    if not description or (not fields.get("grain") and layer != CHECKS):
        raise WarehouseError(f"sql/{layer}/{name}.sql: the header must have a description and `-- grain: …`")
    scope = _scope(fields.get("scope", ""), f"sql/{layer}/{name}.sql")
    return Relation(
        layer=layer,
        name=name,
        sql="\n".join(lines[body:]).strip().rstrip(";"),
        description=" ".join(description),
        grain=_split(fields.get("grain", "")),
        scope=scope,
        stored=fields.get("stored", "view" if scope == "read" else "table"),
        reads=_split(fields.get("reads", "")),
        columns=columns,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _scope(text: str, place: str) -> Scope:
    if text not in Scope.__args__:  # type: ignore[attr-defined]
        raise WarehouseError(f"{place}: unknown scope {text!r}; known are {', '.join(Scope.__args__)}")  # type: ignore[attr-defined]
    return text  # type: ignore[return-value]


def _tables_of(sql: str) -> set[str]:
    """Full names of the tables that a SELECT reads; its own common table expressions have no layer before their names.

    By its words: to have DuckDB parse all of sql/ takes .1 s. A test holds that both find the same.
    """
    return {name for name in _READ.findall(_TEXT.sub(" ", sql)) if name}
