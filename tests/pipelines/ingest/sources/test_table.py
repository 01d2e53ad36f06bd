"""CSV is cut into rows that keep their bytes, whatever stands in its fields and however it is read."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.lines import TruncatedRecord
from learnloom.pipelines.ingest.sources.table import table_splitter
from learnloom.pipelines.ingest.sources.wrapped import find_wrapped
from tests.schemas.xapi.samples import MINIMAL

_MAX_BYTES = 10_000


def _table(texts: list[str], *, names: bool = True, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=delimiter)
    rows.writerows([["note", "statement"]] if names else [])
    rows.writerows([text, json.dumps(MINIMAL | {"x": text}, indent=1)] for text in texts)
    return out.getvalue().encode()


def _chunks(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


@given(
    st.lists(st.text(alphabet='a",;\n\r\té ', max_size=8), min_size=1, max_size=5),
    st.integers(1, 40),
    st.booleans(),
    st.sampled_from(",;\t"),
)
def test_every_cutting_gives_a_statement_a_row(
    texts: list[str], size: int, names: bool, delimiter: str
) -> None:
    """Line feeds and quotes within fields end no row, and the line with the names of columns is no record."""
    text = _table(texts, names=names, delimiter=delimiter)
    splitter = table_splitter(text, _MAX_BYTES)
    assert splitter is not None
    found = [
        find_wrapped(frame, None)
        for frame in splitter.frames(_chunks(text, size))
        if isinstance(frame, bytes)
    ]
    assert [json.loads(one.raw)["x"] if one else None for one in found] == texts


def test_row_is_as_it_was_written() -> None:
    """A row's bytes are those of the file."""
    text = _table(["a", "b"])
    splitter = table_splitter(text, _MAX_BYTES)
    assert splitter is not None
    rows = [frame for frame in splitter.frames(iter([text])) if isinstance(frame, bytes)]
    assert text == b"note,statement\r\n" + b"".join(row + b"\r\n" for row in rows)


def test_long_row_costs_only_itself() -> None:
    """A row above the limit is refused with its beginning; the next one is read."""
    text = _table(["a", "b" * _MAX_BYTES, "c"])
    splitter = table_splitter(text, _MAX_BYTES)
    assert splitter is not None
    first, second, third = splitter.frames(_chunks(text, 1_000))
    assert isinstance(second, TruncatedRecord)
    assert second.fault.rule == "record-too-big"
    assert isinstance(first, bytes)
    assert isinstance(third, bytes)
    assert (first[:1], third[:1]) == (b"a", b"c")


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"id,name\n1,verb\n", b"not json\n", json.dumps(MINIMAL).encode() + b"\n", b'["verb"]'],
)
def test_what_has_no_statement_in_its_rows_is_no_table(text: bytes) -> None:
    """JSON, and any other text, is cut as before."""
    assert table_splitter(text, _MAX_BYTES) is None
