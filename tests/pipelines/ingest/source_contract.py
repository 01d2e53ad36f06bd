"""What every source has to keep, whatever it reads: inherit `SourceContract` and say how to make one."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from learnloom.pipelines.ingest.sources.errors import ReassignedError
from learnloom.pipelines.ingest.sources.source import Positions, Source
from learnloom.schemas.record import Batch, Position
from tests.pipelines.ingest.samples import statements

MAX_RECORDS = 7
MAX_BYTES = 1_000


def delivered(source: Source, positions: Positions) -> Iterator[Batch]:
    """The batches of a source, asked anew with the same positions while it finds out what it has to read."""
    while True:
        try:
            yield from (batch for batch in source.batches(positions) if batch is not None)
        except ReassignedError:
            continue
        return


class SourceContract(ABC):
    """Inherit this as `Test…` and give the sources to be held to the contract."""

    @abstractmethod
    def make(self, folder: Path, records: list[bytes], *, max_records: int, max_bytes: int) -> Source:
        """Make a source that delivers exactly `records`, in one partition."""

    def read(self, folder: Path, records: list[bytes], position: Position | None = None) -> list[Batch]:
        """Read everything after `position`."""
        source = self.make(folder, records, max_records=MAX_RECORDS, max_bytes=MAX_BYTES)
        positions = {} if position is None else {(position.topic, position.partition): position}
        return list(delivered(source, positions))

    def test_every_record_comes_once_in_order_with_its_bytes(self, tmp_path: Path) -> None:
        """No record is lost, doubled, changed or out of order."""
        records = statements(range(40))
        found = [record for batch in self.read(tmp_path, records) for record in batch.records]
        assert [record.value for record in found] == records
        assert [record.offset for record in found] == list(range(40))

    def test_batches_are_consecutive(self, tmp_path: Path) -> None:
        """Each batch starts where the one before ended, and says its own bounds rightly."""
        batches = self.read(tmp_path, statements(range(40)))
        assert batches[0].start_offset == 0
        assert all(before.next_offset == after.start_offset for before, after in pairwise(batches))
        for batch in batches:
            assert batch.records[0].offset == batch.start_offset
            assert batch.records[-1].offset == batch.next_offset - 1

    def test_limits_are_kept(self, tmp_path: Path) -> None:
        """No batch is empty or above the limits on records and bytes."""
        for batch in self.read(tmp_path, statements(range(40))):
            assert 1 <= len(batch.records) <= MAX_RECORDS
            assert sum(len(record.value or b"") for record in batch.records) <= MAX_BYTES

    def test_a_record_above_the_limit_on_bytes_is_a_batch_of_its_own(self, tmp_path: Path) -> None:
        """A single large record is delivered all the same, alone."""
        records = [*statements(range(2)), b'{"verb":"' + b"x" * MAX_BYTES + b'"}', *statements(range(2, 4))]
        sizes = [len(batch.records) for batch in self.read(tmp_path, records)]
        assert sizes == [2, 1, 2]

    def test_it_goes_on_from_every_position(self, tmp_path: Path) -> None:
        """From the position after any batch it delivers exactly what comes after that batch."""
        records = statements(range(40))
        batches = self.read(tmp_path, records)
        for done in batches:
            position = Position(done.topic, done.partition, done.next_offset, done.head_digest)
            rest = self.read(tmp_path, records, position)
            assert [record.value for batch in rest for record in batch.records] == records[done.next_offset :]
            assert not rest or rest[0].start_offset == done.next_offset

    def test_it_can_be_asked_again(self, tmp_path: Path) -> None:
        """The same source, asked a second time from an earlier position, delivers what follows that."""
        records = statements(range(30))
        source = self.make(tmp_path, records, max_records=MAX_RECORDS, max_bytes=MAX_BYTES)
        first = next(delivered(source, {}))
        position = Position(first.topic, first.partition, first.next_offset, first.head_digest)
        rest = list(delivered(source, {(first.topic, first.partition): position}))
        assert [record.value for batch in rest for record in batch.records] == records[first.next_offset :]
        assert next(delivered(source, {})).start_offset == 0

    def test_nothing_gives_no_batch(self, tmp_path: Path) -> None:
        """A source without records delivers no batch and is no problem."""
        source = self.make(tmp_path, [], max_records=MAX_RECORDS, max_bytes=MAX_BYTES)
        assert list(delivered(source, {})) == []
        assert source.problems == []


class GrowingSourceContract(SourceContract):
    """The contract of a source that is the same one, grown, when it is made anew with more records."""

    def test_what_arrives_later_follows(self, tmp_path: Path) -> None:
        """Records that arrive after everything was read are delivered next, and only they."""
        early, late = statements(range(10)), statements(range(10, 15))
        done = self.read(tmp_path, early)[-1]
        position = Position(done.topic, done.partition, done.next_offset, done.head_digest)
        source = self.make(tmp_path, early + late, max_records=MAX_RECORDS, max_bytes=MAX_BYTES)
        rest = list(delivered(source, {(done.topic, done.partition): position}))
        assert [record.value for batch in rest for record in batch.records] == late
