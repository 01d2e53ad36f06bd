"""A small copy to read from: it appears whole, readers go over to the newest, and what failed is never read."""

from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import CopyMissingError, ReadingCopy, write_copy


def test_readers_go_over_to_the_newest_and_who_reads_goes_on(tmp_path: Path) -> None:
    """A cursor stays with its copy, though that is removed; the next one reads the newer copy."""
    folder = tmp_path / "pages"
    copy = ReadingCopy(folder)
    with pytest.raises(CopyMissingError, match="learnloom refresh"):
        copy.cursor()
    with Warehouse(tmp_path / "warehouse") as warehouse:
        write_copy(warehouse, folder, "1", {"t": "SELECT 1 AS n"})
        before = copy.cursor()
        assert before.rows("FROM t") == [{"n": 1}]
        write_copy(warehouse, folder, "2", {"t": "SELECT 2 AS n"})
        assert [path.name for path in folder.iterdir()] == ["2.duckdb"]
        assert before.one("FROM t") == {"n": 1}
        assert copy.cursor().one("FROM t WHERE n = $n", {"n": 2}) == {"n": 2}
        # What fails, or is killed, on its way leaves the one that stands.
        with pytest.raises(duckdb.Error):
            write_copy(warehouse, folder, "3", {"t": "SELECT 3 AS n", "u": "FROM missing"})
        assert copy.name == "2"
        write_copy(warehouse, folder, "3", {"t": "SELECT 3 AS n"})
    assert copy.cursor().pairs("SELECT n, n FROM t") == [(3, 3)]
    copy.close()
