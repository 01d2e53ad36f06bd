"""Databases are emptied of what was deleted, and who reads on holds that up."""

import re
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection, PostgresQueryError
from learnloom.pipelines.privacy.erase_files import empty_database


@pytest.mark.slow
def test_rows_that_somebody_may_still_read_are_said_to_be_there(tmp_path: Path, database: str) -> None:
    """Emptying waits for a transaction that began before rows were deleted; once it is over, no file holds them."""
    settings = Settings(warehouse=tmp_path, catalog=SecretStr(database), lock_wait_seconds=0.1)
    where = parameters(database)
    with closing(PostgresConnection(where)) as connection:
        connection.executescript(
            "CREATE TABLE name (name TEXT); INSERT INTO name VALUES ('Bob'), ('Ann Quill')"
        )
        with closing(PostgresConnection(where)) as reader:
            reader.executescript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            connection.execute("DELETE FROM name WHERE name = 'Ann Quill'")
            with pytest.raises(WarehouseBusyError, match="keeps rows of public"):
                empty_database(settings, tmp_path / "none", "public", ["name"])
        empty_database(
            settings.model_copy(update={"lock_wait_seconds": 60}), tmp_path / "none", "public", ["name"]
        )
        connection.execute("CHECKPOINT")
        (held,) = connection.execute("SELECT pg_read_binary_file(pg_relation_filepath('name'))").fetchone()
    assert (b"Bob" in held, b"Ann Quill" in held) == (True, False)


@pytest.mark.slow
def test_a_table_of_another_role_is_not_taken_for_written_anew(database: str) -> None:
    """PostgreSQL passes by what is another role's with a warning: that is an error that says who has to do it."""
    role = f"eraser_{uuid.uuid4().hex}"
    with closing(PostgresConnection(parameters(database))) as owner:
        owner.executescript(f"CREATE TABLE name (name TEXT); CREATE ROLE {role} LOGIN PASSWORD 'r'")
        owner.execute(f"GRANT SELECT, DELETE ON name TO {role}")
        try:
            other = re.sub(r"//[^@]*@", f"//{role}:r@", database)
            with closing(PostgresConnection(parameters(other))) as connection:
                connection.execute("DELETE FROM name")
                with pytest.raises(PostgresQueryError, match="has not written public"):
                    connection.rewrite("public.name")
        finally:
            owner.executescript(f"DROP OWNED BY {role}; DROP ROLE {role}")
