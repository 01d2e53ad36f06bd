"""Computing one bucket: by this process, another one, or another machine that reaches catalogue and files."""

import uuid
from pathlib import Path

from learnloom.pipelines.ingest.land.student_keys import held_secret
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.relation import Relation, load_relations
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.refresh.buckets.job import KEYS, Bucket, BucketRows, Job, RowsFile
from learnloom.pipelines.refresh.build import Students, Transform
from learnloom.pipelines.refresh.digests import DIGEST
from learnloom.pipelines.refresh.errors import OtherCodeError
from learnloom.pipelines.refresh.outbox import CHANGE
from learnloom.pipelines.refresh.plan import code_digest
from learnloom.pipelines.refresh.students import compute_students, rows_of, student_tables
from learnloom.pipelines.refresh.touched import all_students
from learnloom.pipelines.refresh.workspace import Workspace


def compute_bucket(bucket: Bucket, *, has_core: bool = False) -> BucketRows:
    """Compute everything that is told of a bucket's students, and write it to files of its own.

    It reads the warehouse as the plan saw it, and changes nothing that a reader of the warehouse sees. Done twice, it
    gives the same rows under other names.

    Args:
        bucket: whom, and by which plan.
        has_core: whether others compute beside it, so that one thread is its share.

    Raises:
        OtherCodeError: here is another learnloom than where the refresh was planned.
        StudentSecretError: here is not the secret by which the warehouse's keys of students are made.
    """
    job = bucket.job
    if job.code_digest != code_digest(load_relations()):
        raise OtherCodeError(
            "the refresh was planned by another learnloom than is installed here: install the same version"
        )
    with (
        open_to_read(job.settings, snapshot=job.plan.state.staged_snapshot) as warehouse,
        one_thread(warehouse, when=has_core),
        Workspace(warehouse) as work,
    ):
        held_secret(warehouse)
        shared = {name: f"FROM '{path}'" for name, path in job.shared.items() if name != KEYS}
        transform = Transform(
            work, load_relations(), job.plan, _tell_nobody, shared=shared, among=bucket.keys.condition
        )
        transform.show_inputs()
        students = _students(transform, bucket)
        transform.choose(students)
        transform.take(students)
        compute_students(transform, job.settings)
        attempt = f"{job.name}-{bucket.number}-{uuid.uuid4().hex[:8]}"
        files = {
            relation.full_name: _write(transform, relation, job, attempt)
            for relation in bucket_tables(transform)
            if work.n_rows[relation.full_name]
        }
        return BucketRows(bucket.number, files)


def _tell_nobody(_: str) -> None:
    """Which relation is computed next is told by whoever waits for the bucket."""


def bucket_tables(transform: Transform) -> list[Relation]:
    """The relations whose rows a bucket gives."""
    return [*student_tables(transform), transform.by_name[DIGEST], transform.by_name[CHANGE]]


def _students(transform: Transform, bucket: Bucket) -> Students:
    condition = bucket.keys.condition
    if KEYS in bucket.job.shared:
        return Students(f"SELECT student_key FROM '{bucket.job.shared[KEYS]}' WHERE {condition}")
    return all_students(transform, condition)


def _write(transform: Transform, relation: Relation, job: Job, attempt: str) -> RowsFile:
    path = f"{job.folders[relation.full_name]}{attempt}.parquet"
    n_rows = write_parquet(transform.work, f"{rows_of(transform, relation)} ORDER BY student_key", path)
    return RowsFile(path, n_rows)


def write_parquet(work: Workspace, rows: str, path: str) -> int:
    """Write the rows of a query to a file; return how many they are."""
    if "://" not in path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return int(work.warehouse.one(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")[0])
