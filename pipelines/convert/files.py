"""Files of a format as a source of statements, for the landing.

A file is a topic with one partition; an offset is the number of a record, an element that of a statement made of it.
A file is known again by a digest of all that it holds, and by format and options: whatever has changed is read anew
from its beginning, and what is equal to what has landed is a duplicate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.inputs import Input, content_digest, find_inputs
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.schemas.record import Batch, Position, Record

_END: Final = ":end"
"""Follows the digest once the whole file has landed."""


class ConvertedFiles:
    """Reads files of one format and converts them."""

    def __init__(
        self,
        converter: Converter,
        paths: Sequence[Path],
        *,
        max_records: int,
        max_bytes: int,
        stdin: BinaryIO | None = None,
        is_again: bool = False,
    ) -> None:
        """Take the paths as a user gave them; nothing is opened yet.

        Args:
            converter: the format at work.
            paths: files and folders; `-` stands for `stdin`.
            max_records: statements in a batch, at the most, unless one record gives more.
            max_bytes: bytes of statements in a batch, likewise.
            stdin: where `-` is read from.
            is_again: read files that were read before, too: what lands last stands.
        """
        self._converter = converter
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._stdin = stdin
        self._is_again = is_again
        self._inputs, self._absent = find_inputs(paths, converter.format)
        self._done: dict[str, int] = {}
        self._begun: set[str] = set()
        self._counted: list[tuple[str, int, Receipt]] = []
        self.receipt = Receipt()
        """Of what has landed."""
        self.problems: list[Problem] = []
        self.streams = frozenset(item.topic for item in self._inputs if item.is_stream)

    @property
    def has_inputs(self) -> bool:
        """Whether anything that was named exists."""
        return bool(self._inputs)

    @property
    def absent(self) -> list[Problem]:
        """What was named and is not there."""
        return list(self._absent)

    def batches(self, positions: Positions) -> Iterator[Batch]:
        """Yield what comes after `positions`, file after file; what cannot be read goes to `problems`."""
        self.problems = self.absent
        self._counted.clear()
        for item in self._inputs:
            position = positions.get((item.topic, 0), Position(item.topic, 0))
            if item.is_stream and item.topic in self._begun:
                continue
            if self._done.get(item.topic) == position.next_offset:
                continue
            try:
                yield from self._batches_of(item, position)
            except (InputError, OSError) as error:
                reason = (
                    str(error)
                    if isinstance(error, InputError)
                    else f"it cannot be read: {error.strerror or error}"
                )
                self.problems.append(Problem(str(item.path), reason))

    def _batches_of(self, item: Input, position: Position) -> Iterator[Batch]:
        digest = "" if item.is_stream else content_digest(item.path, self._converter.format)
        identity = f"{self._converter.digest}:{digest}"
        is_known = not item.is_stream and (not self._is_again or item.topic in self._begun)
        self._begun.add(item.topic)
        if is_known and position.head_digest == identity + _END:
            self._done[item.topic] = position.next_offset
            return
        start = position.next_offset if is_known and position.head_digest == identity else 0
        batch = _Growing(item.topic, start)
        try:
            for number, record in enumerate(self._converter.read(self._given(item))):
                if number < start:
                    continue
                if len(batch.records) >= self._max_records or batch.size >= self._max_bytes:
                    yield self._taken(batch, identity)
                    batch = _Growing(item.topic, number)
                batch.add(self._converter.convert(record, batch.receipt, offset=number))
        except (InputError, OSError):
            if batch.next_offset > batch.start:
                yield self._taken(batch, identity)
            raise
        if batch.next_offset > batch.start:
            yield self._taken(batch, identity + _END)
        self._done[item.topic] = batch.next_offset

    def _given(self, item: Input) -> Path | BinaryIO:
        if item.path != STDIN:
            return item.path
        if self._stdin is None:
            raise InputError("standard input is not available here: give a file")
        return self._stdin

    def _taken(self, batch: "_Growing", identity: str) -> Batch:
        self._counted.append((batch.topic, batch.next_offset, batch.receipt))
        return Batch(batch.topic, 0, batch.start, batch.next_offset, batch.records, identity)

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Count in the receipt what has landed."""
        reached = {position.topic: position.next_offset for position in positions}
        waiting = []
        for topic, next_offset, receipt in self._counted:
            if next_offset <= reached.get(topic, -1):
                self.receipt.add(receipt)
            else:
                waiting.append((topic, next_offset, receipt))
        self._counted = waiting

    def lag(self) -> None:
        """Nothing is known: how many records a file holds is seen at its end."""


class _Growing:
    """A batch that is being filled."""

    def __init__(self, topic: str, start: int) -> None:
        self.topic = topic
        self.start = self.next_offset = start
        self.size = 0
        self.records: list[Record] = []
        self.receipt = Receipt()

    def add(self, made: list[Record]) -> None:
        """Take in what became of the next record."""
        self.records += made
        self.size += sum(len(record.value or b"") for record in made)
        self.next_offset += 1
