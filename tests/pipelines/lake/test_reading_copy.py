"""A small copy to read from: it appears whole, readers go over to the newest, and what failed is never read."""

from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.lake import reading_copy
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


def test_what_was_asked_before_is_answered_alike_and_is_the_askers_own(tmp_path: Path) -> None:
    """Rows may be changed by whoever asked; a list of texts is a value like others, and other values ask again."""
    copy, sql = ReadingCopy(tmp_path), "SELECT n FROM t WHERE list_contains($names, n) AND n <> $n ORDER BY n"
    with Warehouse(tmp_path / "warehouse") as warehouse:
        write_copy(warehouse, tmp_path, "1", {"t": "SELECT unnest(['a', 'b''\"', 'c']) AS n"})
        for _ in range(2):
            rows = copy.cursor().rows(sql, {"names": ["a", "b'\"", "d"], "n": "x"})
            assert rows == [{"n": "a"}, {"n": "b'\""}]
            rows[0]["n"] = "changed"
        assert copy.cursor().rows(sql, {"names": ["a", "c"], "n": "a"}) == [{"n": "c"}]
        assert copy.cursor().rows(sql, {"names": [], "n": "a"}) == []
        write_copy(warehouse, tmp_path, "2", {"t": "SELECT 'z' AS n"})
        assert copy.cursor().rows(sql, {"names": ["a", "z"], "n": "x"}) == [{"n": "z"}]
    copy.close()


def test_what_is_kept_of_answers_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long answers are not kept, and where they are many the former go."""
    monkeypatch.setattr(reading_copy, "_LONG_ANSWER", 3)
    monkeypatch.setattr(reading_copy, "_MOST_ROWS", 5)
    kept = reading_copy.KeptAnswers()
    kept.keep(("long", ""), ([], [()] * 4))
    kept.keep(("first", ""), ([], [()] * 3))
    assert (kept.get(("long", "")), kept.get(("first", ""))) == (None, ([], [()] * 3))
    kept.keep(("second", ""), ([], [()] * 3))
    assert (kept.get(("first", "")), kept.get(("second", ""))) == (None, ([], [()] * 3))
