"""What a refresh has to do: everything or only what changed, with which model version, and why."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.catalogue.vocabulary import vocabulary_in_force
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import STAGED_ANEW, is_known_snapshot
from learnloom.pipelines.refresh.state import RefreshState, read_state
from learnloom.pipelines.refresh.versions import knows_versions, version_in_use

_SCHOOL: Final = ("skill_map", "skill", "course_run", "course_work")
"""Tables of landing that the school itself has given."""


@dataclass(frozen=True)
class Plan:
    """What a refresh has to do."""

    request: RefreshRequest
    before: RefreshState | None
    """The state that the last refresh left; None before the first."""
    state: RefreshState
    """The state that this one leaves, but for the number of students."""
    full_because: str | None
    """Why everything is built; None where only some students are computed anew."""
    fits: bool
    """Whether the state's model version is to be fitted."""
    vocabulary: pa.Table
    """The rules of the vocabulary that are in force: rows of run.vocabulary_rule."""

    @property
    def is_full(self) -> bool:
        """Whether everything is built."""
        return self.full_because is not None

    @property
    def known_snapshot(self) -> int | None:
        """The snapshot up to which staged statements were taken in before; None: they are all new."""
        return None if self.is_full or self.before is None else self.before.staged_snapshot


def make_plan(
    warehouse: Warehouse,
    settings: Settings,
    relations: Sequence[Relation],
    request: RefreshRequest,
    *,
    now: dt.datetime,
) -> Plan:
    """Plan a refresh from what the last one left.

    Args:
        warehouse: the warehouse; its newest snapshot is what is built from.
        settings: a school's choices.
        relations: all relations.
        request: what is asked for.
        now: the present moment.
    """
    snapshot, vocabulary = warehouse.snapshot(), vocabulary_in_force(warehouse)
    before = read_state(warehouse)
    newest = warehouse.one("SELECT max(model_version) FROM estimates.model_version")[0]
    fits = request.refit or newest is None or not knows_versions(warehouse)
    state = RefreshState(
        as_of=request.as_of.astimezone(dt.UTC),
        # A rebuild keeps the version in use; only a refit makes the next one.
        model_version=(newest or 0) + 1 if fits else (version_in_use(warehouse) or newest),
        session_gap_minutes=settings.session_gap_minutes,
        time_zone=settings.time_zone,
        staged_snapshot=snapshot,
        rules_digest=_rules_digest(warehouse, settings, relations, vocabulary),
        refreshed_at=now,
        n_students=0,
    )
    reason: str | None
    if request.refit:
        reason = "a new model version was asked for"
    elif request.full:
        reason = "it was asked for"
    elif before is None:
        reason = "it is the first"
    elif fits:
        reason = "the model version in use is of an earlier learnloom"
    else:
        reason = _what_changed(warehouse, request, before, state)
    return Plan(request, before, state, reason, fits, vocabulary)


def _what_changed(
    warehouse: Warehouse, request: RefreshRequest, before: RefreshState, state: RefreshState
) -> str | None:
    """Why what stands cannot be built upon, though nobody asked for everything; None where it can."""
    reason = None
    if before.model_version != state.model_version:
        reason = f"model version {state.model_version} is in use now, not {before.model_version}"
    elif before.rules_digest == STAGED_ANEW:
        reason = "all statements were staged anew"
    elif before.rules_digest != state.rules_digest:
        reason = "rules, settings, the vocabulary, the skill map or the course plan have changed"
    elif before.as_of != state.as_of:
        as_of, told = request.as_of, before.as_of.astimezone(request.as_of.tzinfo)
        reason = f"what is told is as of {as_of:%Y-%m-%d %H:%M} now, not {told:%Y-%m-%d %H:%M}"
    elif not is_known_snapshot(warehouse, before.staged_snapshot):
        reason = "the snapshot of the last refresh has expired"
    elif request.since is not None and _began_since(warehouse, request.since):
        reason = f"nothing had landed before {request.since:%Y-%m-%d}"
    return reason


def _began_since(warehouse: Warehouse, moment: dt.datetime) -> bool:
    """Whether all that has landed has landed from this moment on."""
    return bool(
        warehouse.one("SELECT coalesce(min(landed_at) >= ?, true) FROM landing.statement", [moment])[0]
    )


def _rules_digest(
    warehouse: Warehouse, settings: Settings, relations: Sequence[Relation], vocabulary: pa.Table
) -> str:
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
        repr(vocabulary.to_pylist()),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
