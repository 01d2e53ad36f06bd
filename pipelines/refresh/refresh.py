"""One refresh: from what has landed to tables, estimates, profiles and signals."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.refresh.estimate import Estimator
from pipelines.refresh.feedback import Feedback
from pipelines.settings import Settings
from pipelines.warehouse import landing
from pipelines.warehouse.build import Build, Producer
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.relation import Relation, load_relations
from pipelines.warehouse.scratch import Scratch
from pipelines.warehouse.staging import is_known_snapshot, stage
from pipelines.warehouse.state import LastRefresh, make_defined_tables, read_state


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
    model_version: int
    is_fitted: bool
    """Whether the model version was fitted by this refresh."""
    seconds: float


@dataclass(frozen=True)
class _Plan:
    """What a refresh has to do."""

    planned_from: LastRefresh | None
    since: int | None
    full_because: str | None
    model_version: int
    fits: bool


def end_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The last instant of a day in the school's time zone: the usual as_of, so that its date is today."""
    return dt.datetime.combine(day, dt.time.max, ZoneInfo(time_zone))


def refresh(
    warehouse: Warehouse,
    settings: Settings,
    *,
    as_of: dt.datetime,
    clock: Callable[[], dt.datetime],
    full: bool = False,
    refit: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> RefreshSummary:
    """Bring every table, estimate, profile and signal up to what has landed.

    Args:
        warehouse: the warehouse, open for writing.
        settings: a school's choices.
        as_of: aware; the moment for which everything is told. Statements after it do not count yet.
        clock: gives the present moment.
        full: build everything anew even where only some students changed.
        refit: fit a new model version first; implies `full`.
        on_progress: is told what is being computed.

    Raises:
        WarehouseBusyError: another process kept writing to the same tables.
    """
    started = clock()
    relations = load_relations()
    by_name = {relation.full_name: relation for relation in relations}
    landing.prepare(warehouse, wait_seconds=settings.lock_wait_seconds)
    warehouse.retrying(
        lambda: make_defined_tables(warehouse, relations), wait_seconds=settings.lock_wait_seconds
    )
    on_progress("staging")
    staged = stage(
        warehouse,
        by_name["landing.statement"],
        by_name["staging.stg_statement"],
        everything=full,
        wait_seconds=settings.lock_wait_seconds,
    )

    def once() -> tuple[_Plan, int]:
        snapshot = warehouse.snapshot()
        digest = _rules_digest(warehouse, settings, relations)
        plan = _plan(warehouse, digest, as_of=as_of, full=full, refit=refit)

        def producers(scratch: Scratch) -> dict[str, Producer]:
            estimator = Estimator(scratch, plan.model_version, fits=plan.fits, thresholds=settings.thresholds)
            feedback = Feedback(
                scratch, as_of=as_of, model_version=plan.model_version, thresholds=settings.thresholds
            )
            return {**estimator.producers(), **feedback.producers()}

        build = Build(
            warehouse,
            relations,
            producers,
            planned_from=plan.planned_from,
            state=_state(settings, plan, snapshot, digest, as_of=as_of, refreshed_at=clock()),
            since=plan.since,
            fits=plan.fits,
            on_progress=on_progress,
        )
        return plan, build.run()

    plan, students = warehouse.retrying(once, wait_seconds=settings.lock_wait_seconds)
    return RefreshSummary(
        as_of=as_of,
        staged=staged,
        students=students,
        full_because=plan.full_because,
        model_version=plan.model_version,
        is_fitted=plan.fits,
        seconds=(clock() - started).total_seconds(),
    )


def _plan(warehouse: Warehouse, digest: str, *, as_of: dt.datetime, full: bool, refit: bool) -> _Plan:
    state = read_state(warehouse)
    newest = warehouse.one("SELECT max(model_version) FROM estimates.model_version")[0]
    fits = refit or newest is None
    # A rebuild keeps the version in use; only a refit makes the next one.
    model_version = (newest or 0) + 1 if fits else (state.model_version if state else newest)
    reason = None
    if refit:
        reason = "a new model version was asked for"
    elif full:
        reason = "it was asked for"
    elif state is None:
        reason = "it is the first"
    elif state.rules_digest != digest:
        reason = "rules, settings or the skill map have changed"
    elif state.as_of != as_of:
        reason = f"what is told is as of {as_of:%Y-%m-%d %H:%M} now, not {state.as_of:%Y-%m-%d %H:%M}"
    elif not is_known_snapshot(warehouse, state.staged_snapshot):
        reason = "the snapshot of the last refresh has expired"
    return _Plan(
        planned_from=state,
        since=None if reason or state is None else state.staged_snapshot,
        full_because=reason,
        model_version=model_version,
        fits=fits,
    )


def _rules_digest(warehouse: Warehouse, settings: Settings, relations: list[Relation]) -> str:
    """Digest of all that, besides statements, model version and as_of, decides what is said of a student."""
    school = warehouse.rows(
        "SELECT md5(string_agg(concat_ws(chr(31), activity_id, skill_id, weight), chr(30) ORDER BY ALL)) "
        "FROM landing.skill_map UNION ALL "
        "SELECT md5(string_agg(concat_ws(chr(31), skill_id, skill_name, prerequisite_ids), chr(30) ORDER BY ALL)) "
        "FROM landing.skill"
    )
    parts = [
        version("learnloom"),
        *(relation.sql for relation in relations),
        settings.thresholds.model_dump_json(),
        str(settings.session_gap_minutes),
        settings.time_zone,
        repr(school),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _state(
    settings: Settings,
    plan: _Plan,
    snapshot: int,
    digest: str,
    *,
    as_of: dt.datetime,
    refreshed_at: dt.datetime,
) -> dict[str, Any]:
    return {
        "as_of": as_of.astimezone(dt.UTC),
        "model_version": plan.model_version,
        "session_gap_minutes": settings.session_gap_minutes,
        "time_zone": settings.time_zone,
        "staged_snapshot": snapshot,
        "rules_digest": digest,
        "refreshed_at": refreshed_at,
    }
