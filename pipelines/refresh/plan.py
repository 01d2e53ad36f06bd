"""What a refresh has to do: everything or only what changed, with which model version, and why."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.catalogue.vocabulary_in_force import vocabulary_in_force
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.macros import macro_definitions
from learnloom.pipelines.lake.relation import Relation, filled_tables
from learnloom.pipelines.refresh.feed import added, changes_since, is_known_snapshot
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import STAGED_ANEW, content_digest
from learnloom.pipelines.refresh.state import RECORD, SETTING, RefreshState, choices_of, read_state
from learnloom.pipelines.refresh.versions import knows_versions, version_in_use

_STAGED: Final = "staging.stg_statement"
_SCHOOL: Final = ("skill_map", "skill", "course_run", "course_work", "staff", "person")
"""Tables of landing that the school itself has given."""
_SMALL_SCHOOL: Final = 20_000
"""Statements of a school, up to which it is built in full by one thread of DuckDB; some seconds' work."""
_SMALL_NEWS: Final = 1_000
"""New statements up to which one thread computes their students: each may bring in a student of many more."""


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
    vocabulary: Sequence[Mapping[str, Any]]
    """The rules of the vocabulary that are in force: rows of run.vocabulary_rule."""
    n_statements: int
    """Staged statements to take in: those that are new; where everybody is concerned, all of them."""
    choices: Sequence[tuple[str, str]]
    """The rows of run.setting."""
    is_new_day: bool = False
    """Whether all that the last refresh left holds, but that it was told as of another moment: of everybody only what
    hangs on that is computed, and of the students whom it concerns, the rest."""
    changes: frozenset[str] = frozenset()
    """Kinds of the changes to staged statements since they were taken in last, where not everything is built."""

    @property
    def is_full(self) -> bool:
        """Whether everything is built."""
        return self.full_because is not None

    @property
    def concerns_everybody(self) -> bool:
        """Whether something is computed of every student."""
        return self.is_full or self.is_new_day

    @property
    def trusts_what_stands(self) -> bool:
        """Whether what was written last is taken to stand as it was written; else it is put right."""
        return not self.is_full and self.request.since is None

    @property
    def is_idle(self) -> bool:
        """Whether it is certain that there is nobody to compute."""
        waits = self.is_new_day or self.recounts or self.n_statements > 0
        return self.trusts_what_stands and not waits

    @property
    def recounts(self) -> bool:
        """Whether what statements mention, and what hangs on many students, is computed from all that stands."""
        return self.request.recounts and not self.is_full

    @property
    def is_small(self) -> bool:
        """Whether more than one thread of DuckDB costs more than it gains: hundreds of statements over few rows."""
        return self.n_statements <= (_SMALL_SCHOOL if self.concerns_everybody else _SMALL_NEWS)

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
    used = version_in_use(warehouse) or newest
    is_earlier = newest is not None and not knows_versions(warehouse)
    has_other_staff = not is_earlier and used is not None and _has_other_staff(warehouse, settings, used)
    fits = request.refit or newest is None or is_earlier or has_other_staff
    state = RefreshState(
        as_of=request.as_of.astimezone(dt.UTC),
        # A rebuild keeps the version in use; only a refit makes the next one.
        model_version=(newest or 0) + 1 if fits else used,
        session_gap_minutes=settings.session_gap_minutes,
        time_zone=settings.time_zone,
        staged_snapshot=snapshot,
        rules_digest=_rules_digest(warehouse, settings, relations, vocabulary),
        refreshed_at=now,
        n_students=0,
    )
    reason = _why_everything(request, before, is_earlier=is_earlier, has_other_staff=has_other_staff)
    if reason is None and before is not None:
        reason = _what_changed(warehouse, request, before, state)
    is_new_day = reason is None and before is not None and before.as_of != state.as_of
    changes, counted = frozenset[str](), f"{LAKE}.{_STAGED}"
    if reason is None and before is not None:
        staged = next(relation for relation in relations if relation.full_name == _STAGED)
        changes = frozenset(changes_since(warehouse, staged, before.staged_snapshot))
        if not is_new_day and not request.recounts:
            counted = added(staged, before.staged_snapshot, snapshot, changes) if changes else ""
    n_statements = int(warehouse.one(f"SELECT count(*) FROM {counted}")[0]) if counted else 0
    choices = choices_of(settings)
    return Plan(request, before, state, reason, fits, vocabulary, n_statements, choices, is_new_day, changes)


