"""Known ids answer as a plain dictionary would, whatever way they came to know, and whoever landed meanwhile."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land import id_index, landing_schema, tables
from learnloom.pipelines.ingest.land.dedupe import FOLDER, KnownIds, as_hashes, hash_of
from learnloom.pipelines.ingest.land.hash_runs import Hashes
from learnloom.pipelines.ingest.land.writer import LandingWriter
from learnloom.pipelines.lake.backup import back_up
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import CATALOG_FILE
from tests.pipelines.ingest.samples import landed_ids, statement_id, statements, write_batch, writer

_RECENT = 8
"""So few ids in memory that a few landings need files."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse without statements."""
    with Warehouse(tmp_path_factory.mktemp("known") / "warehouse") as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=30)
        yield warehouse


def _hashes(numbers: list[int]) -> Hashes:
    # Far apart and on both sides of what a signed number holds.
    return np.array([number * 0x0842108421084211 for number in numbers], dtype=np.uint64)


def _known(warehouse: Warehouse) -> KnownIds:
    return KnownIds(warehouse, sql_asks=0, recent=_RECENT)


def test_hashes_are_the_same_for_ever() -> None:
    """Hashes are stored, so a change of how they are made would make every statement unknown."""
    assert as_hashes([hash_of(b"learnloom"), hash_of(b"")]).tolist() == [
        17526148106496022835,
        13020603013274838756,
    ]


def test_asking_by_sql_and_from_the_index_agree(empty: Warehouse) -> None:
    """On an empty warehouse both ways know nothing."""
    for asks in (0, 1):
        known = KnownIds(empty, sql_asks=asks)
        known.catch_up()
        found = known.find(_hashes([1, 2]), _hashes([1, 2]))
        assert not found.is_known.any()
        assert not found.is_same.any()


class _School:
    """One warehouse, in which several processes land, end well, are killed, and begin anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[int, tuple[Warehouse, LandingWriter]] = {}
        self._offsets: dict[int, int] = {}

    def land(self, who: int, numbers: list[int]) -> tuple[int, int]:
        """Have one of them land statements; give how many were new and how many known."""
        made = self._writer(who)
        made.positions()
        offset = self._offsets.get(who, 0)
        landed = made.land(write_batch(statements(numbers), topic=str(who), start=offset))
        self._offsets[who] = offset + len(numbers)
        return landed.accepted, landed.duplicates

    def _writer(self, who: int) -> LandingWriter:
        if who not in self._open:
            warehouse = Warehouse(self.folder)
            self._open[who] = warehouse, writer(warehouse, _known(warehouse)).__enter__()
        return self._open[who][1]

    def end(self, who: int, *, is_killed: bool) -> None:
        """End one of them: as a process does, or as `kill -9` does (nothing more is written)."""
        if who in self._open:
            warehouse, made = self._open.pop(who)
            made.__exit__(KeyboardInterrupt if is_killed else None)
            warehouse.close()

    def end_all(self, *, is_killed: bool = False) -> None:
        """End all of them."""
        for who in list(self._open):
            self.end(who, is_killed=is_killed)

    def start_anew(self) -> None:
        """Send everything from the first record on, as after a restore."""
        self._offsets = {}


_NUMBERS = st.lists(st.integers(0, 60), min_size=1, max_size=25)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("land"), st.integers(0, 2), _NUMBERS),
        st.tuples(st.just("end"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("spoil"), st.integers(0, 2), st.sampled_from(["cut", "flip", "manifest", "lose"])),
        st.tuples(st.just("tidy"), st.just(0), st.booleans()),
    ),
    min_size=4,
    max_size=10,
)


@pytest.mark.long
@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_STEPS)
def test_exactly_one_copy_lands(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, list[int] | bool | str]]
) -> None:
    """Whoever lands, ends, is killed and begins anew, and whatever happens to the files: each id is there once."""
    school = _School(tmp_path_factory.mktemp("w") / "warehouse")
    there: set[int] = set()
    for what, who, how in steps:
        if what == "land" and isinstance(how, list):
            new = set(how) - there
            assert school.land(who, how) == (len(new), len(how) - len(new))
            there |= new
        elif what == "end":
            school.end(who, is_killed=bool(how))
        elif what == "spoil" and isinstance(how, str):
            school.end_all(is_killed=True)
            _spoil(school.folder / FOLDER / "0", how)
        elif what == "tidy" and school.folder.exists():
            _tidy(school.folder, expires=bool(how))
    school.end_all()
    if there:
        with Warehouse(school.folder) as warehouse:
            assert landed_ids(warehouse) == sorted(map(statement_id, there))


def _tidy(folder: Path, *, expires: bool) -> None:
    with Warehouse(folder) as warehouse:
        warehouse.run("CALL ducklake_merge_adjacent_files('lake')")
        if expires:
            warehouse.run("CALL ducklake_expire_snapshots('lake', older_than => now())")


def _spoil(folder: Path, how: str) -> None:
    """Damage the files of an index that no process has open."""
    runs = sorted(folder.glob("*.run"))
    manifest = folder / "manifest.json"
    if how == "manifest" and manifest.exists():
        manifest.write_bytes(manifest.read_bytes()[:-3])
    if not runs:
        return
    if how == "cut":
        runs[0].write_bytes(runs[0].read_bytes()[:-8])
    elif how == "flip":
        data = bytearray(runs[0].read_bytes())
        data[len(data) // 4] ^= 1
        runs[0].write_bytes(data)
    elif how == "lose":
        runs[0].unlink()


def _grown(folder: Path) -> _School:
    school = _School(folder)
    school.land(0, list(range(40)))
    school.end(0, is_killed=False)
    return school


@pytest.mark.slow
def test_the_next_process_goes_on_from_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier process has written is not read from the warehouse again, and is known."""
    school = _grown(tmp_path / "warehouse")

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("everything was read again")

    monkeypatch.setattr(tables, "sorted_hashes", fail)
    assert school.land(0, [*range(30, 45)]) == (5, 10)
    school.end_all()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["cut", "flip", "manifest", "lose"])
