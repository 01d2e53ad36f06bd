"""Processes and the workers of a cluster compute buckets; one that is killed costs its bucket a second go, no more."""

import fcntl
import multiprocessing
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest
from distributed import Client, LocalCluster

from learnloom.pipelines.config.refresh import RefreshBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.buckets import spread as spread_module
from learnloom.pipelines.refresh.buckets.job import Bucket, BucketRows
from learnloom.pipelines.refresh.buckets.spread import (
    Computed,
    Spread,
    compute_in_processes,
    compute_on_dask,
    spread_of,
)
from learnloom.pipelines.refresh.errors import ClusterError
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.forked import Forked
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, differences, tables
from tests.pipelines.refresh.stand_ins import buckets, die, fail_first, give, refresh_holding

pytestmark = pytest.mark.slow

_BOUNDS = RefreshBounds(bucket_statements=200)
_SETTINGS = SETTINGS.model_copy(update={"refresh": _BOUNDS})


class _Killing:
    """Spreads buckets as another spread does, and kills once, after the first has come back."""

    def __init__(self, spread: Spread, kill: Callable[[], None]) -> None:
        self._spread, self._kill = spread, kill
        self.numbers: list[int] = []

    def __call__(self, buckets: Sequence[Bucket]) -> Computed:
        for rows in self._spread(buckets):
            self.numbers.append(rows.number)
            if len(self.numbers) == 1:
                self._kill()
            yield rows


def _kills_nothing(refreshed_class: RefreshedClass, spread: _Killing) -> None:
    """Refresh in full, and hold the rows against those that stood."""
    folder = refreshed_class(students=6).folder
    with Warehouse(folder) as warehouse:
        before = tables(warehouse)
        request = RefreshRequest(end_of_day(LAST_DAY, "UTC"), full=True)
        refresh(warehouse, _SETTINGS, request, clock=lambda: NOW, spread=spread)
        assert differences(before, tables(warehouse)) == {}
    assert len(spread.numbers) > 2
    assert sorted(spread.numbers) == list(range(len(spread.numbers)))


@pytest.mark.long
def test_process_that_is_killed(refreshed_class: RefreshedClass) -> None:
    """Buckets of processes that are gone are computed by new ones, and every bucket counts once."""

    def kill() -> None:
        children = multiprocessing.active_children()
        assert children
        for child in children:
            child.kill()

    _kills_nothing(refreshed_class, _Killing(partial(compute_in_processes, n_workers=2), kill))


@pytest.mark.long
def test_worker_of_a_cluster_that_is_killed(refreshed_class: RefreshedClass) -> None:
    """Two workers behind an address compute the buckets; what one had when it was killed is computed by others."""
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=40
    ) as cluster:
        address = cluster.scheduler_address

        def kill() -> None:
            with Client(address) as client:  # type: ignore[no-untyped-call]
                pids = client.run(os.getpid)
            os.kill(next(iter(pids.values())), signal.SIGKILL)

        _kills_nothing(refreshed_class, _Killing(partial(compute_on_dask, address=address), kill))


@pytest.mark.long
def test_processes_end_with_the_refresh(tmp_path: Path) -> None:
    """Where a refresh is killed, no process goes on computing buckets for it."""
    os.mkfifo(tmp_path / "held")
    refreshing = Forked(refresh_holding, tmp_path / "held")
    with (tmp_path / "held").open("rb") as held:
        pids = [int(held.readline()) for _ in range(2)]
        refreshing.kill()
        try:
            # The pipe ends with the last process that holds it.
            assert select.select([held], [], [], 60)[0]
            assert held.read() == b""
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


class _Telling(ProcessPoolExecutor):
    """Opens a gate once it is told to end, and so never waits for those who wait at it."""

    gate: TextIO
    ended: ProcessPoolExecutor
    """It forgets what it was told where nobody has it any more."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - as it says
        _Telling.ended = self
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        self.gate.close()


def _keep_nothing(computed: Computed) -> None:
    with closing(computed):
        next(computed)
        raise PermissionError


@pytest.mark.parametrize("computes", [fail_first, give])
def test_failure_ends_what_has_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, computes: Callable[[Path, Bucket], BucketRows]
) -> None:
    """Where a bucket fails, or its rows cannot be kept, the error is told without all others being computed."""
    monkeypatch.setattr(spread_module, "_compute_beside_others", partial(computes, tmp_path))
    monkeypatch.setattr(spread_module, "ProcessPoolExecutor", _Telling)
    with (tmp_path / "gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _Telling.gate = gate
        with pytest.raises(PermissionError):
            _keep_nothing(compute_in_processes(buckets(20), n_workers=1))
    for process in multiprocessing.active_children():
        process.join()
    assert 0 < len(list(tmp_path.glob("bucket-*"))) < 5


def test_process_that_is_killed_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to do where the same buckets end each process."""
    monkeypatch.setattr(spread_module, "_compute_beside_others", die)
    monkeypatch.setattr(spread_module, "_LOST_POOLS", 0)
    with pytest.raises(ClusterError, match=r"WORKERS.*BUCKET_STATEMENTS"):
        list(compute_in_processes(buckets(1), n_workers=1))


def test_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no scheduler answers, the error says at which address, and what to do."""
    monkeypatch.setattr("learnloom.pipelines.refresh.buckets.spread._ANSWER_SECONDS", 0.2)
    spread = spread_of(Settings(refresh=RefreshBounds(dask_scheduler="tcp://127.0.0.1:9")))
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 .*DASK_SCHEDULER"):
        list(spread([]))


def _cluster(n_workers: int) -> Any:
    return LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=n_workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )


def test_scheduler_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no worker comes, the error says so, and how to start one."""
    monkeypatch.setattr(spread_module, "_WORKER_SECONDS", 0.2)
    with _cluster(0) as cluster, pytest.raises(ClusterError, match=r"no Dask worker .*dask worker tcp://"):
        list(compute_on_dask(buckets(2), cluster.scheduler_address))


def test_worker_that_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker's disk refuses is told as it is, and not as a scheduler that does not answer."""
    monkeypatch.setattr(spread_module, "_compute_beside_others", partial(fail_first, tmp_path))
    with _cluster(1) as cluster, pytest.raises(PermissionError, match="/srv/data/feedback"):
        list(compute_on_dask(buckets(1), cluster.scheduler_address))


def _be_cluster() -> None:
    with _cluster(1) as cluster:
        sys.stdout.write(f"{cluster.scheduler_address}\n")
        sys.stdout.flush()
        signal.pause()


@pytest.mark.long
def test_scheduler_that_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the scheduler is lost while buckets are computed, the error says at which address."""
    monkeypatch.setattr(spread_module, "_compute_beside_others", partial(give, tmp_path))
    monkeypatch.setattr(spread_module, "_ANSWER_SECONDS", 5)
    cluster = Forked(_be_cluster)
    computed = compute_on_dask(buckets(2), cluster.hear("tcp://").strip())
    with (tmp_path / "gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        assert next(computed).number == 0
        cluster.kill()
        with pytest.raises(ClusterError, match=r"scheduler at tcp://.* was lost"):
            next(computed)
