"""Tables that somebody else made."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from learnloom.pipelines.lake.tabular import TabularFileError, read_tabular

_ROWS = [{"student": "007", "correct": "1"}, {"student": "Mila, A.", "correct": None}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b'student,correct\n007,1\n"Mila, A.",\n'),
        ("a.tsv", b"student\tcorrect\n007\t1\nMila, A.\t \n"),
        ("it's.csv", b'student;correct\r\n007;1\r\n"Mila, A.";\r\n'),
        ("a.csv.gz", gzip.compress(b'student,correct\n007,1\n"Mila, A.",\n', mtime=0)),
    ],
)
def test_text_is_read_whatever_parts_it(name: str, content: bytes, tmp_path: Path) -> None:
    """Comma, tabulator, semicolon, gzip: every cell is text as it stands, an empty one is unknown."""
    (tmp_path / name).write_bytes(content)
    assert read_tabular(tmp_path / name, max_rows=10).to_pylist() == _ROWS


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    """Numbers, truth and times of a Parquet file come as text."""
    table = pa.table({"n": [1], "is": [True], "at": pa.array([0], pa.timestamp("us", "UTC"))})
    pq.write_table(table, tmp_path / "a.parquet")
    (row,) = read_tabular(tmp_path / "a.parquet", max_rows=10).to_pylist()
    assert row == {"n": "1", "is": "true", "at": "1970-01-01 00:00:00+00"}


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    """A file that is no Parquet, one that is too long, and one that is not there are named."""
    (tmp_path / "a.parquet").write_bytes(b"none")
    with pytest.raises(TabularFileError, match=r"a\.parquet cannot be read as a table"):
        read_tabular(tmp_path / "a.parquet", max_rows=10)
    (tmp_path / "a.csv").write_text("n\n1\n2\n3\n")
    with pytest.raises(TabularFileError, match="more than 2 rows"):
        read_tabular(tmp_path / "a.csv", max_rows=2)
    with pytest.raises(FileNotFoundError):
        read_tabular(tmp_path / "b.csv", max_rows=2)
