"""Computing students bucket by bucket: a bucket bounds the memory, and several may be computed at the same time."""

from contextlib import closing
from dataclasses import replace

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.refresh.buckets.compute import bucket_tables, write_parquet
from learnloom.pipelines.refresh.buckets.job import KEYS, Bucket, BucketRows, Job
from learnloom.pipelines.refresh.buckets.key_range import MOST_RANGES, key_ranges
from learnloom.pipelines.refresh.buckets.run_folder import RunFolder
from learnloom.pipelines.refresh.buckets.spread import Spread
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.plan import code_digest

_SHARED_SCOPES = ("mention", "reference", "version")


def count_buckets(transform: Transform, settings: Settings) -> int:
    """How many buckets the students make of whom something is computed; where the plan is small, they are taken."""
    if transform.plan.concerns_everybody:
        n_statements = transform.plan.n_statements
    elif transform.plan.is_small:
        n_statements = transform.work.n_rows["staging.stg_statement"]
    else:
        keys = transform.work.keys("student")
        counted = f"SELECT count(*) FROM {transform.staged} SEMI JOIN {keys} USING (student_key)"
        n_statements = int(transform.work.warehouse.one(counted)[0])
    return max(1, min(MOST_RANGES, -(-n_statements // settings.refresh.bucket_statements)))


def compute_in_buckets(transform: Transform, folder: RunFolder, settings: Settings, spread: Spread) -> None:
    """Compute the students chosen, and show their rows in the workspace as if they had been computed there.

    Buckets that the folder has already are not computed again.

    Args:
        transform: in its workspace stand the reference relations and the keys of the students chosen.
        folder: keeps what is done.
        settings: where the warehouse stands, and a school's choices.
        spread: computes the buckets.
    """
    job = _job(transform, folder, settings)
    done = folder.done()
    buckets = [Bucket(job, number, keys) for number, keys in enumerate(key_ranges(folder.n_buckets))]
    transform.begin(f"bucket {len(done) + 1} of {len(buckets)}")
    with closing(spread([bucket for bucket in buckets if bucket.number not in done])) as computed:
        for rows in computed:
            folder.keep(rows)
            done[rows.number] = rows
            transform.begin(f"bucket {min(len(done) + 1, len(buckets))} of {len(buckets)}")
    _show(transform, [done[bucket.number] for bucket in buckets])


def _job(transform: Transform, folder: RunFolder, settings: Settings) -> Job:
    """What all buckets have in common; fitted, written and kept where it is not yet."""
    work = transform.work
    data = work.warehouse.place.data
    shared = folder.shared()
    if shared is None:
        if transform.plan.fits:
            from learnloom.pipelines.refresh.fit import fit_apart  # noqa: PLC0415 - it is seldom wanted

            fit_apart(transform, settings)
        keys = {KEYS: f"FROM {work.keys('student')}"} if not transform.plan.is_full else {}
        rows = keys | {
            relation.full_name: f"FROM {work.place(relation)}"
            for relation in transform.of_scope(*_SHARED_SCOPES)
            if relation.stored == "table" and relation.full_name in work.kinds
        }
        shared = {name: f"{data}refresh/{folder.name}/{name}.parquet" for name in rows}
        for name, path in shared.items():
            write_parquet(work, rows[name], path)
        folder.keep_shared(shared)
    else:
        for relation in transform.of_scope("version"):
            if transform.plan.fits and relation.full_name in shared:
                work.take(relation, f"FROM '{shared[relation.full_name]}'")
    folders = {
        relation.full_name: f"{data}{relation.layer}/{relation.name}/"
        for relation in bucket_tables(transform)
    }
    here = settings.model_copy(update={"warehouse": work.warehouse.folder})
    plan = replace(transform.plan, fits=False)
    return Job(folder.name, code_digest(transform.relations), plan, here, shared, folders)


def _show(transform: Transform, done: list[BucketRows]) -> None:
    """Show the rows of all buckets in the workspace, and note the files that hold them."""
    work = transform.work
    # What belongs to activities hangs on all statements of the students chosen.
    work.show(
        transform.by_name["staging.stg_statement"], source=f"(FROM {transform.staged} {transform.by_keys})"
    )
    for relation in transform.of_scope("student"):
        if relation.stored == "view":
            work.compute(relation)
    for relation in bucket_tables(transform):
        files = [rows.files[relation.full_name] for rows in done if relation.full_name in rows.files]
        transform.files[relation.full_name] = [file.path for file in files]
        if files:
            work.show_files(relation, [file.path for file in files], sum(file.n_rows for file in files))
        elif relation.full_name in transform.existing:
            work.leave_empty(relation, transform.columns[relation.full_name])
        elif relation.is_select:
            work.compute(relation, is_empty=True)
        else:
            work.define(relation)
