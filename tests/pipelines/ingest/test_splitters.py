"""Splitters find the same records however the text is cut into chunks, and hold little of it."""

import json
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.arrays import (
    ENVELOPES,
    RESULT,
    ArraySplitter,
    ObjectSplitter,
    Scanner,
)
from learnloom.pipelines.ingest.sources.lines import Frame, LineSplitter, Splitter, TruncatedRecord
from tests.pipelines.ingest.samples import answer_of, array_of, lines_of

MAX_BYTES = 100_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},:ä\n', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(alphabet='"\\a', max_size=3), VALUES, max_size=3), max_size=6)


def _answers(max_bytes: int) -> Splitter:
    return ArraySplitter(max_bytes, RESULT)


def _search_answers(max_bytes: int) -> Splitter:
    return ArraySplitter(max_bytes, ENVELOPES[1])


def _search_answer(records: list[bytes]) -> bytes:
    head = b'{"took": 1, "_shards": {"total": [1], "of": {"n": 1}}, "hits": {"total": {"value": 1}, "hits": '
    return head + array_of(records) + b', "max": null}, "aggregations": {"a": {"n": "]"}}}'


def _data_answers(max_bytes: int) -> Splitter:
    return ArraySplitter(max_bytes, ENVELOPES[2])


def _data_answer(records: list[bytes]) -> bytes:
    head = b'{"meta": [{"name": "event", "type": "String"}], "data": '
    return head + array_of(records) + b', "rows": 5, "statistics": {"elapsed": 0.1}}'


def _several_arrays(records: list[bytes]) -> bytes:
    return array_of(records[:2]) + array_of(records[2:])


def _several_answers(records: list[bytes]) -> bytes:
    return answer_of(records[:2]) + b"\n" + answer_of(records[2:])


KINDS: list[tuple[Callable[[int], Splitter], Callable[[list[bytes]], bytes]]] = [
    (LineSplitter, lines_of),
    (ArraySplitter, array_of),
    (ArraySplitter, _several_arrays),
    (_answers, answer_of),
    (_answers, _several_answers),
    (_search_answers, _search_answer),
    (_data_answers, lambda records: _data_answer(records[:2]) + _data_answer(records[2:])),
    (ObjectSplitter, b"\n".join),
]


def _chunks(text: bytes, sizes: list[int]) -> Iterator[bytes]:
    start, turn = 0, 0
    while start < len(text):
        size = sizes[turn % len(sizes)]
        yield text[start : start + size]
        start, turn = start + size, turn + 1


@pytest.mark.slow
@given(objects=OBJECTS, sizes=st.lists(st.integers(1, 9), min_size=1, max_size=4))
@example(objects=[{"\\": '"'}, {'a"': "\\\\"}, {}], sizes=[1])
def test_every_cutting_gives_the_same_records(objects: list[object], sizes: list[int]) -> None:
    """Of every form, cut anywhere, inside strings and escapes too, the records come out byte for byte."""
    records = [json.dumps(item).encode() for item in objects]
    for number, (splitter, form) in enumerate(KINDS):
        made = splitter(MAX_BYTES)
        assert list(made.frames(_chunks(form(records), sizes))) == records, number


def _marks_byte_by_byte(text: bytes, depth: int) -> list[tuple[int, int, int]]:
    """What the scanner is to find: strings and escaped bytes count for nothing."""
    marks = []
    is_inside, is_escaped = False, False
    for at, byte in enumerate(text):
        if is_escaped or byte == ord("\\"):
            is_escaped = not is_escaped
        elif byte == ord('"'):
            is_inside = not is_inside
        elif not is_inside and byte in b"[]{},":
            before, depth = depth, depth + (byte in b"[{") - (byte in b"]}")
            if before <= 0 or depth <= 0 or depth == before == 1:
                marks.append((at, before, depth))
    return marks


@pytest.mark.slow
@given(
    start=st.sampled_from([b"", b"[", b"[[[[[[[[[[["]),
    text=st.text(alphabet='[]{},"\\a', max_size=60).map(str.encode),
    depth=st.integers(-2, 0),
    size=st.integers(1, 70),
)
def test_the_scanner_finds_what_a_byte_by_byte_reading_finds(
    start: bytes, text: bytes, depth: int, size: int
) -> None:
    """Whatever the text is, and wherever it is cut, the marks are those of the whole."""
    scanner, whole = Scanner(depth), start + text
    found = [
        (at + mark, before, after)
        for at in range(0, len(whole), size)
        for mark, before, after in scanner.marks(whole[at : at + size])
    ]
    assert found == _marks_byte_by_byte(whole, depth)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("splitter", "start"), [(LineSplitter, b""), (ArraySplitter, b"["), (ObjectSplitter, b"{")]
)
def test_a_record_without_end_is_not_held(splitter: Callable[[int], Splitter], start: bytes) -> None:
    """Of a record that goes on for ever only a bounded part is in memory, and one refused frame comes out."""
    chunk = b"x" * (1 << 20)

    def endless() -> Iterator[bytes]:
        yield start
        for _ in range(100):
            yield bytes(chunk)

    tracemalloc.start()
    frames: list[Frame] = list(splitter(MAX_BYTES).frames(endless()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(frame) for frame in frames] == [TruncatedRecord]
    assert peak < 30 << 20
