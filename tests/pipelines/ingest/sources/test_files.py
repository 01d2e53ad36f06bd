"""Files of every kind deliver their records exactly, and what is wrong with one costs only itself."""

import gzip
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.files import STDIN, FileSource
from learnloom.pipelines.ingest.sources.identity import FileIdentity
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.schemas.record import Position
from tests.pipelines.ingest.samples import (
    FORMS,
    NOWHERE,
    after,
    answer_of,
    array_of,
    file_source,
    lines_of,
    statement,
    statements,
    values,
)
from tests.pipelines.ingest.source_contract import GrowingSourceContract, SourceContract


def _zstd_frames(data: bytes) -> bytes:
    return zstandard.compress(data[: len(data) // 2]) + zstandard.compress(data[len(data) // 2 :])


def _gzip_members(data: bytes) -> bytes:
    return gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]) + b"\0" * 512


class _FileContract(SourceContract):
    """The contract for files written by `form`."""

    form: Callable[[list[bytes]], bytes]

    def make(self, folder: Path, records: list[bytes], *, max_records: int, max_bytes: int) -> Source:
        path = folder / "statements"
        path.write_bytes(type(self).form(records))
        return FileSource([path], max_records=max_records, max_bytes=max_bytes, max_record_bytes=10_000)


class TestLines(_FileContract, GrowingSourceContract):
    """JSON lines."""

    form = staticmethod(lines_of)


class TestArray(_FileContract):
    """A JSON array."""

    form = staticmethod(array_of)


class TestAnswer(_FileContract):
    """The answer of an LRS."""

    form = staticmethod(answer_of)


class TestGzip(_FileContract, GrowingSourceContract):
    """Gzip of several members."""

    form = staticmethod(lambda records: _gzip_members(lines_of(records)))


class TestZstd(_FileContract):
    """Zstd of several frames around an array."""

    form = staticmethod(lambda records: _zstd_frames(array_of(records)))


PACKINGS: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    _gzip_members,
    zstandard.compress,
    _zstd_frames,
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", PACKINGS)
def test_content_tells_what_a_file_is(
    tmp_path: Path, form: Callable[[list[bytes]], bytes], pack: Callable[[bytes], bytes]
) -> None:
    """Whatever a file is called, form and compression are told from its bytes."""
    records = statements(range(25))
    path = tmp_path / "misleading.csv"
    path.write_bytes(pack(form(records)))
    source = file_source(path)
    assert values(source.batches(NOWHERE)) == records
    assert source.problems == []


@given(
    texts=st.lists(st.text(alphabet='a"\\[]{},:ä\n', max_size=12), max_size=12),
    chunk_bytes=st.integers(1, 40),
    is_lines=st.booleans(),
)
def test_cuts_of_the_stream_do_not_matter(texts: list[str], chunk_bytes: int, is_lines: bool) -> None:
    """However the bytes arrive and whatever the strings hold, the same records come out, byte for byte."""
    records = [statement(number, odd=text, deep=[{"a": [text]}]) for number, text in enumerate(texts)]

    class Trickle(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            return super().read1(chunk_bytes)

    data = lines_of(records) if is_lines else b" " + array_of(records)
    source = file_source(STDIN, stdin=Trickle(data))
    assert values(source.batches(NOWHERE)) == records


def test_chunk_borders_inside_escapes(tmp_path: Path) -> None:
    """Arrays larger than one chunk are cut right, with quotes and backslashes at every place."""
    records = [statement(n, odd="\\" * (n % 7) + '"' * (n % 3) + "x" * (n % 997)) for n in range(5_000)]
    path = tmp_path / "a.json"
    path.write_bytes(array_of(records))
    assert path.stat().st_size > 2 << 20
    assert values(file_source(path, max_records=500).batches(NOWHERE)) == records


def test_blank_lines_crlf_and_byte_order_mark(tmp_path: Path) -> None:
    """Blank lines count no record; a carriage return and a byte order mark belong to no record."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + statement(1) + b"\r\n\r\n  \n" + statement(2) + b"\r\n\n")
    batches = list(file_source(path).batches(NOWHERE))
    assert values(iter(batches)) == statements([1, 2])
    assert batches[-1].next_offset == 2


def test_a_file_of_nothing_but_white_space_has_no_records(tmp_path: Path) -> None:
    """Blank and empty files are read to their end without a record."""
    for number, text in enumerate([b"", b"\n\n  \n", b"\xef\xbb\xbf", b"[]", b'{"statements":[]}']):
        (tmp_path / f"{number}.json").write_bytes(text)
    source = file_source(tmp_path)
    assert values(source.batches(NOWHERE)) == []
    assert source.problems == []


def test_objects_over_several_lines(tmp_path: Path) -> None:
    """A statement that a person has laid out over lines is one record, and so is each that follows it."""
    first, second = b'{\n  "verb": "a",\n  "b": [1,\n 2]\n}', b'{\n  "verb": "b}"\n}'
    path = tmp_path / "a.json"
    path.write_bytes(first + b"\n" + second + b"\n")
    assert values(file_source(path).batches(NOWHERE)) == [first, second]


def test_folders_are_read_sorted_each_file_once(tmp_path: Path) -> None:
    """Below a folder all statement files are read by name; others, hidden ones and repetitions are not."""
    for number, name in enumerate(
        ["b/z.jsonl.gz", "a.json", "b/c.NDJSON", ".hidden.json", ".git/x.json", "notes.txt"]
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(lines_of(statements([number])))
    batches = list(file_source(tmp_path, tmp_path / "b", tmp_path / "a.json").batches(NOWHERE))
    names = [Path(batch.topic).relative_to(tmp_path.resolve()).as_posix() for batch in batches]
    assert names == ["a.json", "b/c.NDJSON", "b/z.jsonl.gz"]


def test_standard_input_starts_at_zero_each_time() -> None:
    """What a stream brings is counted from 0, whatever position is stored."""
    source = file_source(STDIN, stdin=io.BytesIO(lines_of(statements(range(3)))))
    (batch,) = source.batches({("stdin", 0): Position("stdin", 0, 100, None)})
    assert (batch.topic, batch.start_offset, batch.next_offset) == ("stdin", 0, 3)
    assert source.streams == {"stdin"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    """A pipe, as a shell makes for <(command), is read as it comes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = file_source(path)
    writer = threading.Thread(target=path.write_bytes, args=(lines_of(statements(range(3))),))
    writer.start()
    assert values(source.batches(NOWHERE)) == statements(range(3))
    writer.join()
    assert len(source.streams) == 1


def test_another_file_under_the_same_name_starts_anew(tmp_path: Path) -> None:
    """A position of other content is not followed."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines_of(statements(range(10))))
    (batch,) = file_source(path).batches(NOWHERE)
    path.write_bytes(lines_of(statements(range(50, 70))))
    assert values(file_source(path).batches(after(batch))) == statements(range(50, 70))


def test_a_half_written_last_line_is_read_again_once_it_is_whole(tmp_path: Path) -> None:
    """A line caught while it was being written is not passed over when the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines_of(statements(range(3))) + statement(3)[:20])
    (batch,) = file_source(path).batches(NOWHERE)
    assert batch.records[-1].value == statement(3)[:20]
    path.write_bytes(lines_of(statements(range(5))))
    (rest,) = file_source(path).batches(after(batch))
    assert [record.value for record in rest.records] == statements([3, 4])
    assert rest.start_offset == 3


