"""Files of a format keep the contract of every source, and what is wrong with one costs only itself."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import pytest

from learnloom.pipelines.convert import registry
from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.files import ConvertedFiles
from learnloom.pipelines.convert.format import Converted, ConvertError, Options, OptionsError, SourceRecord
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.convert.text import line_records
from learnloom.pipelines.convert.topics import ConvertedTopics
from learnloom.pipelines.ingest.sources.files import STDIN, FileSource
from learnloom.pipelines.ingest.sources.source import Positions
from learnloom.schemas.record import Batch, Position, Record
from tests.pipelines.ingest.samples import lines_of, statements, values


class LineFormat:
    """A school's own: each line is the text of a statement, or tells what becomes of it."""

    name: ClassVar[str] = "lines"
    summary: ClassVar[str] = "A line for each."

    def __init__(self, options: Options) -> None:
        """Take nothing from the options but the limit."""
        self._max_bytes = options.max_record_bytes

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Cut lines."""
        for record in line_records(given, self._max_bytes):
            if record.raw == b"stop":
                raise KeyError("stop")
            yield record

    def convert(self, record: SourceRecord) -> Converted:
        """Do what the line says."""
        word = record.raw.decode()
        if word == "refuse":
            raise ConvertError("convert-word", "it says refuse: say something else.", value=word)
        if word == "fail":
            raise ZeroDivisionError("by nothing")
        if word == "ignore":
            return Converted((), "word", word, "says nothing")
        return Converted([{"verb": "did", "word": word}] * word.count("x"), "word", word)


@pytest.fixture(autouse=True)
def own_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package brings a format by its entry point."""

    class Entry:
        name = "lines"
        value = f"{__name__}:LineFormat"

        def load(self) -> Any:
            return LineFormat

    class Entries(list[Any]):
        names: ClassVar[set[str]] = {"lines"}

    monkeypatch.setattr(registry, "entry_points", lambda **_: Entries([Entry()]))


def _files(*paths: Path, max_records: int = 3, **more: Any) -> ConvertedFiles:
    converter = Converter("lines", Options(max_record_bytes=100))
    return ConvertedFiles(converter, paths, max_records=max_records, max_bytes=10_000, **more)


def _written(path: Path, *words: str) -> Path:
    path.write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    return path


def test_batches_are_consecutive_and_pass_over_what_is_ignored(tmp_path: Path) -> None:
    """Every record is between two positions, whether it gives none, one or several statements."""
    path = _written(tmp_path / "a", "x", "ignore", "xx", "ignore", "ignore", "x", "refuse", "ignore")
    batches = list(_files(path).batches({}))
    assert [(batch.start_offset, batch.next_offset, len(batch.records)) for batch in batches] == [
        (0, 3, 3),
        (3, 8, 2),
    ]
    assert [(record.offset, record.element) for batch in batches for record in batch.records] == [
        (0, 0),
        (2, 0),
        (2, 1),
        (5, 0),
        (6, 0),
    ]


def test_it_goes_on_from_every_position(tmp_path: Path) -> None:
    """From the position after any batch it delivers exactly what comes after that batch."""
    path = _written(tmp_path / "a", *(["x", "ignore", "xx"] * 5))
    batches = list(_files(path).batches({}))
    everything = values(iter(batches))
    for done in batches:
        position = Position(done.topic, 0, done.next_offset, done.head_digest)
        landed = [record for batch in batches for record in batch.records if record.offset < done.next_offset]
        rest = values(_files(path).batches({(done.topic, 0): position}))
        assert [record.value for record in landed] + rest == everything


def test_what_has_changed_is_read_anew(tmp_path: Path) -> None:
    """A file that grew or was changed, and one that other options convert, are read from their beginning."""
    path = _written(tmp_path / "a", "x", "xx")
    (done,) = _files(path).batches({})
    positions = {(done.topic, 0): Position(done.topic, 0, done.next_offset, done.head_digest)}
    assert list(_files(path).batches(positions)) == []
    assert len(values(_files(path, is_again=True).batches(positions))) == 3
    other = ConvertedFiles(
        Converter("lines", Options(max_record_bytes=100, course="https://x.example")),
        [path],
        max_records=3,
        max_bytes=10_000,
    )
    assert len(values(other.batches(positions))) == 3
    _written(path, "x", "xx", "x")
    assert len(values(_files(path).batches(positions))) == 4


def test_the_receipt_tells_what_became_of_every_record(tmp_path: Path) -> None:
    """Records are counted by kind once they have landed; of each rule there is an example."""
    path = _written(tmp_path / "a", "x", "ignore", "refuse", "fail", "xx", "y" * 200)
    files = _files(path)
    for batch in files.batches({}):
        files.acknowledge([Position(batch.topic, 0, batch.next_offset)])
    assert files.receipt.as_dict() == {
        "read": 6,
        "statements": 3,
        "converted": {"word": 2},
        "ignored": [{"kind": "word", "reason": "says nothing", "records": 1}],
        "refused": [
            {"rule": "convert-word", "records": 1, "example": "line 3: it says refuse: say something else."},
            {
                "rule": "convert-failed",
                "records": 1,
                "example": "line 4: The format lines raised ZeroDivisionError: by nothing. Tell whoever maintains it.",
            },
            {
                "rule": "convert-too-big",
                "records": 1,
                "example": "line 6: The record has 200 bytes, more than the 100 allowed: split it, or raise "
                "LEARNLOOM_MAX_STATEMENT_BYTES.",
            },
        ],
    }