def _why_everything(
    request: RefreshRequest, before: RefreshState | None, *, is_earlier: bool, has_other_staff: bool
) -> str | None:
    """Why everything is built anew, whatever has changed; None: it is not."""
    if request.refit:
        return "a new model version was asked for"
    if request.full:
        return "it was asked for"
    if before is None:
        return "it is the first"
    if is_earlier:
        return "the model version in use is of an earlier learnloom"
    if has_other_staff:
        return "other staff were named when the model version in use was fitted"
    return None


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
        reason = "rules, settings or what the school has told have changed"
    elif request.since is not None and before.as_of != state.as_of:
        as_of, told = request.as_of, before.as_of.astimezone(request.as_of.tzinfo)
        reason = f"what is told is as of {as_of:%Y-%m-%d %H:%M} now, not {told:%Y-%m-%d %H:%M}"
    elif not is_known_snapshot(warehouse, before.staged_snapshot):
        reason = "the snapshot of the last refresh has expired"
    elif request.since is not None and _began_since(warehouse, request.since):
        reason = f"nothing had landed before {request.since:%Y-%m-%d}"
    return reason


def _has_other_staff(warehouse: Warehouse, settings: Settings, version: int) -> bool:
    """Whether a version was fitted before the school told who is staff: what is usual in its class counts them."""
    rows = warehouse.rows(
        f"SELECT setting_value FROM {LAKE}.{SETTING} WHERE setting_name = 'staff' ORDER BY setting_value"
    )
    if [row[0] for row in rows] != sorted(set(settings.staff)):
        return True
    if "landing.person_event" not in filled_tables(warehouse):
        return False
    told = (
        "SELECT count(*) > 0 FROM landing.person_event WHERE told_at > "
        "(SELECT fitted_at FROM estimates.model_version WHERE model_version = ?) AND (action = 'role' OR undone_id IN "
        "(SELECT event_id FROM landing.person_event WHERE action = 'role'))"
    )
    return bool(warehouse.one(told, [version])[0])


def _began_since(warehouse: Warehouse, moment: dt.datetime) -> bool:
    """Whether all that has landed has landed from this moment on."""
    return bool(
        warehouse.one("SELECT coalesce(min(landed_at) >= ?, true) FROM landing.statement", [moment])[0]
    )


def _rules_digest(
    warehouse: Warehouse,
    settings: Settings,
    relations: Sequence[Relation],
    vocabulary: Sequence[Mapping[str, Any]],
) -> str:
    """Digest of all that, besides statements, model version and as_of, decides what is said of a student."""
    filled = filled_tables(warehouse)
    school = [content_digest(warehouse, f"landing.{table}", filled) for table in _SCHOOL]
    parts = [
        code_digest(relations),
        settings.thresholds.model_dump_json(),
        _holdout_digest(settings),
        str(settings.session_gap_minutes),
        settings.time_zone,
        repr(choices_of(settings)),
        repr(school),
        content_digest(warehouse, RECORD, filled),
        repr(vocabulary),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _holdout_digest(settings: Settings) -> str:
    """Digest of what is left out by lot; of the key only that it is another one."""
    key = settings.holdout.key
    shares = repr(sorted(settings.holdout.shares.items()))
    return hashlib.sha256(f"{shares}{key.get_secret_value() if key else ''}".encode()).hexdigest()


def code_digest(relations: Sequence[Relation]) -> str:
    """Digest of the code that computes what is said of students: the version, and all of the SQL."""
    by_name = sorted(relations, key=lambda relation: relation.full_name)
    parts = [version("learnloom"), *(relation.sql for relation in by_name), *macro_definitions()]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
