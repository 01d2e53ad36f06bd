"""Processes and the workers of a cluster compute buckets; one that is killed costs its bucket a second go, no more."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from distributed import Client, LocalCluster

from learnloom.pipelines.config.refresh import RefreshBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.buckets.job import Bucket, BucketRows
from learnloom.pipelines.refresh.buckets.spread import (
    Spread,
    compute_in_processes,
    compute_on_dask,
    spread_of,
)
from learnloom.pipelines.refresh.errors import ClusterError
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, differences, tables

pytestmark = pytest.mark.slow

_BOUNDS = RefreshBounds(bucket_statements=200)
_SETTINGS = SETTINGS.model_copy(update={"refresh": _BOUNDS})


class _Killing:
    """Spreads buckets as another spread does, and kills once, after the first has come back."""

    def __init__(self, spread: Spread, kill: Callable[[], None]) -> None:
        self._spread, self._kill = spread, kill
        self.numbers: list[int] = []

    def __call__(self, buckets: Sequence[Bucket]) -> Iterator[BucketRows]:
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
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=40
    ) as cluster:
        address = cluster.scheduler_address

        def kill() -> None:
            with Client(address) as client:  # type: ignore[no-untyped-call]
                pids = client.run(os.getpid)
            os.kill(next(iter(pids.values())), signal.SIGKILL)

        _kills_nothing(refreshed_class, _Killing(partial(compute_on_dask, address=address), kill))


def test_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no scheduler answers, the error says at which address, and what to do."""
    monkeypatch.setattr("learnloom.pipelines.refresh.buckets.spread._ANSWER_SECONDS", 0.2)
    spread = spread_of(Settings(refresh=RefreshBounds(dask_scheduler="tcp://127.0.0.1:9")))
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 .*DASK_SCHEDULER"):
        list(spread([]))