def test_damaged_files_are_made_anew(tmp_path: Path, how: str) -> None:
    """Files that are not as they were written are not believed: nothing lands twice and nothing new is dropped."""
    school = _grown(tmp_path / "warehouse")
    _spoil(school.folder / FOLDER / "0", how)
    assert school.land(0, [*range(30, 45)]) == (5, 10)
    school.end_all()


@pytest.mark.slow
def test_files_of_a_warehouse_that_was_restored_are_not_believed(tmp_path: Path) -> None:
    """After going back to a backup, snapshots have the same numbers and hold something else: nothing is dropped."""
    school, backup = _School(tmp_path / "warehouse"), tmp_path / "backup"
    school.land(0, list(range(20)))
    school.end_all()
    with Warehouse(school.folder) as warehouse:
        back_up(warehouse, backup)
    school.land(0, list(range(20, 40)))
    school.end_all()
    for file in school.folder.glob(f"{CATALOG_FILE}*"):
        file.unlink()
    shutil.copytree(backup, school.folder, dirs_exist_ok=True)
    with Warehouse(school.folder) as warehouse:
        other = writer(warehouse)  # has no need of an index
        for number in range(3):
            other.positions()
            other.land(write_batch(statements([100 + number]), topic="other", start=number))
    school.start_anew()
    assert school.land(0, list(range(10, 40))) == (20, 10)
    school.end_all()
    with Warehouse(school.folder) as warehouse:
        assert landed_ids(warehouse) == sorted(map(statement_id, [*range(40), 100, 101, 102]))


@pytest.mark.slow
def test_each_process_has_files_of_its_own(tmp_path: Path) -> None:
    """Of two that land at once each has a folder; where one has ended, the next takes its folder over."""
    school = _School(tmp_path / "warehouse")
    for who in (0, 1):
        school.land(who, list(range(20 * who, 20 * who + 20)))
        school.land(who, [20 * who])
    assert sorted(path.name for path in (school.folder / FOLDER).glob("*/")) == ["0", "1"]
    school.end(0, is_killed=True)
    assert school.land(2, list(range(10, 50))) == (10, 30)
    assert sorted(path.name for path in (school.folder / FOLDER).glob("*/")) == ["0", "1"]
    school.end_all()


@pytest.mark.slow
def test_memory_holds_a_few_and_files_are_merged(tmp_path: Path) -> None:
    """However much lands, few ids are in memory and few files are there."""
    school = _School(tmp_path / "warehouse")
    for start in range(0, 300, 20):
        school.land(0, list(range(start, start + 20)))
    assert len(list((school.folder / FOLDER / "0").glob("*.run"))) <= 12
    school.end_all()


@pytest.mark.slow
def test_without_files_the_warehouse_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the index cannot be written landing goes on, as right, and says so."""
    school = _School(tmp_path / "warehouse")

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(id_index, "write_run", fail)
    for start in (0, 15, 30):
        assert school.land(0, list(range(start, start + 20))) == (15 if start else 20, 5 if start else 0)
    school.end_all()
    assert "the warehouse is asked itself: no space left on device" in caplog.text
