"""What is left of a refresh that was killed is gone on with where it is the same refresh, and whole."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.config.refresh import RefreshBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import try_lock
from learnloom.pipelines.refresh.buckets import run_folder
from learnloom.pipelines.refresh.buckets.job import BucketRows, RowsFile
from learnloom.pipelines.refresh.buckets.run_folder import RunFolders
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.state import RefreshState
from tests.pipelines.refresh.school import NOW
from tests.servers.fixtures import Bucket

pytestmark = pytest.mark.slow

_LARGE, _SMALL = (Settings(refresh=RefreshBounds(bucket_statements=n)) for n in (300, 100))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty one."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        yield warehouse


def _plan(warehouse: Warehouse) -> Plan:
    """Everything, of what stands now."""
    state = RefreshState(NOW, 1, 30, "UTC", warehouse.snapshot(), "digest", NOW, 0)
    return Plan(RefreshRequest(NOW, full=True), None, state, "it was asked for", False, (), 600, ())


def _killed(warehouse: Warehouse, plan: Plan, *, lost: int | None = None) -> list[str]:
    """Leave the folder of a refresh that was killed after its first bucket.

    Args:
        warehouse: the warehouse.
        plan: of the refresh.
        lost: which of its files is gone.

    Returns:
        The files that it has kept.
    """
    folder = RunFolders(warehouse, _LARGE).make(plan, 2)
    data = warehouse.place.data
    shared = f"{data}refresh/{folder.name}/dimensional.dim_item.parquet"
    rows = f"{data}dimensional/fact_attempt/{folder.name}-0-abc.parquet"
    for number, file in enumerate((shared, rows)):
        if "://" not in file:
            Path(file).parent.mkdir(parents=True)
        if number != lost:
            warehouse.run(f"COPY (SELECT 1 AS x) TO '{file}' (FORMAT parquet)")
    folder.keep_shared({"dimensional.dim_item": shared})
    folder.keep(BucketRows(0, {"dimensional.fact_attempt": RowsFile(rows, 1)}))
    folder.unlock()
    return [shared, rows]


def _found(warehouse: Warehouse, plan: Plan, settings: Settings = _LARGE) -> bool:
    folders = RunFolders(warehouse, settings)
    found = folders.find_unfinished(plan)
    if found is not None:
        found.unlock()
    return found is not None


def test_another_size_of_buckets_is_not_gone_on_with(warehouse: Warehouse) -> None:
    """Whoever asks for smaller buckets gets them, also from a refresh that was killed in a large one."""
    plan = _plan(warehouse)
    _killed(warehouse, plan)
    assert _found(warehouse, plan)
    assert not _found(warehouse, plan, _SMALL)


def test_other_keys_of_students_are_not_gone_on_with(warehouse: Warehouse) -> None:
    """Rows under the keys of before a secret was taken are not shown beside those under the keys of now."""
    plan = _plan(warehouse)
    _killed(warehouse, plan)
    take_secret(warehouse, renew=False, now=NOW, wait_seconds=20)
    assert not _found(warehouse, plan)


@pytest.mark.parametrize("lost", [0, 1])
def test_lost_files_are_not_gone_on_with(warehouse: Warehouse, lost: int) -> None:
    """Where a file of a refresh that was killed is gone, the next one begins anew, and takes away what is left."""
    plan = _plan(warehouse)
    files = _killed(warehouse, plan, lost=lost)
    assert not _found(warehouse, plan)
    RunFolders(warehouse, _LARGE).make(plan, 2).unlock()
    assert not any(Path(file).exists() for file in files)


@pytest.mark.long
def test_lost_files_on_a_store_are_not_gone_on_with(bucket: Bucket, tmp_path: Path) -> None:
    """An object store tells as a folder does whether all files of a refresh that was killed are there."""
    with Warehouse(tmp_path, store=bucket.at("lake")) as warehouse:
        plan = _plan(warehouse)
        for lost in (None, 0, 1):
            _killed(warehouse, plan, lost=lost)
            assert _found(warehouse, plan) == (lost is None)


class _Clearing(RunFolders):
    """Clears up, while the owner of each folder that it takes away asks for the lock."""

    def clear_beside(self, path: Path) -> Callable[[], None] | None:
        """What the owner of this folder's lock is given."""
        self.given: Callable[[], None] | None = None
        self.is_met = False
        self.clear()
        return self.given if self.is_met else try_lock(path)

    def _remove(self, path: Path) -> None:
        self.is_met, self.given = True, try_lock(path / "lock")
        super()._remove(path)


def test_folder_that_is_being_made_stays(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another refresh that clears up takes no folder away whose owner is about to lock it."""

    def beside_another(path: Path) -> Callable[[], None] | None:
        monkeypatch.undo()
        return _Clearing(warehouse, _LARGE).clear_beside(path)

    monkeypatch.setattr(run_folder, "try_lock", beside_another)
    made = RunFolders(warehouse, _LARGE).make(_plan(warehouse), 2)
    assert (made.path / "plan.json").exists()
    made.unlock()
