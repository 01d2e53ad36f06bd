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

from pipelines.ingest.files import STDIN, FileSource
from pipelines.ingest.identity import Identity
from pipelines.ingest.source import Source
from schemas.record import Batch, Position
from tests.pipelines.ingest.samples import NOWHERE, file_source, statement, statements, values
from tests.pipelines.ingest.source_contract import SourceContract


def _lines(records: list[bytes]) -> bytes:
    return b"".join(record + b"\n" for record in records)


def _array(records: list[bytes]) -> bytes:
    return b"[" + b",\n ".join(records) + b"]\n"


def _answer(records: list[bytes]) -> bytes:
    return b'{"more": "/xapi/more?a=[1]", "statements": [' + b",".join(records) + b"]}"


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


class TestLines(_FileContract):
    """JSON lines."""

    form = staticmethod(_lines)


class TestArray(_FileContract):
    """A JSON array."""

    form = staticmethod(_array)
    can_grow = False


class TestAnswer(_FileContract):
    """The answer of an LRS."""

    form = staticmethod(_answer)
    can_grow = False


class TestGzip(_FileContract):
    """Gzip of several members."""

    form = staticmethod(lambda records: _gzip_members(_lines(records)))


class TestZstd(_FileContract):
    """Zstd of several frames around an array."""

    form = staticmethod(lambda records: _zstd_frames(_array(records)))
    can_grow = False


FORMS = [_lines, _array, _answer]
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
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(chunk_bytes)

    data = _lines(records) if is_lines else b" " + _array(records)
    source = file_source(STDIN, stdin=Trickle(data))
    assert values(source.batches(NOWHERE)) == records


def test_chunk_borders_inside_escapes(tmp_path: Path) -> None:
    """Arrays larger than one chunk are cut right, with quotes and backslashes at every place."""
    records = [statement(n, odd="\\" * (n % 7) + '"' * (n % 3) + "x" * (n % 997)) for n in range(5_000)]
    path = tmp_path / "a.json"
    path.write_bytes(_array(records))
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


