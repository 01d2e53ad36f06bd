"""Who computes buckets: this process, several of this machine, or the workers of a Dask cluster."""

import importlib
import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.refresh.buckets.compute import compute_bucket
from learnloom.pipelines.refresh.buckets.job import Bucket, BucketRows
from learnloom.pipelines.refresh.errors import ClusterError

Computed = Generator[BucketRows, None, None]
"""What each bucket has given, in whatever order; closed, it begins no more of them."""
Spread = Callable[[Sequence[Bucket]], Computed]
"""Computes buckets."""
_LOST_POOLS: Final = 3
"""So many times processes are started anew after one of them was killed."""
_ANSWER_SECONDS: Final = 30
"""So long a scheduler may take to answer."""
_WORKER_SECONDS: Final = 300
"""So long the first worker may take to come: some clusters start machines for it."""
_compute_beside_others = partial(compute_bucket, has_core=True)


def spread_of(settings: Settings) -> Spread:
    """Who computes buckets, by the settings."""
    bounds = settings.refresh
    if bounds.dask_scheduler is not None:
        return partial(compute_on_dask, address=bounds.dask_scheduler)
    if bounds.workers > 1:
        return partial(compute_in_processes, n_workers=bounds.workers)
    return compute_here


def compute_here(buckets: Sequence[Bucket]) -> Computed:
    """Compute one bucket after the other in this process."""
    yield from map(compute_bucket, buckets)


def compute_in_processes(buckets: Sequence[Bucket], n_workers: int) -> Computed:
    """Compute buckets in processes of this machine; those of a process that is killed are computed again.

    Where one fails, or whoever asks wants no more, only those under way are still computed.

    Raises:
        ClusterError: processes were killed again and again.
    """
    waiting = {bucket.number: bucket for bucket in buckets}
    for n_lost in range(1, _LOST_POOLS + 2):
        # Spawned: a fork would share DuckDB's threads and connections.
        pool = ProcessPoolExecutor(
            min(n_workers, len(waiting)), get_context("spawn"), initializer=_end_with_parent
        )
        try:
            for done in as_completed(
                [pool.submit(_compute_beside_others, each) for each in waiting.values()]
            ):
                rows = done.result()
                del waiting[rows.number]
                yield rows
        except BrokenProcessPool as error:
            if n_lost > _LOST_POOLS:
                raise ClusterError(
                    f"processes were killed {n_lost} times while they computed students: give this machine more "
                    "memory, or lower LEARNLOOM_REFRESH__WORKERS or LEARNLOOM_REFRESH__BUCKET_STATEMENTS"
                ) from error
        finally:
            pool.shutdown(cancel_futures=True)
        if not waiting:
            return


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: of its being killed the pool's pipes tell nothing."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_await_end, args=(parent,), daemon=True).start()


def _await_end(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def compute_on_dask(buckets: Sequence[Bucket], address: str) -> Computed:
    """Compute buckets on the workers of a Dask cluster; those of a worker that is lost are computed by another.

    Args:
        buckets: the buckets; their warehouse is reached from the workers by the same settings.
        address: of the scheduler.

    Raises:
        ClusterError: Dask is not installed, the scheduler does not answer or is lost, no worker comes, or workers were
            lost again and again.
    """
    try:
        dask = importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise ClusterError(
            "a refresh on Dask needs the package distributed: pip install 'learnloom[dask]'"
        ) from error
    try:
        client = dask.Client(address, timeout=_ANSWER_SECONDS)
    except OSError as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} within {_ANSWER_SECONDS} s: start it (dask scheduler), or mend "
            "LEARNLOOM_REFRESH__DASK_SCHEDULER"
        ) from error
    try:
        with client:
            yield from _computed(dask, client, buckets, address)
    except (dask.client.FutureCancelledError, dask.comm.CommClosedError) as error:
        raise ClusterError(
            f"the Dask scheduler at {address} was lost: start it again; the next refresh goes on from the buckets that "
            "were done"
        ) from error
    except (dask.scheduler.KilledWorker, dask.scheduler.NoWorkerError) as error:
        raise ClusterError(
            f"workers at {address} were lost while they computed students: give them more memory, or lower "
            f"LEARNLOOM_REFRESH__BUCKET_STATEMENTS ({error})"
        ) from error


def _computed(dask: Any, client: Any, buckets: Sequence[Bucket], address: str) -> Computed:
    # Before a worker is waited for: some clusters start workers when there is work.
    futures = [
        client.submit(_compute_beside_others, each, key=f"{each.job.name}-{each.number}", pure=False)
        for each in buckets
    ]
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            f"no Dask worker has come to the scheduler at {address} within {_WORKER_SECONDS} s: start some "
            f"(dask worker {address})"
        ) from error
    for future in dask.as_completed(futures):
        rows: BucketRows = future.result()
        # What a worker that is lost later had given would be computed again.
        future.release()
        yield rows
