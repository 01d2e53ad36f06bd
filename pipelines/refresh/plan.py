"""What a refresh has to do: everything or only what changed, with which model version, and why."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.stage import STAGED_ANEW, is_known_snapshot
from learnloom.pipelines.refresh.state import LastRefresh, read_state
from learnloom.pipelines.refresh.versions import knows_versions, version_in_use

_SCHOOL: Final = ("skill_map", "skill", "course_run", "course_work")
"""Tables of landing that the school itself has given."""


@dataclass(frozen=True)
class Plan:
    """What a refresh has to do."""

    planned_from: LastRefresh | None
    """The refresh before this one; None before the first."""
    since: int | None
    """Snapshot up to which staged statements are known already; None: everything is built."""
    full_because: str | None
    """Why everything is built; None where only some students are computed anew."""
    model_version: int
    fits: bool
    """Whether that version is to be fitted."""
    rules_digest: str
    """Digest of all that, besides statements, model version and as_of, decides what is said of a student."""


def make_plan(
    warehouse: Warehouse,
    settings: Settings,
    relations: list[Relation],
    *,
    as_of: dt.datetime,
    full: bool,
    refit: bool,
    landed_since: dt.datetime | None,
) -> Plan:
    """Plan a refresh from what the last one left; arguments as for `refresh`."""
    digest = _rules_digest(warehouse, settings, relations)
    state = read_state(warehouse)
    newest = warehouse.one("SELECT max(model_version) FROM estimates.model_version")[0]
    fits = refit or newest is None or not knows_versions(warehouse)
    # A rebuild keeps the version in use; only a refit makes the next one.
    model_version = (newest or 0) + 1 if fits else (version_in_use(warehouse) or newest)
    reason = None
    if refit:
        reason = "a new model version was asked for"
    elif full:
        reason = "it was asked for"
    elif state is None:
        reason = "it is the first"
    elif fits:
        reason = "the model version in use is of an earlier learnloom"
    else:
        reason = _what_changed(
            warehouse,
            state,
            model_version=model_version,
            digest=digest,
            as_of=as_of,
            landed_since=landed_since,
        )
    return Plan(
        planned_from=state,
        since=None if reason or state is None else state.staged_snapshot,
        full_because=reason,
        model_version=model_version,
        fits=fits,
        rules_digest=digest,
    )


def _what_changed(
    warehouse: Warehouse,
    state: LastRefresh,
    *,
    model_version: int,
    digest: str,
    as_of: dt.datetime,
    landed_since: dt.datetime | None,
) -> str | None:
    """Why what stands cannot be built upon, though nobody asked for everything; None where it can."""
    reason = None
    if state.model_version != model_version:
        reason = f"model version {model_version} is in use now, not {state.model_version}"
    elif state.rules_digest == STAGED_ANEW:
        reason = "all statements were staged anew"
    elif state.rules_digest != digest:
        reason = "rules, settings, the skill map or the course plan have changed"
    elif state.as_of != as_of:
        reason = f"what is told is as of {as_of:%Y-%m-%d %H:%M} now, not {state.as_of:%Y-%m-%d %H:%M}"
    elif not is_known_snapshot(warehouse, state.staged_snapshot):
        reason = "the snapshot of the last refresh has expired"
    elif landed_since is not None and _began_since(warehouse, landed_since):
        reason = f"nothing had landed before {landed_since:%Y-%m-%d}"
    return reason


def _began_since(warehouse: Warehouse, moment: dt.datetime) -> bool:
    """Whether all that has landed has landed from this moment on."""
    return bool(
        warehouse.one("SELECT coalesce(min(landed_at) >= ?, true) FROM landing.statement", [moment])[0]
    )


def _rules_digest(warehouse: Warehouse, settings: Settings, relations: list[Relation]) -> str:
    """Digest of all that, besides statements, model version and as_of, decides what is said of a student."""
    school = [
        warehouse.one(
            f"SELECT md5(string_agg(t::VARCHAR, chr(30) ORDER BY t::VARCHAR)) FROM landing.{table} AS t"
        )
        for table in _SCHOOL
    ]
    parts = [
        version("learnloom"),
        *(relation.sql for relation in relations),
        *macro_definitions(),
        settings.thresholds.model_dump_json(),
        str(settings.session_gap_minutes),
        settings.time_zone,
        repr(school),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
