"""Splitters find the same records however the text is cut into chunks, and hold little of it."""

import json
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.arrays import ENVELOPES, RESULT, ArraySplitter, ObjectSplitter
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
