"""The reference of tables, and the headers from which it is made."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import CHECKS, LAYERS, Relation, load_relations, parse_relation
from learnloom.pipelines.reference import tables
from learnloom.pipelines.reference.tables import make_empty_tables, meanings, tables_reference

_PAGE = Path(__file__).parents[3] / "docs/reference/tables.md"
_RELATIONS = {relation.full_name: relation for relation in load_relations()}
_CHECKS = {check.full_name: check for check in load_relations((CHECKS,))}


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with every relation as an empty table."""
    with duckdb.connect() as connection:
        make_empty_tables(connection, _RELATIONS.values())
        yield connection


def _columns(connection: duckdb.DuckDBPyConnection, what: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {what}").fetchall()]


@pytest.mark.slow
def test_the_page_is_up_to_date() -> None:
    """docs/reference/tables.md is what `make docs` would write now."""
    assert _PAGE.read_text(encoding="utf-8") == tables_reference(), "run `make docs`"


@pytest.mark.parametrize("relation", _RELATIONS.values(), ids=lambda relation: relation.full_name)
def test_a_header_lists_exactly_the_columns(relation: Relation, empty: duckdb.DuckDBPyConnection) -> None:
    """Every column that a relation yields has a meaning, in order, and nothing else has one."""
    assert list(meanings(relation, _RELATIONS)) == _columns(empty, relation.full_name)


@pytest.mark.parametrize("check", _CHECKS.values(), ids=lambda check: check.name)
def test_a_check_lists_exactly_its_columns(check: Relation, empty: duckdb.DuckDBPyConnection) -> None:
    """The header of a check names what its offending rows show."""
    assert list(check.columns) == _columns(empty, check.sql)


@pytest.mark.parametrize("relation", _RELATIONS.values(), ids=lambda relation: relation.full_name)
def test_the_grain_is_made_of_columns(relation: Relation, empty: duckdb.DuckDBPyConnection) -> None:
    """What tells rows apart are columns of the table."""
    assert set(relation.grain) <= set(_columns(empty, relation.full_name))


def test_columns_that_are_taken_over_keep_their_meaning() -> None:
    """A SELECT of all columns of another relation has that one's meanings, and its own after them."""
    first = parse_relation(
        "staging", "first", "-- First.\n-- grain: a\n-- columns:\n--   a  what a is\nSELECT 1 AS a"
    )
    second = parse_relation(
        "staging",
        "second",
        "-- Second.\n-- grain: a\n-- columns: as first, and\n--   b  what b is\nSELECT\n    first.*, 2 AS b\nFROM x",
    )
    found = meanings(second, {"staging.first": first, "staging.second": second})
    assert found == {"a": "what a is", "b": "what b is"}


def test_a_header_that_lies_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that names another column than its table is told with both, not written down."""
    lying = parse_relation(
        "marts", "lying", "-- Lies.\n-- grain: a\n-- columns:\n--   a  what a is\nSELECT 1 AS b"
    )
    monkeypatch.setattr(tables, "load_relations", lambda *_: [lying])
    with pytest.raises(WarehouseError, match=r"lying.*\['a'\].*\['b'\]"):
        tables_reference()


def test_every_layer_is_described() -> None:
    """The page has a chapter for every layer, in their order."""
    chapters = [line[3:].lower() for line in tables_reference().splitlines() if line.startswith("## ")]
    assert chapters == [*LAYERS, CHECKS]


def test_a_bar_in_a_meaning_does_not_end_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a table of Markdown is escaped."""
    barred = parse_relation(
        "marts", "b", "-- B.\n-- grain: a\n-- columns:\n--   a  this | that\nSELECT 1 AS a"
    )
    monkeypatch.setattr(
        tables, "load_relations", lambda folders=LAYERS: [barred] if folders is LAYERS else []
    )
    assert "| `a` | INTEGER | this \\| that |" in tables_reference()