def test_what_was_not_landed_is_not_counted(tmp_path: Path) -> None:
    """Batches that are read again after a conflict are counted once."""
    files = _files(_written(tmp_path / "a", "x", "x", "x", "x"))
    first = next(files.batches({}))
    again = list(files.batches({}))
    assert again[0] == first
    files.acknowledge([Position(batch.topic, 0, batch.next_offset) for batch in again])
    assert files.receipt.read == 4


def test_a_file_that_cannot_be_read_on_costs_only_its_rest(tmp_path: Path) -> None:
    """What came before lands, the next file is read, and the problem is told."""
    broken, whole = _written(tmp_path / "a", "x", "stop", "x"), _written(tmp_path / "b", "x")
    cut = tmp_path / "c.gz"
    cut.write_bytes(gzip.compress(b"x\n" * 5_000)[:-9])
    files = _files(broken, whole, cut, tmp_path / "absent", max_records=10_000)
    assert len(values(files.batches({}))) > 1
    told = {Path(problem.name).name: problem.message for problem in files.problems}
    assert set(told) == {"absent", "a", "c.gz"}
    assert "the format lines failed at it: KeyError" in told["a"]
    assert "cut off" in told["c.gz"]


def test_folders_are_read_but_for_hidden_and_unfinished_files(tmp_path: Path) -> None:
    """What is still being written is left for later."""
    for name in ("a", "b.part", ".c", "d/e", ".f/g"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        _written(tmp_path / name, "x")
    assert len(values(_files(tmp_path).batches({}))) == 2
    (tmp_path / "empty").mkdir()
    files = _files(tmp_path / "empty")
    assert list(files.batches({})) == []
    assert files.absent[0].message == "the folder has no files"


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    """A stream has no digest, and a second reading gives nothing."""
    files = _files(STDIN, stdin=io.BytesIO(b"x\nxx\n"))
    assert len(values(files.batches({}))) == 3
    assert values(files.batches({})) == []
    assert files.streams == {"stdin"}


def test_messages_of_a_topic_are_converted(tmp_path: Path) -> None:
    """A message may hold several records; what is not of the format is refused with its bytes; other topics pass."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines_of([b"xx", b"ignore", b"refuse", b"stop"]))
    plain = tmp_path / "b.jsonl"
    plain.write_bytes(lines_of(statements(range(2))))
    receipt = Receipt()
    source = FileSource([path, plain], max_records=10, max_bytes=10_000, max_record_bytes=1_000)
    converting = ConvertedTopics(source, {str(path): Converter("lines", Options())}, receipt)
    first, second = (batch for batch in converting.batches({}) if batch is not None)
    assert [(record.offset, record.element) for record in first.records] == [(0, 0), (0, 1), (2, 0), (3, 0)]
    assert [record.fault.rule for record in first.records if record.fault] == [
        "convert-word",
        "convert-unreadable",
    ]
    assert first.next_offset == 4
    assert [record.value for record in second.records] == statements(range(2))
    assert receipt.read == 4


def test_elements_of_one_message_are_numbered_through() -> None:
    """A message that is an array gives each of its statements a place of its own."""

    class Source(FileSource):
        def batches(self, _: Positions) -> Iterator[Batch]:
            yield Batch(
                "t",
                0,
                5,
                7,
                [Record(5, 0, b"xx"), Record(5, 1, b"x"), Record(6, 0, b"x")],
            )

    source = Source([], max_records=10, max_bytes=10_000, max_record_bytes=1_000)
    (batch,) = ConvertedTopics(source, {"t": Converter("lines", Options())}, Receipt()).batches({})
    assert batch is not None
    assert [(record.offset, record.element) for record in batch.records] == [(5, 0), (5, 1), (5, 2), (6, 0)]


def test_a_school_s_own_format_is_found_and_one_that_is_none_is_named() -> None:
    """Entry points are looked up by name; an error names all formats there are."""
    assert registry.find_format("lines") is LineFormat
    assert "lines" in registry.format_names()
    with pytest.raises(OptionsError, match=r"there is no format 'nothing': there are .*lines"):
        registry.find_format("nothing")


@pytest.mark.parametrize("name", registry._BUILT_IN)  # noqa: SLF001 - each of them has to be there
def test_every_format_of_the_package_is_what_it_says(name: str) -> None:
    """The name in the registry is the format's own."""
    found = registry.find_format(name)
    assert getattr(found, "name", None) == name
    assert found.summary.endswith(".")
