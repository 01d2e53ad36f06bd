"""What the catalogue itself says of tables, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import catalogued_tables, columns_in, existing_tables, filled_tables


@pytest.fixture(params=["sqlite", "postgres"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with three tables and a view; a row was written to two of them, and deleted from one."""
    postgres = request.getfixturevalue("database") if request.param == "postgres" else None
    with Warehouse(tmp_path / "warehouse", postgres=postgres) as made:
        made.run("CREATE SCHEMA marts")
        for name in ("held", "emptied", "never", "dropped"):
            made.run(f"CREATE TABLE marts.{name} (number INTEGER, word VARCHAR)")
        for name in ("held", "emptied"):
            made.run(f"INSERT INTO marts.{name} VALUES (1, 'one')")
        made.run("DELETE FROM marts.emptied")
        made.run("DROP TABLE marts.dropped")
        made.run("CREATE VIEW marts.shown AS SELECT number FROM marts.held")
        yield made


@pytest.mark.slow
def test_tables_and_whether_they_may_have_rows(warehouse: Warehouse) -> None:
    """Tables that stand are named, views are not; one is known to be empty if no row was ever written to it."""
    found = {name: table.is_filled for name, table in catalogued_tables(warehouse).items()}
    assert found == {"marts.emptied": True, "marts.held": True, "marts.never": False}
    assert filled_tables(warehouse) == {"marts.emptied", "marts.held"}


def test_columns_of_tables_and_views(warehouse: Warehouse) -> None:
    """Columns are named with their types, in order, of tables and of views."""
    columns = columns_in(warehouse, "lake")
    assert columns["marts.never"] == [("number", "INTEGER"), ("word", "VARCHAR")]
    assert columns["marts.shown"] == [("number", "INTEGER")]
    assert existing_tables(warehouse) == set(columns) == {*catalogued_tables(warehouse), "marts.shown"}


def test_numbers_are_those_of_the_files(warehouse: Warehouse) -> None:
    """A table goes by the number under which DuckLake tells of its files."""
    told = dict(warehouse.rows("SELECT table_name, table_id FROM ducklake_table_info('lake')"))
    assert {f"marts.{name}": number for name, number in told.items()} == {
        name: table.table_id for name, table in catalogued_tables(warehouse).items()
    }
