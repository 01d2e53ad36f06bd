"""The reference of all tables as Markdown, made from the files of sql/ and from the tables that they make.

`python -m learnloom.pipelines.reference.tables > docs/reference/tables.md` writes it; a test holds it up to date.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import duckdb

from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.macros import define_macros
from learnloom.pipelines.lake.relation import CHECKS, LAYERS, Relation, load_relations

_HEAD: Final = """# Tables

Every table of the warehouse by layer, in the order in which data walks through them: what a row is, how it is kept,
and what each column means. This page is made from the headers of the files under `sql/` (`make docs`); the SELECT
of a table is the file `sql/<layer>/<table>.sql`.

Times carry their zone; units stand last in a name. NULL means unknown, never zero or no.
"""
_LAYERS: Final[dict[str, str]] = {
    "landing": "What came in, as it came; how far reading has come; and what the school says of its skills.",
    "run": "By which settings, and as of when, everything in the later layers was computed.",
    "staging": "The same statements as typed columns, their contexts, what they mention of activities, voids and "
    "vocabulary; and the school's skill map and course plan.",
    "dimensional": "What happened (`fact_`) and to whom and what (`dim_`).",
    "norms": "What is usual in a class: what each answer and each choice is compared with.",
    "estimates": "What the learner model makes of it.",
    "marts": "What is known of a student, a question, a skill or a course, ready to be read.",
    "feedback": "What is said of it: profiles and signals.",
}
_KEPT: Final[dict[str, str]] = {
    "": "written by a command, never by a refresh",
    "landing": "a row is added when its statement has landed, and never changed",
    "mention": "a row is added when a statement first tells it; an earlier telling moves its time back",
    "reference": "computed whole by each refresh",
    "version": "computed when a model version is fitted, and frozen with it",
    "student": "computed anew for each student of whom something has changed",
    "activity": "computed anew for each activity that changed students have touched",
    "course": "computed anew for each course that changed students have touched",
    "skill": "computed anew for each skill that changed students have touched",
    "state": "one row, replaced by each refresh",
}
# Only the last SELECT of a file begins a line; those of its common table expressions are indented.
_WHOLE = re.compile(r"^SELECT\s+(\w+)\.\*", re.MULTILINE)


def make_empty_tables(connection: duckdb.DuckDBPyConnection, relations: Iterable[Relation]) -> None:
    """Make every relation as an empty table, with the columns and types that its own file gives it.

    Args:
        connection: an in-memory database; gets a schema per layer.
        relations: all relations, each after those that it reads.
    """
    define_macros(connection)
    for layer in LAYERS:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
    for relation in relations:
        if relation.is_select:
            connection.execute(f"CREATE TABLE {relation.full_name} AS FROM ({relation.sql}) LIMIT 0")
        else:
            connection.execute(relation.sql)


def meanings(relation: Relation, relations: Mapping[str, Relation]) -> dict[str, str]:
    """The meaning of each column by the relation's header, in order.

    Where a SELECT takes over all columns of another relation, their meanings are that one's.
    """
    name = _WHOLE.search(relation.sql)
    taken = next((meanings(r, relations) for r in relations.values() if name and r.name == name[1]), {})
    return {**taken, **relation.columns}


def tables_reference() -> str:
    """The whole page.

    Raises:
        WarehouseError: a header does not name exactly the columns of its table, in order.
    """
    relations = {relation.full_name: relation for relation in load_relations()}
    with duckdb.connect() as connection:
        make_empty_tables(connection, relations.values())
        parts = [_HEAD]
        for layer, about in _LAYERS.items():
            parts.append(f"## {layer.capitalize()}\n\n{about}\n")
            in_layer = sorted((r for r in relations.values() if r.layer == layer), key=lambda r: r.name)
            parts += [_section(connection, relation, relations) for relation in in_layer]
        parts.append(_checks())
    return "\n".join(parts)


def _section(
    connection: duckdb.DuckDBPyConnection, relation: Relation, relations: Mapping[str, Relation]
) -> str:
    said = meanings(relation, relations)
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {relation.full_name}").fetchall()}
    if list(said) != list(types):
        raise WarehouseError(
            f"sql/{relation.layer}/{relation.name}.sql: the header names the columns {list(said)}, "
            f"but the table has {list(types)}"
        )
    kept = "a view of the tables that it reads" if relation.stored == "view" else _KEPT[relation.scope]
    lines = [
        f"### {relation.full_name}\n",
        f"{relation.description}\n",
        f"One row per: {', '.join(f'`{column}`' for column in relation.grain)}. Kept: {kept}.\n",
        "| column | type | meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {_cell(kind)} | {_cell(said[name])} |" for name, kind in types.items()),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _checks() -> str:
    return "\n".join(_check_lines()) + "\n"


def _check_lines() -> Iterator[str]:
    yield "## Checks\n"
    yield "Rules that the rows must keep, each a SELECT of those that do not (`sql/checks/`). Besides these, every"
    yield "table is checked for its grain, and every table about students for rows of unknown ones.\n"
    yield "| check | what must hold |"
    yield "|---|---|"
    for check in sorted(load_relations((CHECKS,)), key=lambda check: check.name):
        yield f"| `{check.name}` | {_cell(check.description)} |"


if __name__ == "__main__":
    sys.stdout.write(tables_reference())
