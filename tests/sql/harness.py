"""Runs a SELECT of sql/ on given rows: an in-memory DuckDB with the layers as schemas and their empty tables.

The tables are made from the very files, in the order in which they read each other, so a case that names a
column or a type which does not exist fails. A case is a mapping:

- name: what must hold, in a sentence
- given: rows per upstream relation; a column left out is NULL, a list empty, a column that may not be NULL
  something empty
- expect: all rows that the SELECT yields, by the columns named; every row names the same ones
- as_of, time_zone, session_gap_minutes: what run.refresh_state says, where it matters

A file may hold `defaults` per relation for its given rows. An integer stands for a UUID where the column is one, and
`!id 7` for the same UUID as text; `!word ANSWERED` is the IRI of schemas/vocabulary.py.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from learnloom.pipelines.lake.relation import CHECKS, Relation, load_relations
from learnloom.pipelines.reference.tables import make_empty_tables
from learnloom.schemas import vocabulary

CASES: Final = Path(__file__).parent / "cases"
STATE: Final = "run.refresh_state"

Row = dict[str, Any]

_STATE_ROW: Final[Row] = {
    "as_of": "2026-12-01",
    "model_version": 1,
    "session_gap_minutes": 30,
    "time_zone": "UTC",
}
_EMPTY: Final = {"VARCHAR": "''", "UUID": "uuid()", "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ '2026-09-01'"}


@dataclass(frozen=True)
class Case:
    """Given rows, and the rows that a relation's SELECT must make of them."""

    relation: str
    name: str
    given: Mapping[str, Sequence[Row]]
    expect: Sequence[Row]
    state: Row = field(default_factory=dict)


class _Loader(yaml.CSafeLoader):
    """YAML whose times stay text, for DuckDB to read; parsed in C, for every process reads all cases."""


def _uuid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("!id", lambda _, node: _uuid(int(str(node.value))))
_Loader.add_constructor("!word", lambda _, node: getattr(vocabulary, str(node.value)))


def read_cases() -> list[Case]:
    """Every case of every file, in order of names."""
    return [case for path in sorted(CASES.glob("*.yaml")) for case in _read_file(path)]


def _read_file(path: Path) -> Iterable[Case]:
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - derived from CSafeLoader
    defaults = document.get("defaults", {})
    for case in document["cases"]:
        unknown = case.keys() - {"name", "given", "expect"} - _STATE_ROW.keys()
        if unknown:
            raise ValueError(f"{path.name}: unknown {sorted(unknown)} in case {case['name']!r}")
        yield Case(
            relation=path.stem,
            name=case["name"],
            given={
                name: [{**defaults.get(name, {}), **row} for row in rows]
                for name, rows in case["given"].items()
            },
            expect=case["expect"],
            state={name: case[name] for name in _STATE_ROW.keys() & case.keys()},
        )


class Harness:
    """A database with every relation as an empty table, in which cases of SELECTs and checks are run in turn."""

    def __init__(self) -> None:
        """Make the empty tables."""
        self._connection = duckdb.connect(config={"autoinstall_known_extensions": False, "threads": 1})
        self._connection.execute("SET TimeZone='UTC'")
        relations = load_relations()
        make_empty_tables(self._connection, relations)
        self.relations = {relation.name: relation for relation in relations}
        self.columns = {relation.full_name: self._describe(relation.full_name) for relation in relations}
        for check in load_relations((CHECKS,)):
            self.relations[check.name] = check
            self.columns[check.full_name] = self._describe(check.sql)

    def _describe(self, what: str) -> dict[str, tuple[str, bool]]:
        rows = self._connection.execute(f"DESCRIBE {what}").fetchall()
        return {name: (kind, null == "YES") for name, kind, null, *_ in rows}

    def run(self, relation: Relation, given: Mapping[str, Sequence[Row]], state: Row) -> list[dict[str, Any]]:
        """The rows of the relation's SELECT, given those of the relations that it reads."""
        self._connection.execute("BEGIN")
        try:
            for name, rows in {STATE: [_STATE_ROW | state], **given}.items():
                self._insert(name, rows)
            cursor = self._connection.execute(relation.sql)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            self._connection.execute("ROLLBACK")

    def cast(self, relation: Relation, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Expected rows, each of the same columns, as DuckDB would give them: each value in its column's type."""
        if not rows:
            return []
        names = list(rows[0])
        values = [[self._literal(relation.full_name, name, row[name]) for name in names] for row in rows]
        found = self._connection.execute(_values(values)).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def _insert(self, name: str, rows: Sequence[Row]) -> None:
        columns = self.columns[name]
        if unknown := {column for row in rows for column in row} - columns.keys():
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        absent = {column: _absent(*kind) for column, kind in columns.items()}
        values = [
            [
                self._literal(name, column, row[column]) if column in row else absent[column]
                for column in columns
            ]
            for row in rows
        ]
        if values:
            self._connection.execute(f"INSERT INTO {name} {_values(values)}")

    def _literal(self, relation: str, column: str, value: Any) -> str:
        """`value` as SQL in the column's type; what is structured goes in as JSON."""
        kind = self.columns[relation][column][0]
        if value is None:
            return f"NULL::{kind}"
        if kind == "UUID" and isinstance(value, int):
            value = _uuid(value)
        if isinstance(value, list | dict):
            text = json.dumps(value, ensure_ascii=False)
            middle = "" if kind == "VARCHAR" else "::JSON"
            return f"{_quoted(text)}{middle}::{kind}"
        return f"{_quoted(str(value))}::{kind}"


def _values(rows: Iterable[Iterable[str]]) -> str:
    """Rows of SQL expressions as one VALUES: a statement for each row takes as long as all of them in one."""
    return "VALUES " + ", ".join(f"({', '.join(row)})" for row in rows)


def _absent(kind: str, is_nullable: bool) -> str:
    if kind.endswith("[]"):
        return f"[]::{kind}"
    return f"NULL::{kind}" if is_nullable else f"{_EMPTY.get(kind, '0')}::{kind}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def harness() -> Harness:
    """The one harness of this process: making it takes a second."""
    return Harness()
