"""What a search for a student's texts finds in files, and what it does not take for one."""

from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.search import Search
from learnloom.pipelines.privacy.tokens import Token

_TOKEN = Token("zz-901", "identifier")


def _write(path: Path, select: str) -> None:
    with duckdb.connect() as database:
        database.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")


def _found(warehouse: Warehouse, path: Path) -> int:
    search = Search(warehouse, [_TOKEN])
    search.file(path, str(path))
    return search.hits.counts[_TOKEN]


def test_what_parquet_says_of_itself_is_looked_through(tmp_path: Path) -> None:
    """A text in no row, but in the file's own description, is found."""
    path = tmp_path / "file.parquet"
    with Warehouse(tmp_path / "warehouse") as warehouse:
        warehouse.run(
            f"COPY (SELECT 1 AS n) TO '{path}' (FORMAT parquet, KV_METADATA {{about: 'made for zz-901'}})"
        )
        assert _found(warehouse, path) > 0


def test_bytes_of_numbers_are_no_text(tmp_path: Path) -> None:
    """Encoded numbers, or compressed neighbours, that read like a student's text by chance keep no erasure waiting."""
    path = tmp_path / "file.parquet"
    number = int.from_bytes(b" zz-901 ", "little")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        warehouse.run(f"COPY (SELECT {number} AS n) TO '{path}' (FORMAT parquet, COMPRESSION uncompressed)")
        assert b" zz-901 " in path.read_bytes()
        assert _found(warehouse, path) == 0
        warehouse.run(f"COPY (SELECT 'of zz-901' AS text) TO '{path}' (FORMAT parquet)")
        assert _found(warehouse, path) > 0


def test_bytes_of_texts_are_read(tmp_path: Path) -> None:
    """What platforms have sent is kept as bytes, in a table of any schema: names are found in it as in a text."""
    token = Token("Zoë", "name")
    folder = tmp_path / "safe"
    folder.mkdir()
    with duckdb.connect(str(folder / "catalog.duckdb")) as copy:
        copy.execute("CREATE SCHEMA lrs")
        copy.execute("CREATE TABLE lrs.entry (raw BLOB)")
        copy.execute("INSERT INTO lrs.entry VALUES (?), (?)", ['{"name":"Zoë"}'.encode(), b"\xff"])
    with Warehouse(tmp_path / "warehouse") as warehouse:
        hits = Search(warehouse, [token]).everything([folder])
    assert hits.where == {token: [f"{folder / 'catalog.duckdb'}, lrs.entry"]}


def test_a_file_without_an_end_is_looked_through_by_its_bytes(tmp_path: Path) -> None:
    """What a killed process has left cannot be decoded, and is searched as it is."""
    path = tmp_path / "half.parquet"
    path.write_bytes(b"PAR1 of zz-901 ")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        search = Search(warehouse, [_TOKEN])
        search.file(path, str(path))
    assert search.hits.counts[_TOKEN] == 1
    assert search.hits.halves == [str(path)]


def test_of_files_side_by_side_each_column_is_looked_through(tmp_path: Path) -> None:
    """Files of a folder that have other columns, or one that is called like what tells files apart: each is told."""
    folder = tmp_path / "copies"
    folder.mkdir()
    _write(folder / "a.parquet", "SELECT 'nobody' AS text")
    _write(folder / "b.parquet", "SELECT 'nobody' AS text, 'of zz-901' AS more")
    _write(folder / "c.parquet", "SELECT 'of zz-901' AS text")
    for name in ("filename", "file_name"):
        _write(folder / f"{name}.parquet", f"SELECT 'of zz-901' AS {name}")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        hits = Search(warehouse, [_TOKEN]).everything([folder])
    found = {str(folder / f"{name}.parquet") for name in ("b", "c", "file_name")}
    assert found <= set(hits.where[_TOKEN])
    n_files = len(found) + 1
    assert (
        hits.counts[_TOKEN] == 2 * n_files
    )  # in a row of each, and in what it says of its least and largest values


@pytest.mark.parametrize(
    ("text", "count"), [("5f3a0c1e-7d2b-4c6a-9e8f-0123456789ab", 3), ("0123456789ab", 0)]
)
def test_an_account_that_is_a_uuid_is_found_in_a_column_of_them(
    text: str, count: int, tmp_path: Path
) -> None:
    """Platforms give accounts by UUIDs, also where a column has that type; a part of one is another account."""
    folder = tmp_path / "copies"
    folder.mkdir()
    _write(folder / "file.parquet", "SELECT '5f3a0c1e-7d2b-4c6a-9e8f-0123456789ab'::UUID AS id FROM range(3)")
    token = Token(text, "identifier")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        hits = Search(warehouse, [token]).everything([folder])
    assert min(hits.counts[token], 3) == count


def test_a_file_that_is_taken_away_meanwhile_keeps_no_other_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh removes its own files while the search is under way: the others are looked through all the same."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for name in ("gone", "here"):
        _write(folder / f"{name}.parquet", "SELECT 'of zz-901' AS text")

    def take_away(path: Path) -> bool:
        if path.name == "here.parquet":
            (folder / "gone.parquet").unlink()
        return True

    monkeypatch.setattr("learnloom.pipelines.privacy.search._is_whole", take_away)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        hits = Search(warehouse, [_TOKEN]).everything([folder])
    assert hits.where == {_TOKEN: [str(folder / "here.parquet")]}
