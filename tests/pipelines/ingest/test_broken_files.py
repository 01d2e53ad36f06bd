"""What is wrong with a file or a record costs only itself, and is told."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.pipelines.ingest.samples import (
    FORMS,
    NOWHERE,
    after,
    array_of,
    file_source,
    lines_of,
    statement,
    statements,
    values,
)


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
        (b'{"statements": [' + statement(1) + b"], more: {}}", 1),
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
    """A record larger than allowed is refused and only its head is kept; what follows it is read."""
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
@pytest.mark.parametrize("form", [lines_of, array_of])
def test_truncated_compression_gives_what_could_be_read(
    tmp_path: Path, pack: Callable[[bytes], bytes], form: Callable[[list[bytes]], bytes]
) -> None:
    """Of a file that was cut off the whole records are read, and the problem names the file."""
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
    packed = gzip.compress(lines_of(records))
    path.write_bytes(packed[: len(packed) // 2])
    batches = list(file_source(path).batches(NOWHERE))
    path.write_bytes(packed)
    rest = file_source(path).batches(after(batches[-1]))
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
    (tmp_path / "b.json").write_bytes(lines_of(statements([1])))
    source = file_source(tmp_path)
    assert values(source.batches(NOWHERE)) == statements([1])
    (problem,) = source.problems
    assert told in problem.message


def test_absent_paths_and_empty_folders_are_problems(tmp_path: Path) -> None:
    """What is not there is told, and the rest is read."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "b.json").write_bytes(lines_of(statements([1])))
    source = file_source(tmp_path / "nothing", tmp_path / "empty", tmp_path / "b.json")
    assert values(source.batches(NOWHERE)) == statements([1])
    assert [problem.name for problem in source.problems] == [
        str(tmp_path / "nothing"),
        str(tmp_path / "empty"),
    ]
