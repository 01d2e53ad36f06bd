"""Who computes buckets: this process, several of this machine, or the workers of a Dask cluster."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.refresh.buckets.compute import compute_bucket
from learnloom.pipelines.refresh.buckets.job import Bucket, BucketRows
from learnloom.pipelines.refresh.errors import ClusterError

Spread = Callable[[Sequence[Bucket]], Iterator[BucketRows]]
"""Computes buckets and gives what each has given, in whatever order."""
_LOST_POOLS: Final = 3
"""So many times processes are started anew after one of them was killed."""
_ANSWER_SECONDS: Final = 30
"""So long a scheduler may take to answer."""
_compute_beside_others = partial(compute_bucket, has_core=True)


def spread_of(settings: Settings) -> Spread:
    """Who computes buckets, by the settings."""
    bounds = settings.refresh
    if bounds.dask_scheduler is not None:
        return partial(compute_on_dask, address=bounds.dask_scheduler)
    if bounds.workers > 1:
        return partial(compute_in_processes, n_workers=bounds.workers)
    return compute_here


def compute_here(buckets: Sequence[Bucket]) -> Iterator[BucketRows]:
    """Compute one bucket after the other in this process."""
    return map(compute_bucket, buckets)


def compute_in_processes(buckets: Sequence[Bucket], n_workers: int) -> Iterator[BucketRows]:
    """Compute buckets in processes of this machine; those of a process that is killed are computed again.

    Raises:
        BrokenProcessPool: processes were killed again and again.
    """
    waiting = {bucket.number: bucket for bucket in buckets}
    for is_last in (*[False] * _LOST_POOLS, True):
        # Spawned: a fork would share DuckDB's threads and connections.
        with ProcessPoolExecutor(min(n_workers, len(waiting)), get_context("spawn")) as pool:
            try:
                for done in as_completed(
                    [pool.submit(_compute_beside_others, each) for each in waiting.values()]
                ):
                    rows = done.result()
                    del waiting[rows.number]
                    yield rows
            except BrokenProcessPool:
                if is_last:
                    raise
        if not waiting:
            return


def compute_on_dask(buckets: Sequence[Bucket], address: str) -> Iterator[BucketRows]:
    """Compute buckets on the workers of a Dask cluster; those of a worker that is lost are computed by another.

    Args:
        buckets: the buckets; their warehouse is reached from the workers by the same settings.
        address: of the scheduler.

    Raises:
        ClusterError: Dask is not installed, the scheduler does not answer, or workers were lost again and again.
    """
    try:
        dask = importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise ClusterError(
            "a refresh on Dask needs the package distributed: pip install 'learnloom[dask]'"
        ) from error
    try:
        with dask.Client(address, timeout=_ANSWER_SECONDS) as client:
            futures = [
                client.submit(_compute_beside_others, each, key=f"{each.job.name}-{each.number}", pure=False)
                for each in buckets
            ]
            for future in dask.as_completed(futures):
                rows: BucketRows = future.result()
                # What a worker that is lost later had given would be computed again.
                future.release()
                yield rows
    except OSError as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} within {_ANSWER_SECONDS} s: start it (dask scheduler), or mend "
            "LEARNLOOM_REFRESH__DASK_SCHEDULER"
        ) from error
    except dask.scheduler.KilledWorker as error:
        raise ClusterError(
            f"workers at {address} were lost while they computed the same students: {error}. Give them more memory, or "
            "lower LEARNLOOM_REFRESH__BUCKET_STATEMENTS"
        ) from error
