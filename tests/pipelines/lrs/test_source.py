"""The journal is a source like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land.batch import PartitionSlice, WriteBatch
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.pipelines.lrs.journal import keep_refused
from learnloom.pipelines.lrs.keeping import JournalKeeper
from learnloom.pipelines.lrs.source import TOPIC, JournalSource
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.record import Fault, Position, Record, Verdict
from tests.pipelines.ingest.samples import statement, statement_id, statements
from tests.pipelines.ingest.source_contract import GrowingSourceContract
from tests.pipelines.lrs.serving import Clock


class TestJournalSource(GrowingSourceContract):
    """The journal keeps the contract of sources."""

    @pytest.fixture(autouse=True)
    def _stores(self) -> Iterator[None]:
        self.stores: dict[Path, Store] = {}
        yield
        for store in self.stores.values():
            store.__exit__()

    def make(self, folder: Path, records: list[bytes], *, max_records: int, max_bytes: int) -> Source:
        """Make a journal that holds these records, or add what it lacks of them."""
        if folder not in self.stores:
            self.stores[folder] = Store(folder, now=Clock())
        store = self.stores[folder]
        with store.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        store.write(
            lambda connection, moment: keep_refused(connection, moment, records[count:], "key", "1.0.3")
        )
        keeper = JournalKeeper(store)
        return JournalSource(
            store, keeper, max_records=max_records, max_bytes=max_bytes, is_over=lambda: True
        )


def _source(store: Store, kept: int = 0) -> JournalSource:
    keeper = JournalKeeper(store, kept=kept)
    return JournalSource(store, keeper, max_records=5, max_bytes=10_000, is_over=lambda: True)


def _fill(store: Store, numbers: range) -> None:
    store.write(
        lambda connection, moment: keep_refused(connection, moment, statements(numbers), "key", "1.0.3")
    )


def test_what_was_judged_when_it_came_is_not_judged_again() -> None:
    """A statement that the store has answered lands, whatever a judge of the landing would say of it."""
    batch = WriteBatch()
    batch.add_slice(PartitionSlice(TOPIC, 0, 0, 1, None))
    record = Record(0, 0, statement(1), statement_id=statement_id(1), is_judged=True)
    batch.add(record, lambda raw: Verdict(raw, (Fault("json-syntax", "", "", "refused"),)))
    assert (batch.statement_ids, batch.refusals) == ([statement_id(1)], [])


def test_another_journal_in_its_place_is_read_from_its_beginning(tmp_path: Path) -> None:
    """The position of a journal that is gone does not hide what a new one holds."""
    with Store(tmp_path, now=Clock()) as store:
        _fill(store, range(3))
        found = list(_source(store).batches({(TOPIC, 0): Position(TOPIC, 0, 2, "another journal")}))
    assert [len(batch.records) for batch in found if batch is not None] == [3]


def test_a_journal_restored_from_a_backup_goes_on_above_what_has_landed(tmp_path: Path) -> None:
    """What comes after the restore of an older journal stands behind the stored position, and is read."""
    with Store(tmp_path, now=Clock()) as store:
        _fill(store, range(3))
        position = Position(TOPIC, 0, 10, store.journal_id)
        assert list(_source(store).batches({(TOPIC, 0): position})) == []
        _fill(store, range(3, 4))
        found = list(_source(store).batches({(TOPIC, 0): position}))
    assert [record.offset for batch in found if batch is not None for record in batch.records] == [10]


def test_bytes_that_have_landed_are_let_go_but_for_the_newest(tmp_path: Path) -> None:
    """The journal does not grow for ever: what stands in the warehouse need not stand in it."""
    with Store(tmp_path, now=Clock()) as store:
        _fill(store, range(10))
        _source(store, kept=4).acknowledge([Position(TOPIC, 0, 10, store.journal_id)])
        with store.reading() as connection:
            left = connection.execute("SELECT seq FROM entry WHERE raw IS NOT NULL").fetchall()
    assert [row[0] for row in left] == [7, 8, 9, 10]
