"""One refresh: from what has landed to tables, estimates, profiles and signals."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import Relation, load_relations
from learnloom.pipelines.refresh.build import Build, Producer
from learnloom.pipelines.refresh.estimate import Estimator
from learnloom.pipelines.refresh.feedback import Feedback, Spread
from learnloom.pipelines.refresh.plan import Plan, make_plan
from learnloom.pipelines.refresh.stage import stage
from learnloom.pipelines.refresh.state import make_defined_tables
from learnloom.pipelines.refresh.workspace import Scratch
from learnloom.pipelines.tracing.span import span, steps


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
    landed_since: dt.datetime | None
    """Students of whom something has landed from then on were computed with the rest; None: it was not asked for."""
    model_version: int
    is_fitted: bool
    """Whether the model version was fitted by this refresh."""
    seconds: float

    @property
    def scope(self) -> str:
        """Who was computed, as a person is told."""
        if self.full_because is not None:
            return f"everything was built, because {self.full_because}"
        if self.landed_since is not None:
            return f"those of whom something has landed since {self.landed_since:%Y-%m-%d}, and what changed"
        return "only what changed"


def end_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The last instant of a day in the school's time zone: the usual as_of, so that its date is today."""
    return dt.datetime.combine(day, dt.time.max, ZoneInfo(time_zone))


def start_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The first instant of a day in the school's time zone."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(time_zone))


def refresh(
    warehouse: Warehouse,
    settings: Settings,
    *,
    as_of: dt.datetime,
    clock: Callable[[], dt.datetime],
    full: bool = False,
    refit: bool = False,
    landed_since: dt.datetime | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
    spread: Spread = map,
) -> RefreshSummary:
    """Bring every table, estimate, profile and signal up to what has landed.

    Args:
        warehouse: the warehouse, open for writing.
        settings: a school's choices.
        as_of: aware; the moment for which everything is told. Statements after it do not count yet.
        clock: gives the present moment.
        full: build everything anew even where only some students changed.
        refit: fit a new model version first; implies `full`.
        landed_since: aware; compute every student anew of whom something has landed from this moment on, changed or
            not, and prove that what landed since then is staged as it would be now. Where it is not, where nothing had
            landed before, or where anything else asks for it, everything is built.
        on_progress: is told what is being computed.
        spread: does the work on buckets of students, in their order: here, or elsewhere at the same time.

    Raises:
        WarehouseBusyError: another process kept writing to the same tables.
    """
    started = clock()
    with span("refresh", as_of=as_of.isoformat()) as add, steps(on_progress) as begin:
        work = _Refresh(
            warehouse, settings, load_relations(), as_of, clock, full, refit, landed_since, begin, spread
        )
        staged = work.stage()
        plan, students = warehouse.retrying(work.build, wait_seconds=settings.lock_wait_seconds)
        add(
            statements=staged,
            students=students,
            is_full=plan.full_because is not None,
            model_version=plan.model_version,
        )
    return RefreshSummary(
        as_of=as_of,
        staged=staged,
        students=students,
        full_because=plan.full_because,
        landed_since=landed_since,
        model_version=plan.model_version,
        is_fitted=plan.fits,
        seconds=(clock() - started).total_seconds(),
    )


@dataclass(frozen=True)
class _Refresh:
    """One refresh: what `refresh` was asked for."""

    warehouse: Warehouse
    settings: Settings
    relations: list[Relation]
    as_of: dt.datetime
    clock: Callable[[], dt.datetime]
    full: bool
    refit: bool
    landed_since: dt.datetime | None
    on_progress: Callable[[str], None]
    spread: Spread

    def stage(self) -> int:
        """Make what has to stand before anything else, and stage what has landed; return the rows staged."""
        wait_seconds = self.settings.lock_wait_seconds
        by_name = {relation.full_name: relation for relation in self.relations}
        tables.prepare(self.warehouse, wait_seconds=wait_seconds)
        self.warehouse.retrying(
            lambda: make_defined_tables(self.warehouse, self.relations), wait_seconds=wait_seconds
        )
        self.on_progress("staging")
        return stage(
            self.warehouse,
            by_name["landing.statement"],
            by_name["staging.stg_statement"],
            everything=self.full,
            proved_since=self.landed_since,
            wait_seconds=wait_seconds,
        )

    def build(self) -> tuple[Plan, int]:
        """Plan and build once; return the plan and the number of students computed."""
        snapshot = self.warehouse.snapshot()
        plan = make_plan(
            self.warehouse,
            self.settings,
            self.relations,
            as_of=self.as_of,
            full=self.full,
            refit=self.refit,
            landed_since=self.landed_since,
        )
        build = Build(
            self.warehouse,
            self.relations,
            lambda scratch: self._producers(scratch, plan),
            planned_from=plan.planned_from,
            state=self._state(plan, snapshot),
            since=plan.since,
            event_source=self.settings.event_source,
            landed_since=self.landed_since,
            fits=plan.fits,
            on_progress=self.on_progress,
        )
        return plan, build.run()

    def _producers(self, scratch: Scratch, plan: Plan) -> dict[str, Producer]:
        thresholds = self.settings.thresholds
        estimator = Estimator(
            scratch,
            plan.model_version,
            fits=plan.fits,
            thresholds=thresholds,
            on_progress=self.on_progress,
        )
        feedback = Feedback(
            scratch,
            as_of=self.as_of,
            model_version=plan.model_version,
            thresholds=thresholds,
            spread=self.spread,
        )
        return {**estimator.producers(), **feedback.producers()}

    def _state(self, plan: Plan, snapshot: int) -> dict[str, Any]:
        return {
            "as_of": self.as_of.astimezone(dt.UTC),
            "model_version": plan.model_version,
            "session_gap_minutes": self.settings.session_gap_minutes,
            "time_zone": self.settings.time_zone,
            "staged_snapshot": snapshot,
            "rules_digest": plan.rules_digest,
            "refreshed_at": self.clock(),
        }
