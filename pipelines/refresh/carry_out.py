"""Carrying out a plan in which there is something to compute: what is known, whom it concerns, their rows, the lake."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.lake.small import all_threads
from learnloom.pipelines.refresh.buckets.run import compute_in_buckets, count_buckets
from learnloom.pipelines.refresh.buckets.run_folder import RunFolders
from learnloom.pipelines.refresh.buckets.spread import Spread, spread_of
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.fit import barred_from, fit_apart
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.publish import publish
from learnloom.pipelines.refresh.reference import build_reference
from learnloom.pipelines.refresh.students import compute_students, count_students
from learnloom.pipelines.refresh.touched import find_students
from learnloom.pipelines.refresh.workspace import Workspace


def carry_out(
    work: Workspace,
    plan: Plan,
    settings: Settings,
    reading: ExitStack,
    begin: Callable[[str], None],
    *,
    spread: Spread | None,
) -> int:
    """Compute whatever the plan asks for and publish it; return of how many students.

    Args:
        work: where everything is computed; empty.
        plan: what is to be done.
        settings: a school's choices.
        reading: holds the snapshot of which a small refresh reads all that it is computed from.
        begin: is told what is computed next.
        spread: computes buckets of students; None: by the settings.

    Raises:
        OvertakenError: another process has refreshed since this was planned.
        VaultError: a model version is to be fitted, there is a vault, and it cannot be read.
    """
    warehouse = work.warehouse
    with RunFolders(warehouse, settings) as folders:
        if not plan.is_small:
            reading.close()
            if unfinished := folders.find_unfinished(plan):
                plan = replace(plan, state=unfinished.state)
        transform = Transform(work, load_relations(), plan, begin)
        with all_threads(warehouse, when=not plan.is_small):
            return _compute(transform, settings, folders, spread or spread_of(settings), reading)


def _compute(
    transform: Transform, settings: Settings, folders: RunFolders, spread: Spread, reading: ExitStack
) -> int:
    plan = transform.plan
    build_reference(transform)
    students = find_students(transform)
    n_people = transform.choose(students)
    if not n_people and not plan.concerns_everybody and not plan.recounts:
        return 0
    # Whatever is computed from here on is computed for these students, and for nobody else.
    if plan.is_small:
        transform.take(students)
        reading.close()
    n_buckets = folders.own.n_buckets if folders.own else count_buckets(transform, settings)
    if n_buckets == 1:
        if not plan.is_small:
            transform.take(students)
        if plan.fits and barred_from(transform, settings):
            fit_apart(transform, settings)
        compute_students(transform, settings)
    else:
        compute_in_buckets(transform, folders.own or folders.make(plan, n_buckets), settings, spread)
    transform.begin("writing")
    n_students = count_students(transform)
    publish(transform, n_students=n_students, source=settings.event_source)
    return n_students
