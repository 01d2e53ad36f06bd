"""Of several who land at once none lands twice, and none leaves a gap."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.dedupe import KnownIds
from learnloom.pipelines.ingest.land.writer import Landed, LandingWriter
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import PositionConflictError
from tests.forked import Forked
from tests.pipelines.ingest.samples import (
    Scripted,
    batch,
    bring_in,
    importing,
    landed_ids,
    lines_of,
    statement_id,
    statements,
    write_batch,
    writer,
)


@pytest.fixture
def warehouse(warehouse_of_any_kind: Warehouse) -> Warehouse:
    """What is promised of landing holds whatever keeps the catalogue."""
    return warehouse_of_any_kind


def _land_at_once(
    first: LandingWriter, second: LandingWriter, write_batches: Sequence[WriteBatch]
) -> list[Landed | Exception]:
    """Land a batch by each, both transactions open until both are past their checks; give what became of them."""
    both_checked = threading.Barrier(2)
    results: list[Landed | Exception] = []

    def land(one: LandingWriter, what: WriteBatch) -> None:
        write = one._write_refusals  # noqa: SLF001 - the moment after the checks

        def held(*arguments: object) -> object:
            one._write_refusals = write  # type: ignore[method-assign] # noqa: SLF001
            both_checked.wait(timeout=30)
            return write(*arguments)  # type: ignore[arg-type]

        one._write_refusals = held  # type: ignore[method-assign, assignment] # noqa: SLF001
        try:
            results.append(one.land(what))
        except PositionConflictError as error:
            results.append(error)

    threads = [
        threading.Thread(target=land, args=pair) for pair in zip((first, second), write_batches, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.slow
def test_two_open_transactions_cannot_land_the_same_id(warehouse: Warehouse) -> None:
    """Of two landings of one id at once, both past their duplicate check, one is done again and drops it."""
    with without_write_lock(warehouse) as first, without_write_lock(warehouse) as second:
        write_batches = [write_batch(statements(range(50)), topic=topic) for topic in "ab"]
        results = _land_at_once(first, second, write_batches)
    counts = [(each.accepted, each.duplicates) for each in results if isinstance(each, Landed)]
    assert sorted(counts) == [(0, 50), (50, 0)]
    assert landed_ids(warehouse) == sorted(statement_id(number) for number in range(50))


@pytest.mark.slow
def test_two_owners_of_one_partition_cannot_both_land(warehouse: Warehouse) -> None:
    """Of two landings of one partition at once, both past the check of its position, the second throws its own away."""
    with without_write_lock(warehouse) as owner, without_write_lock(warehouse) as zombie:
        write_batches = [write_batch(statements(range(number, number + 50))) for number in (0, 20)]
        results = _land_at_once(owner, zombie, write_batches)
        (landed,) = (each for each in results if isinstance(each, Landed))
        (lost,) = (each for each in results if isinstance(each, PositionConflictError))
    assert landed.accepted == 50
    assert "another process has landed" in str(lost)
    assert len(landed_ids(warehouse)) == 50


@pytest.mark.slow
def test_owners_of_different_partitions_both_land(warehouse: Warehouse) -> None:
    """Two that land other statements from other partitions at once both succeed, whoever has to do it again."""
    with without_write_lock(warehouse) as first, without_write_lock(warehouse) as second:
        write_batches = [write_batch(statements(range(n * 50, n * 50 + 50)), topic=str(n)) for n in range(2)]
        results = _land_at_once(first, second, write_batches)
    assert [each.accepted for each in results if isinstance(each, Landed)] == [50, 50]
    assert len(landed_ids(warehouse)) == 100


@contextmanager
def without_write_lock(warehouse: Warehouse) -> Iterator[LandingWriter]:
    """A writer with a connection of its own that waits for nobody, so that transactions do overlap."""
    with Warehouse(warehouse.folder, postgres=warehouse.place.postgres, takes_lock=False) as other:
        made = writer(other)
        made.positions()
        yield made


@pytest.mark.slow
def test_two_landers_of_one_partition_cannot_both_land(warehouse: Warehouse) -> None:
    """A writer whose position is not the stored one any more lands nothing and says so."""
    first = writer(warehouse)
    with warehouse.another() as other:
        second = writer(other)
        first.positions()
        second.positions()
        first.land(write_batch(statements(range(5))))
        with pytest.raises(PositionConflictError, match="partition 0"):
            second.land(write_batch(statements(range(5, 10))))
        with pytest.raises(PositionConflictError, match="read the positions again"):
            second.land(write_batch(statements(range(5)), topic="unrelated"))
        assert second.positions()["t", 0].next_offset == 5
        second.land(write_batch(statements(range(5, 10)), start=5))
    assert len(landed_ids(warehouse)) == 10


def test_a_gap_is_refused(warehouse: Warehouse) -> None:
    """Records that do not follow the stored position do not land: those between would be lost."""
    mine = writer(warehouse)
    mine.positions()
    with pytest.raises(PositionConflictError, match="from offset 3"):
        mine.land(write_batch(statements(range(3, 6)), start=3))
    assert landed_ids(warehouse) == []


@pytest.mark.slow
def test_what_another_process_landed_meanwhile_is_known(warehouse: Warehouse) -> None:
    """Ids landed by others are found through the change feed, and after their snapshots expired too."""
    mine = writer(warehouse, KnownIds(warehouse, sql_asks=0))
    with warehouse.another() as other:
        theirs = writer(other)
        mine.positions()
        theirs.positions()
        mine.land(write_batch(statements(range(5)), topic="mine"))
        theirs.land(write_batch(statements(range(5, 300)), topic="theirs"))
        landed = mine.land(write_batch(statements(range(20)), topic="mine2"))
        assert (landed.accepted, landed.duplicates) == (0, 20)
        theirs.land(write_batch(statements(range(300, 600)), topic="theirs", start=295))
        theirs.land(write_batch(statements(range(600, 900)), topic="theirs", start=595))
        other.run("CALL ducklake_merge_adjacent_files('lake')")
        other.run("CALL ducklake_expire_snapshots('lake', older_than => now())")
    landed = mine.land(write_batch(statements(range(295, 905)), topic="mine3"))
    assert (landed.accepted, landed.duplicates) == (5, 605)


@pytest.mark.slow
def test_an_import_overtaken_by_another_goes_on_behind_it(warehouse: Warehouse) -> None:
    """When another process lands part of the file first, this one reads the positions again and goes on."""
    with warehouse.another() as other:
        rival = writer(other)
        raced: list[bool] = []

        def overtake() -> None:
            if not raced:
                rival.positions()
                rival.land(write_batch(statements(range(10))))
                raced.append(True)

        source = Scripted(
            [
                overtake,
                batch(statements(range(10)), start=0),
                batch(statements(range(10, 20)), start=10),
                batch(statements(range(20, 30)), start=20),
            ]
        )
        summary = bring_in(warehouse, source=source)
    assert summary.accepted == 20
    assert landed_ids(warehouse) == sorted(statement_id(number) for number in range(30))


@pytest.mark.slow
def test_every_landing_advances_the_fence(warehouse: Warehouse) -> None:
    """Each transaction changes the one row by which overlapping ones fail, whatever the catalogue locks."""
    mine = writer(warehouse)
    mine.positions()
    mine.land(write_batch(statements(range(5))))
    mine.land(write_batch(statements(range(5, 8)), start=5))
    assert warehouse.rows("SELECT fence_id, transactions FROM landing.fence") == [(1, 2)]


@pytest.mark.slow
def test_two_processes_that_import_the_same_files_land_them_once(tmp_path: Path) -> None:
    """Started together on one folder, both end, and every statement is there once."""
    inputs = tmp_path / "in"
    inputs.mkdir()
    for number in range(3):
        (inputs / f"{number}.jsonl").write_bytes(
            lines_of(statements(range(number * 500, number * 500 + 600)))
        )
    children = [Forked(importing, tmp_path / "warehouse", inputs) for _ in range(2)]
    assert [child.hear("done") for child in children] == ["done\n", "done\n"]
    assert [child.end() for child in children] == [0, 0]
    with Warehouse(tmp_path / "warehouse") as warehouse:
        assert landed_ids(warehouse) == sorted(statement_id(number) for number in range(1_600))
        positions = tables.positions(warehouse).values()
    assert sum(position.accepted for position in positions) == 1_600
    assert sum(position.duplicates for position in positions) == 200
