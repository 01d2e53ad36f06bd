"""Files, folders and standard input as a source: JSON lines, JSON arrays, answers of stores, CSV; compressed or not.

A file is a topic with one partition; an offset is a record's number. Its content tells what a file holds.
"""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from learnloom.pipelines.ingest.sources.arrays import ENVELOPES, ArraySplitter, Envelope, ObjectSplitter
from learnloom.pipelines.ingest.sources.decode import Readable, decoded
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.sources.folders import ENDINGS, statement_files
from learnloom.pipelines.ingest.sources.identity import HEAD_BYTES, FileIdentity
from learnloom.pipelines.ingest.sources.lines import UNFINISHED, Frame, LineSplitter, Splitter
from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.ingest.sources.table import table_splitter
from learnloom.schemas.record import Batch, Position, Record

STDIN = Path("-")
STDIN_TOPIC = "stdin"
_BOM = b"\xef\xbb\xbf"


class _Input(NamedTuple):
    """One file or stream to read."""

    path: Path
    topic: str
    is_stream: bool


class FileSource:
    """Reads files, folders (their statement files, sorted, at any depth) and standard input ("-")."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        max_records: int,
        max_bytes: int,
        max_record_bytes: int,
        stdin: BinaryIO | None = None,
        passed_over: Collection[Path] = (),
    ) -> None:
        """Take the paths as a user gave them; nothing is opened yet.

        Args:
            paths: files and folders; `-` stands for `stdin`.
            max_records: records in a batch, at the most.
            max_bytes: bytes of records in a batch, unless a single record is larger.
            max_record_bytes: a larger record is refused, and only its beginning kept.
            stdin: where `-` is read from.
            passed_over: folders within those of `paths` whose files are none of statements.
        """
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._max_record_bytes = max_record_bytes
        self._stdin = stdin
        self._passed_over = frozenset(passed_over)
        self._absent: list[Problem] = []
        self._inputs = self._find(paths)
        self._ends: dict[str, int] = {}
        self._has_read_streams = False
        self.problems: list[Problem] = []
        self.streams = frozenset(item.topic for item in self._inputs if item.is_stream)

    @property
    def has_inputs(self) -> bool:
        """Whether anything that was named exists."""
        return bool(self._inputs)

    @property
    def absent(self) -> list[Problem]:
        """What was named and is not there, or cannot be read."""
        return list(self._absent)

    @property
    def total_bytes(self) -> int | None:
        """Size of all files on disk, for a progress bar; None where a stream is among them."""
        if self.streams:
            return None
        return sum(item.path.stat().st_size for item in self._inputs if item.path.exists())

    def batches(self, positions: Positions) -> Iterator[Batch]:
        """Yield the records after `positions`, file after file; what cannot be read goes to `problems`."""
        self.problems = self.absent
        for item in self._inputs:
            position = positions.get((item.topic, 0), Position(item.topic, 0))
            if item.is_stream:
                if self._has_read_streams:
                    continue
                position = Position(item.topic, 0)
            elif self._ends.get(item.topic) == position.next_offset:
                continue
            reading = _FilePass(item.topic, position, self._max_records, self._max_bytes)
            try:
                with ExitStack() as stack:
                    stream = self._open(item, stack)
                    yield from reading.batches(stream, self._max_record_bytes)
            except InputError as error:
                yield from reading.flush(None)
                self.problems.append(Problem(str(item.path), _how_far(str(error), reading)))
            except OSError as error:
                yield from reading.flush(None)
                reason = error.strerror or str(error)
                self.problems.append(
                    Problem(str(item.path), _how_far(f"it cannot be read: {reason}", reading))
                )
            else:
                self._ends[item.topic] = reading.next_offset
        self._has_read_streams = True

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Take no note: a file keeps no record of its readers."""

    def lag(self) -> None:
        """Nothing is known: how many records a file holds is seen at its end."""

    def _open(self, item: _Input, stack: ExitStack) -> Readable:
        if item.topic == STDIN_TOPIC:
            if self._stdin is None:
                raise InputError("standard input is not available here: give a file")
            return self._stdin
        return stack.enter_context(item.path.open("rb"))

    def _find(self, paths: Sequence[Path]) -> list[_Input]:
        """List what is to be read, each file once; what is absent or cannot be read becomes a problem."""
        found: dict[str, _Input] = {}
        for path in paths:
            if path == STDIN:
                found.setdefault(STDIN_TOPIC, _Input(path, STDIN_TOPIC, is_stream=True))
                continue
            for file, mode in self._files(path):
                topic = os.fsencode(file.resolve()).decode(errors="backslashreplace")
                found.setdefault(topic, _Input(file, topic, not stat.S_ISREG(mode)))
        return list(found.values())

    def _files(self, path: Path) -> list[tuple[Path, int]]:
        """The file of that name, or those of the folder, each with its mode."""
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            self._absent.append(Problem(str(path), "there is no such file or folder: check the path"))
            return []
        except OSError as error:
            self._note_unreadable(error)
            return []
        if not stat.S_ISDIR(mode):
            return [(path, mode)]
        n_problems = len(self._absent)
        files = list(statement_files(path, self._passed_over, self._note_unreadable))
        if (
            not files
            and len(self._absent) == n_problems
            and not any(each.is_dir() for each in self._passed_over)
        ):
            endings = ", ".join(ENDINGS)
            message = f"the folder has no statement files ({endings}, also with .gz or .zst)"
            self._absent.append(Problem(str(path), message))
        return sorted(files)

    def _note_unreadable(self, error: OSError) -> None:
        self._absent.append(Problem(str(error.filename), f"it cannot be read: {error.strerror}"))


