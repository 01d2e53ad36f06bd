"""One refresh: from what has landed to tables, estimates, profiles and signals."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.ingest.land.student_keys import key_who_is_listed, take_first_secret
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.relation import read_relations
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.pipelines.lake.turns import REFRESH, own_turn
from learnloom.pipelines.refresh.plan import Plan, make_plan
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import stage
from learnloom.pipelines.refresh.state import make_defined_tables
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.pipelines.tracing.span import span, steps

if TYPE_CHECKING:
    from learnloom.pipelines.refresh.buckets.spread import Spread

Clock = Callable[[], dt.datetime]
_LEAST_ATTEMPTS: Final = 5
"""So often it is planned and done again where others were faster, however long each takes."""


@dataclass(frozen=True)
class RefreshSummary:
    """What a refresh did."""

    as_of: dt.datetime
    staged: int
    """Landed statements that were new to it."""
    students: int
    """Students computed anew."""
    full_because: str | None
    """Why everything was built anew; None for an incremental refresh."""
    since: dt.datetime | None
    """Students of whom something has landed from then on were computed with the rest; None: it was not asked for."""
    model_version: int
    is_fitted: bool
    """Whether the model version was fitted by this refresh."""
    seconds: float
    is_new_day: bool = False
    """Whether the last refresh was as of another moment."""

    @property
    def scope(self) -> str:
        """Who was computed, as a person is told."""
        if self.full_because is not None:
            return f"everything was built, because {self.full_because}"
        if self.since is not None:
            return f"those of whom something has landed since {self.since:%Y-%m-%d}, and what changed"
        if self.is_new_day:
            return "what changed, and of everybody what another day changes"
        return "only what changed"


def refresh(
    warehouse: Warehouse,
    settings: Settings,
    request: RefreshRequest,
    *,
    clock: Clock,
    on_progress: Callable[[str], None] = lambda _: None,
    spread: "Spread | None" = None,
) -> RefreshSummary:
    """Bring every table, estimate, profile and signal up to what has landed.

    Args:
        warehouse: the warehouse, open for writing.
        settings: a school's choices.
        request: as of when, and whom.
        clock: gives the present moment.
        on_progress: is told what is being computed.
        spread: computes buckets of students, where they are too many for one; None: by the settings.

    Raises:
        VaultError: a model version is to be fitted, there is a vault, and it cannot be read.
        WarehouseBusyError: another process kept writing to the same tables.
    """
    started, wait_seconds = clock(), settings.lock_wait_seconds
    relations = read_relations()
    with (
        span("refresh", as_of=request.as_of.isoformat()) as add,
        steps(on_progress) as begin,
        one_thread(warehouse),
    ):
        landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
        warehouse.retrying(lambda: make_defined_tables(warehouse, relations), wait_seconds=wait_seconds)

        key_who_is_listed(warehouse, wait_seconds=wait_seconds)

        begin("staging")
        n_staged = stage(warehouse, relations, request, wait_seconds=wait_seconds)

        # All of the rest is planned and done again where another process was faster.
        for attempt in warehouse.attempts(wait_seconds, least=_LEAST_ATTEMPTS):
            with attempt, Workspace(warehouse) as work, ExitStack() as reading:
                reading.enter_context(one_snapshot(warehouse))
                plan = make_plan(warehouse, settings, relations, request, now=clock())
                n_students = 0
                if not plan.is_idle:
                    # What computes anything: a refresh with nothing to do need not wait for it.
                    from learnloom.pipelines.refresh.carry_out import carry_out  # noqa: PLC0415

                    n_students = carry_out(work, plan, settings, reading, begin, spread=spread)
        summary = _summary(plan, n_staged, n_students, seconds=(clock() - started).total_seconds())
        add(
            statements=n_staged,
            students=n_students,
            is_full=plan.is_full,
            model_version=plan.state.model_version,
        )
    return summary


def _summary(plan: Plan, n_staged: int, n_students: int, *, seconds: float) -> RefreshSummary:
    return RefreshSummary(
        as_of=plan.request.as_of,
        staged=n_staged,
        students=n_students,
        full_because=plan.full_because,
        since=plan.request.since,
        model_version=plan.state.model_version,
        is_fitted=plan.fits,
        seconds=seconds,
        is_new_day=plan.is_new_day,
    )


def key_first(warehouse: Warehouse, settings: Settings, *, now: dt.datetime) -> None:
    """Before the first refresh, make the secret of student keys, unless the settings say otherwise.

    Where several machines share a catalogue, each has a folder of its own, which may not last: there it is made only
    where a setting says in which file it is kept.

    Raises:
        StudentSecretError: it cannot be made, or another machine has made one.
    """
    chosen = settings.pseudonyms
    if chosen.keyed_students and (settings.catalog is None or chosen.student_key_file is not None):
        take_first_secret(warehouse, now=now, wait_seconds=settings.lock_wait_seconds)


def refresh_in_turn(
    warehouse: Warehouse,
    settings: Settings,
    request: RefreshRequest,
    *,
    clock: Clock,
    on_progress: Callable[[str], None] = lambda _: None,
) -> RefreshSummary:
    """Refresh when no other process of this machine does: of two at once one would have done its work for nothing.

    Args, raises: as `refresh`; `on_progress` is told, too, that others are waited for.
    """
    with own_turn(warehouse.folder, REFRESH, on_wait=on_progress):
        return refresh(warehouse, settings, request, clock=clock, on_progress=on_progress)


def refresh_and_tidy(
    warehouse: Warehouse,
    settings: Settings,
    request: RefreshRequest,
    *,
    clock: Clock,
    on_progress: Callable[[str], None] = lambda _: None,
) -> RefreshSummary:
    """Refresh a warehouse in turn, and keep it small; before the first time make the secret of student keys.

    Args:
        warehouse: as for `refresh`, like all others.
        settings: a school's choices.
        request: as of when, and whom.
        clock: gives the present moment.
        on_progress: is told what is being computed.

    Raises:
        StudentSecretError: the secret of student keys is missing, wrong, or cannot be made.
        WarehouseBusyError: other processes kept writing.
    """
    key_first(warehouse, settings, now=clock())
    summary = refresh_in_turn(warehouse, settings, request, clock=clock, on_progress=on_progress)
    tidy_if_needed(warehouse, now=clock(), wait_seconds=settings.lock_wait_seconds)
    return summary


def count_changes(warehouse: Warehouse) -> dict[str, int]:
    """How many signals the last refresh that computed anybody raised, and how many it ended."""
    warehouse.use(LAKE)
    counts = dict(
        warehouse.rows(
            "SELECT change, count(*) FROM feedback.outbox "
            "WHERE created_at = (SELECT refreshed_at FROM run.refresh_state) GROUP BY change"
        )
    )
    return {change: int(counts.get(change, 0)) for change in ("raised", "ended")}