def test_a_malformed_element_costs_only_itself(tmp_path: Path) -> None:
    """In an array, what is no JSON but balances is one record, and its neighbours are whole."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b",".join([statement(1), b"{oops: [}]", b"", statement(2)]) + b",]")
    assert values(file_source(path).batches(NOWHERE)) == [statement(1), b"{oops: [}]", b"", statement(2), b""]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (b"[" + statement(1) + b',{"verb": "x', 1),
        (b"[" + statement(1) + b",", 1),
        (b"[" + statement(1) + b"] and more [" + statement(2) + b"]", 1),
        (b"[" + statement(1) + b', {"a": ]}, ' + statement(2) + b"]", 2),
        (b'{"statements": [' + statement(1) + b'], "more": {}}', 1),
    ],
)
def test_what_cannot_be_delimited_is_one_refused_record(tmp_path: Path, text: bytes, whole: int) -> None:
    """Where records' bounds cannot be told, the rest is one record with the fault `undelimited`."""
    path = tmp_path / "a.json"
    path.write_bytes(text)
    records = [record for batch in file_source(path).batches(NOWHERE) for record in batch.records]
    assert [record.fault.rule if record.fault else None for record in records] == [None] * whole + [
        "undelimited"
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_record_above_the_limit_is_refused_and_cut(
    tmp_path: Path, form: Callable[[list[bytes]], bytes]
) -> None:
    """A record larger than allowed is refused with its size; what follows it is read; only its head is kept."""
    large = statement(2, text="x" * 3_000_000)
    path = tmp_path / "a"
    path.write_bytes(form([statement(1), large, statement(3)]))
    records = [record for batch in file_source(path).batches(NOWHERE) for record in batch.records]
    assert [record.value for record in records if record.fault is None] == statements([1, 3])
    refused = records[1]
    assert refused.fault is not None
    assert refused.fault.rule == "record-too-big"
    assert refused.value == large[:65_536]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("form", [_lines, _array])
def test_truncated_compression_gives_what_could_be_read(
    tmp_path: Path, pack: Callable[[bytes], bytes], form: Callable[[list[bytes]], bytes]
) -> None:
    """Of a file that was cut off whole records are read, a half one is not, and the problem names the file."""
    records = [statement(number, noise=os.urandom(300).hex()) for number in range(2_000)]
    path = tmp_path / "cut.gz"
    packed = pack(form(records))
    path.write_bytes(packed[: len(packed) * 3 // 4])
    source = file_source(path)
    found = values(source.batches(NOWHERE))
    assert 100 < len(found) < 2_000
    assert found == records[: len(found)]
    (problem,) = source.problems
    assert problem.name == str(path)
    assert "ends early" in problem.message
    assert f"{len(found)} records were read" in problem.message


def test_after_a_truncated_file_was_fetched_again_the_rest_follows(tmp_path: Path) -> None:
    """Once the whole file is there, reading goes on after what was read of the half."""
    records = [statement(number, noise=os.urandom(300).hex()) for number in range(2_000)]
    path = tmp_path / "cut.gz"
    packed = gzip.compress(_lines(records))
    path.write_bytes(packed[: len(packed) // 2])
    batches = list(file_source(path).batches(NOWHERE))
    path.write_bytes(packed)
    rest = file_source(path).batches(_after(batches[-1]))
    assert values(iter(batches)) + values(rest) == records


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 and so on", "ZIP archive"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00rubbish that is no gzip", "damaged"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "zstd"),
    ],
)
def test_what_is_no_text_is_a_problem_and_the_others_go_on(tmp_path: Path, content: bytes, told: str) -> None:
    """A file that cannot be read is told with a reason; files after it are read."""
    (tmp_path / "a.json").write_bytes(content)
    (tmp_path / "b.json").write_bytes(_lines(statements([1])))
    source = file_source(tmp_path)
    assert values(source.batches(NOWHERE)) == statements([1])
    (problem,) = source.problems
    assert told in problem.message


def test_absent_paths_and_empty_folders_are_problems(tmp_path: Path) -> None:
    """What is not there is told, and the rest is read."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "b.json").write_bytes(_lines(statements([1])))
    source = file_source(tmp_path / "nothing", tmp_path / "empty", tmp_path / "b.json")
    assert values(source.batches(NOWHERE)) == statements([1])
    assert [problem.name for problem in source.problems] == [
        str(tmp_path / "nothing"),
        str(tmp_path / "empty"),
    ]


def test_folders_are_read_sorted_each_file_once(tmp_path: Path) -> None:
    """Below a folder all statement files are read by name; others, hidden ones and repetitions are not."""
    for number, name in enumerate(
        ["b/z.jsonl.gz", "a.json", "b/c.NDJSON", ".hidden.json", ".git/x.json", "notes.txt"]
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_lines(statements([number])))
    batches = list(file_source(tmp_path, tmp_path / "b", tmp_path / "a.json").batches(NOWHERE))
    names = [Path(batch.topic).relative_to(tmp_path.resolve()).as_posix() for batch in batches]
    assert names == ["a.json", "b/c.NDJSON", "b/z.jsonl.gz"]


def test_standard_input_starts_at_zero_each_time() -> None:
    """What a stream brings is counted from 0, whatever position is stored."""
    source = file_source(STDIN, stdin=io.BytesIO(_lines(statements(range(3)))))
    (batch,) = source.batches({("stdin", 0): Position("stdin", 0, 100, None)})
    assert (batch.topic, batch.start_offset, batch.next_offset) == ("stdin", 0, 3)
    assert source.streams == {"stdin"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    """A pipe, as a shell makes for <(command), is read as it comes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = file_source(path)
    writer = threading.Thread(target=path.write_bytes, args=(_lines(statements(range(3))),))
    writer.start()
    assert values(source.batches(NOWHERE)) == statements(range(3))
    writer.join()
    assert len(source.streams) == 1


def _after(batch: Batch) -> dict[tuple[str, int], Position]:
    return {(batch.topic, 0): Position(batch.topic, 0, batch.next_offset, batch.head_digest)}


def test_another_file_under_the_same_name_starts_anew(tmp_path: Path) -> None:
    """A position of other content is not followed."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(statements(range(10))))
    (batch,) = file_source(path).batches(NOWHERE)
    path.write_bytes(_lines(statements(range(50, 70))))
    assert values(file_source(path).batches(_after(batch))) == statements(range(50, 70))


def test_a_half_written_last_line_is_read_again_once_it_is_whole(tmp_path: Path) -> None:
    """A line caught while it was being written is not passed over when the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(statements(range(3))) + statement(3)[:20])
    (batch,) = file_source(path).batches(NOWHERE)
    assert batch.records[-1].value == statement(3)[:20]
    path.write_bytes(_lines(statements(range(5))))
    (rest,) = file_source(path).batches(_after(batch))
    assert [record.value for record in rest.records] == statements([3, 4])
    assert rest.start_offset == 3


def test_a_whole_last_line_without_its_end_is_not_read_twice(tmp_path: Path) -> None:
    """A last line that only lacked its line feed is not delivered again when the file has grown."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(statements(range(4))).rstrip())
    (batch,) = file_source(path).batches(NOWHERE)
    path.write_bytes(_lines(statements(range(6))))
    assert values(file_source(path).batches(_after(batch))) == statements([4, 5])


def test_an_unfinished_array_goes_on_once_it_is_whole(tmp_path: Path) -> None:
    """The element at which an array broke off is read when the array is complete."""
    path = tmp_path / "a.json"
    whole = _array(statements(range(6)))
    path.write_bytes(whole[: whole.index(statement(4)) + len(statement(4))])
    (batch,) = file_source(path).batches(NOWHERE)
    assert batch.records[-1].fault is not None
    path.write_bytes(whole)
    assert values(file_source(path).batches(_after(batch))) == statements([4, 5])


@given(st.binary(max_size=200), st.binary(max_size=50), st.none() | st.integers(-1, 1_000))
def test_identity_is_kept_by_growth_and_writing(head: bytes, more: bytes, open_bytes: int | None) -> None:
    """An identity reads back as written, and a file that has only grown is the same file."""
    identity = Identity.of(head)._replace(open_bytes=open_bytes)
    assert Identity.parse(str(identity)) == identity
    assert identity.matches(head + more)
    if head:
        assert not identity.matches(head[:-1])
        assert not identity.matches(head[:-1] + bytes([head[-1] ^ 1]) + more)
