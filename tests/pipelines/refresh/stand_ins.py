"""What stands in for the computing of a bucket in processes of their own, where only their ends are looked at."""

import fcntl
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from learnloom.pipelines.refresh.buckets import spread
from learnloom.pipelines.refresh.buckets.job import Bucket, BucketRows, Job
from learnloom.pipelines.refresh.buckets.key_range import key_ranges
from tests.pipelines.refresh.school import SETTINGS


def buckets(n_buckets: int) -> list[Bucket]:
    """Buckets of which nothing but the number is looked at."""
    job = Job("job", "digest", None, SETTINGS, {}, {})  # type: ignore[arg-type]
    return [Bucket(job, number, keys) for number, keys in enumerate(key_ranges(n_buckets))]


def give(folder: Path, bucket: Bucket) -> BucketRows:
    """Leave a file, and give no rows; all but the first bucket wait for the lock `gate` in the folder before."""
    (folder / f"bucket-{bucket.number}").touch()
    if bucket.number:
        with (folder / "gate").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_SH)
    return BucketRows(bucket.number, {})


def fail_first(folder: Path, bucket: Bucket) -> BucketRows:
    """Likewise, but that the first bucket fails."""
    given = give(folder, bucket)
    if not bucket.number:
        raise PermissionError(13, "Permission denied", "/srv/data/feedback")
    return given


def die(_: Bucket) -> BucketRows:
    """End the process, as one without memory is ended."""
    os._exit(9)


def hold(pipe: Path, _: Bucket) -> BucketRows:
    """Say the process's id in a named pipe, hold it open, and never end."""
    opened = os.open(pipe, os.O_WRONLY)
    os.write(opened, b"%d\n" % os.getpid())
    while True:
        signal.pause()


def refresh_holding(pipe: Path) -> None:
    """Compute two buckets in processes of this one that hold the pipe."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spread, "_compute_beside_others", partial(hold, pipe))
        list(spread.compute_in_processes(buckets(2), n_workers=2))
