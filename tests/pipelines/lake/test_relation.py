"""Reading the files of sql/: headers, scopes, and the order in which relations are computed."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from learnloom.pipelines.lake import relation as module
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import CHECKS, KEYS, LAYERS, load_relations, parse_relation

_HEADER = """-- Every thing,
-- and more of it.
-- grain: a, b
-- scope: student
-- stored: view
-- reads: staging.x, staging.y
-- reads: marts.z
-- columns:
--   a    what a is
--   b    what b is:
--        more of it
-- no column, but a remark
SELECT 1 AS a, 2 AS b;
"""


def test_a_header_is_read_in_all_its_parts() -> None:
    """Description, grain, scope, storage, reads and columns are taken apart, continued lines joined."""
    relation = parse_relation("marts", "thing", _HEADER)
    assert relation.full_name == "marts.thing"
    assert relation.description == "Every thing, and more of it."
    assert relation.grain == ("a", "b")
    assert relation.scope == "student"
    assert relation.stored == "view"
    assert relation.reads == ("staging.x", "staging.y", "marts.z")
    assert relation.columns == {"a": "what a is", "b": "what b is: more of it"}
    assert relation.sql == "SELECT 1 AS a, 2 AS b"
    assert relation.is_select


@pytest.mark.parametrize("text", ["SELECT 1", "-- Only told.\nSELECT 1", "-- grain: a\nSELECT 1 AS a"])
def test_a_header_without_a_needed_part_is_refused(text: str) -> None:
    """A file without description or grain is told by its path."""
    with pytest.raises(WarehouseError, match=r"sql/marts/bad\.sql.*grain"):
        parse_relation("marts", "bad", text)


def test_an_unknown_scope_is_refused() -> None:
    """A scope that a refresh does not know would never be computed."""
    with pytest.raises(WarehouseError, match="unknown scope 'studnet'"):
        parse_relation("marts", "bad", "-- Bad.\n-- grain: a\n-- scope: studnet\nSELECT 1 AS a")


def test_a_select_depends_on_the_tables_that_it_reads() -> None:
    """Joins, subqueries and set operations are found; common table expressions are no tables."""
    sql = (
        "WITH own AS (SELECT * FROM staging.one) SELECT * FROM own SEMI JOIN staging.two USING (a) "
        "WHERE a IN (SELECT a FROM staging.three) AND own.b IS DISTINCT FROM own.c AND d <> ' FROM staging.no' "
        "-- nor FROM staging.none\nUNION ALL FROM staging.four"
    )
    found = parse_relation("marts", "thing", f"-- Thing.\n-- grain: a\n{sql}").dependencies
    assert found == {"staging.one", "staging.two", "staging.three", "staging.four"}


def test_what_python_writes_depends_on_what_its_header_says() -> None:
    """A table's definition reads nothing; its header names what its rows are computed from."""
    text = "-- T.\n-- grain: a\n-- reads: staging.x\nCREATE TABLE IF NOT EXISTS marts.t (a INTEGER)"
    relation = parse_relation("marts", "t", text)
    assert not relation.is_select
    assert relation.dependencies == {"staging.x"}


def test_each_file_is_one_select_and_reads_what_duckdb_says() -> None:
    """What a SELECT is told to read is what DuckDB's own parser finds in it; two statements are none."""
    for relation in load_relations((*LAYERS, CHECKS)):
        if relation.is_select:
            told = duckdb.execute("SELECT json_serialize_sql(?::VARCHAR)", [relation.sql]).fetchall()
            tree = json.loads(told[0][0])
            assert not tree["error"], f"{relation.full_name}: {tree.get('error_message')}"
            assert relation.dependencies == set(_tables_in(tree)) | set(relation.reads), relation.full_name


def _tables_in(node: Any) -> Iterator[str]:
    """Full names of the tables in a parsed statement; common table expressions have no schema."""
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            yield f"{node['schema_name']}.{node['table_name']}"
        node = list(node.values())
    for each in node if isinstance(node, list) else ():
        yield from _tables_in(each)


def test_every_relation_comes_after_those_that_it_reads() -> None:
    """The order of computing follows from the SELECTs themselves."""
    seen: set[str] = set()
    for relation in load_relations():
        assert relation.dependencies <= seen, relation.full_name
        seen.add(relation.full_name)


def test_relations_that_read_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring has no order, and is told by its members."""
    pair = [
        parse_relation("marts", "a", "-- A.\n-- grain: x\nSELECT x FROM marts.b"),
        parse_relation("marts", "b", "-- B.\n-- grain: x\nSELECT x FROM marts.a"),
    ]
    monkeypatch.setattr(module, "_read_folder", lambda _: iter(pair))
    with pytest.raises(WarehouseError, match=r"ring.*marts\."):
        load_relations(("marts",))


def test_a_relation_that_reads_an_unknown_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt table is told before anything is computed."""
    alone = [parse_relation("marts", "a", "-- A.\n-- grain: x\nSELECT x FROM marts.misspelt")]
    monkeypatch.setattr(module, "_read_folder", lambda _: iter(alone))
    with pytest.raises(WarehouseError, match=r"sql/marts/a\.sql reads unknown \['marts\.misspelt'\]"):
        load_relations(("marts",))


def test_a_scope_that_is_replaced_by_key_has_that_key() -> None:
    """Rows of a scope can be told apart by the scope's column, and the column leads or lies in the grain."""
    for relation in load_relations():
        # A view's header names the columns that it adds to those of another relation.
        if relation.scope in KEYS and relation.stored == "table":
            assert KEYS[relation.scope] in relation.columns, relation.full_name


def test_checks_are_read_apart_from_the_layers() -> None:
    """A check is no table of a layer, and needs no grain."""
    assert CHECKS not in LAYERS
    assert all(check.layer == CHECKS and check.is_select for check in load_relations((CHECKS,)))