class _FilePass:
    """One pass over one file from a position: cuts frames into batches and knows how far it came."""

    def __init__(self, topic: str, position: Position, max_records: int, max_bytes: int) -> None:
        self._topic = topic
        self._position = position
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._identity = FileIdentity.of(b"")
        self._records: list[Record] = []
        self._size = 0
        self.next_offset = 0

    def batches(self, stream: Readable, max_record_bytes: int) -> Iterator[Batch]:
        """Yield the batches of `stream`, the last one with what the next reading has to know."""
        head, chunks = _with_head(decoded(stream))
        splitter = splitter_of(head, max_record_bytes)
        self._identity = FileIdentity.of(head, splitter.form)
        for frame in self._unread(splitter.frames(chunks), head, splitter.form):
            value, fault = (frame, None) if isinstance(frame, bytes) else frame
            size = len(value)
            if self._records and (
                len(self._records) >= self._max_records or self._size + size > self._max_bytes
            ):
                yield from self.flush(None)
            self._records.append(Record(self.next_offset, 0, value, fault))
            self._size += size
            self.next_offset += 1
        yield from self.flush(splitter.open_bytes)

    def flush(self, open_bytes: int | None) -> Iterator[Batch]:
        """Yield what is in hand as a batch, if anything is."""
        if not self._records:
            return
        records, self._records, self._size = self._records, [], 0
        identity = self._identity._replace(open_bytes=open_bytes)
        start = records[0].offset
        yield Batch(self._topic, 0, start, records[-1].offset + 1, records, str(identity))

    def _unread(self, frames: Iterator[Frame], head: bytes, form: str) -> Iterator[Frame]:
        """Pass over the frames that have landed, if this is the file of which they were."""
        known = FileIdentity.parse(self._position.head_digest)
        landed = self._position.next_offset if known is not None and known.matches(head, form) else 0
        open_bytes = known.open_bytes if known is not None else None
        for frame in frames:
            if self.next_offset < landed and not (
                open_bytes is not None and self.next_offset == landed - 1 and _has_gone_on(frame, open_bytes)
            ):
                self.next_offset += 1
                continue
            yield frame


def _has_gone_on(frame: Frame, open_bytes: int) -> bool:
    """Tell whether a record that had no end when it was read has become another since."""
    if open_bytes == UNFINISHED:
        return isinstance(frame, bytes)
    return len(frame if isinstance(frame, bytes) else frame.kept) != open_bytes


def _with_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Give the first 64 KiB and an iterator over everything, both without a byte order mark."""
    held = bytearray()
    failure: Exception | None = None
    try:
        for chunk in chunks:
            held += chunk
            if len(held) >= HEAD_BYTES:
                break
    except (InputError, OSError) as error:
        failure = error  # what came before it is read first
    if failure is not None and not held:
        raise failure
    text = bytes(held).removeprefix(_BOM)

    def everything() -> Iterator[bytes]:
        yield text
        if failure is not None:
            raise failure
        yield from chunks

    return text[:HEAD_BYTES], everything()


def splitter_of(head: bytes, max_bytes: int) -> Splitter:
    """Choose how to cut the text by how it begins."""
    start = head.lstrip()
    if start.startswith(b"["):
        return ArraySplitter(max_bytes)
    for envelope in ENVELOPES:
        if envelope.start.match(start) and _goes_on(start, envelope):
            return ArraySplitter(max_bytes, envelope)
    if start.startswith(b"{") and not start.partition(b"\n")[0].strip(b" \t\r{"):
        return ObjectSplitter(max_bytes)
    return table_splitter(head, max_bytes) or LineSplitter(max_bytes)


def _goes_on(start: bytes, envelope: Envelope) -> bool:
    """Whether no line follows that begins otherwise: answers follow answers, and other records are lines."""
    following = start.partition(b"}\n")[2].lstrip()
    return not following.startswith(b"{") or envelope.start.match(following) is not None


def _how_far(what: str, reading: _FilePass) -> str:
    return f"{what} ({reading.next_offset} records were read before that)"