def test_a_whole_last_line_without_its_end_is_not_read_twice(tmp_path: Path) -> None:
    """A last line that only lacked its line feed is not delivered again when the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines_of(statements(range(4))).rstrip())
    (batch,) = file_source(path).batches(NOWHERE)
    path.write_bytes(lines_of(statements(range(6))))
    assert values(file_source(path).batches(after(batch))) == statements([4, 5])


def test_an_unfinished_array_goes_on_once_it_is_whole(tmp_path: Path) -> None:
    """The element at which an array broke off is read when the array is complete."""
    path = tmp_path / "a.json"
    whole = array_of(statements(range(6)))
    path.write_bytes(whole[: whole.index(statement(4)) + len(statement(4))])
    (batch,) = file_source(path).batches(NOWHERE)
    assert batch.records[-1].fault is not None
    path.write_bytes(whole)
    assert values(file_source(path).batches(after(batch))) == statements([4, 5])


@given(st.binary(max_size=200), st.binary(max_size=50), st.none() | st.integers(-1, 1_000))
def test_identity_is_kept_by_growth_and_writing(head: bytes, more: bytes, open_bytes: int | None) -> None:
    """An identity reads back as written, and a file that has only grown is the same file."""
    identity = FileIdentity.of(head)._replace(open_bytes=open_bytes)
    assert FileIdentity.parse(str(identity)) == identity
    assert identity.matches(head + more)
    if head:
        assert not identity.matches(head[:-1])
        assert not identity.matches(head[:-1] + bytes([head[-1] ^ 1]) + more)


_ENVELOPES = [
    b'{"took": 1, "_shards": {"total": 1}, "hits": {"total": {"value": 3}, "hits": %b}}',
    b'{"meta": [{"name": "event", "type": "String"}], "data": %b, "rows": 3, "statistics": {"elapsed": 0.1}}',
    b'{\n  "edges": %b,\n  "pageInfo": {"hasNextPage": false}\n}\n',
    b'  {"results": %b, "next": null}\n{"next": null, "results": []}',
]


@pytest.mark.parametrize("envelope", _ENVELOPES)
def test_answers_of_stores_are_cut_into_their_records(tmp_path: Path, envelope: bytes) -> None:
    """An answer of a store to a search is read record by record, whatever stands around the array."""
    records = statements(range(3))
    (tmp_path / "a.json").write_bytes(envelope % array_of(records))
    assert values(file_source(tmp_path / "a.json").batches(NOWHERE)) == records


def test_csv_is_cut_into_rows_and_its_names_are_no_record(tmp_path: Path) -> None:
    """A row of CSV is a record with its bytes, also where the statement in it is written over several lines."""
    rows = [b'%d,"{""actor"": {},\n""verb"": {}, ""n"": %d}"' % (number, number) for number in range(3)]
    (tmp_path / "a.csv").write_bytes(b"id,statement\r\n" + b"\r\n".join(rows) + b"\r\n")
    assert values(file_source(tmp_path / "a.csv").batches(NOWHERE)) == rows


@pytest.mark.parametrize(
    "text", [_ENVELOPES[0] % array_of(statements(range(2))), b'id,s\n1,"{""actor"",""verb""}"\n']
)
def test_file_that_is_cut_in_another_way_than_before_is_read_from_its_beginning(
    tmp_path: Path, text: bytes
) -> None:
    """Where an earlier version took a file for lines, its records have other numbers now: none is passed over."""
    (tmp_path / "a").write_bytes(text)
    topic = str((tmp_path / "a").resolve())
    whole = values(file_source(tmp_path / "a").batches(NOWHERE))
    as_lines = {(topic, 0): Position(topic, 0, 1, str(FileIdentity.of(text)))}
    (batch,) = file_source(tmp_path / "a").batches(as_lines)
    assert [record.value for record in batch.records] == whole
    landed = {(topic, 0): Position(topic, 0, batch.next_offset, batch.head_digest)}
    assert list(file_source(tmp_path / "a").batches(landed)) == []
