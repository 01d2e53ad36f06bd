"""CSV files are cut into rows with their bytes, and one that is malformed costs only itself."""

import gzip
import io

import pytest

from learnloom.pipelines.convert.tables.rows import CsvFile, TableRow
from learnloom.pipelines.ingest.sources.errors import InputError


def _read(
    data: bytes, *, max_row_bytes: int = 10_000, encoding: str = "utf-8", header_row: int = 1
) -> list[TableRow]:
    file = CsvFile(
        io.BytesIO(data),
        encoding=encoding,
        delimiter=None,
        header_row=header_row,
        max_row_bytes=max_row_bytes,
    )
    return list(file.rows())


def _told(rows: list[TableRow]) -> list[list[str] | str]:
    return [row.error.fault.rule if row.error else row.cells for row in rows]


def test_rows_have_their_bytes_and_lines() -> None:
    """A row over two lines is one; empty lines are none."""
    rows = _read(b'a,b\r\n1,"x\r\ny"\r\n\r\n,\r\n"2",\xc3\xa4')
    assert [(row.cells, row.raw, row.line) for row in rows] == [
        (["1", "x\r\ny"], b'1,"x\r\ny"', 2),
        (["2", "ä"], b'"2",\xc3\xa4', 6),
    ]


def test_rows_are_as_wide_as_the_header() -> None:
    """Empty cells at the end may be left out, or be too many; others may not."""
    assert _told(_read(b"a,b\n1\n1,2,,\n1,2,3\n")) == [["1", ""], ["1", "2"], "convert-cells"]


@pytest.mark.parametrize(
    "bad",
    [b'x,"open', b'"open,2', b'x,"a"b"c', b'"a\x00'],
)
def test_a_quote_that_is_never_closed_costs_its_line(bad: bytes) -> None:
    """The lines after it are read as if it were not there."""
    good = [f"{number},ok" for number in range(5_000)]
    data = "\n".join(["a,b", *good[:3], "@", *good[3:]]).encode().replace(b"@", bad) + b"\n"
    rows = _read(data, max_row_bytes=1 << 20)
    cells = [row.cells for row in rows if row.error is None]
    assert all([str(number), "ok"] in cells for number in (0, 1, 2, 3, 4, 4_999))
    assert len(cells) >= 4_999


def test_a_row_that_is_too_long_keeps_its_beginning() -> None:
    """The others are read."""
    first, second = _read(b"a,b\n" + b"x" * 500 + b",1\n2,3\n", max_row_bytes=100)
    assert first.error is not None
    assert first.error.fault.rule == "convert-too-big"
    assert second.cells == ["2", "3"]


def test_the_separator_is_found_or_told() -> None:
    """It is what the header has most of outside of quotes; Excel writes it in the first line."""
    assert _told(_read(b'"a,b,c";d\n1;2\n')) == [["1", "2"]]
    assert _told(_read(b"sep=;\na;b\n1;2\n")) == [["1", "2"]]
    assert _told(_read(b"a\tb\n1\t2\n")) == [["1", "2"]]


def test_lines_above_the_header_are_passed_over() -> None:
    """Some exports begin with a title."""
    assert _told(_read(b"Grades of 7b\n\na,b\n1,2\n", header_row=3)) == [["1", "2"]]


def test_encodings_and_compression() -> None:
    """A byte order mark is passed over; what is no text of the encoding is told with its bytes."""
    assert _told(_read("\ufeffa,b\nä,2\n".encode())) == [["ä", "2"]]
    assert _told(_read("a,b\nä,2\n".encode("cp1252"), encoding="cp1252")) == [["ä", "2"]]
    assert _told(_read(gzip.compress(b"a,b\n1,2\n"))) == [["1", "2"]]
    with pytest.raises(InputError, match=r"no utf-8 text at b'\\xe4,2\\n'.*windows-1252"):
        _read("a,b\nä,2\n".encode("cp1252"))
    with pytest.raises(InputError, match="UTF-16"):
        _read("a,b\n".encode("utf-16"))
    with pytest.raises(InputError, match="ZIP archive"):
        _read(b"PK\x03\x04")


def test_characters_are_whole_wherever_a_chunk_ends() -> None:
    """A file of many chunks, without and with short lines, gives every character."""
    long = "ä" * 700_000
    rows = _read(f"a,b\n{long},1\n{long},2\n".encode(), max_row_bytes=10_000_000)
    assert [row.error.fault.rule if row.error else len(row.cells[0]) for row in rows] == [
        "convert-quotes"
    ] * 2
