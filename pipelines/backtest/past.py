"""What would have been told of students on a day gone by, by no later statement.

The relations of a refresh are computed in a workspace as of that day, from the statements up to it; nothing is written
to the lake. What statements mention, the skill map, the course plan and the vocabulary are taken as they are known now.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from learnloom.pipelines.config.holdout import Holdout
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.catalogue.vocabulary_in_force import vocabulary_in_force
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables, load_relations
from learnloom.pipelines.refresh.buckets.key_range import MOST_RANGES, KeyRange, key_ranges
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.errors import UnreadableVersionsError
from learnloom.pipelines.refresh.fit import fit_apart
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.state import RECORD, choices_of, read_state
from learnloom.pipelines.refresh.students import compute_students
from learnloom.pipelines.refresh.touched import all_students
from learnloom.pipelines.refresh.versions import check_versions
from learnloom.pipelines.refresh.workspace import Workspace

_SHARED: Final = ("mention", "reference")
_GROWN: Final = 2
"""How many times as many statements there have to be as at the last fit, for a new one: so fits are few."""

_SIGNALS: Final = """
    SELECT
        student_key, signal_id, signal_kind, message_id, subject, value,
        [choice ->> 'skill_id' FOR choice IN (signal -> 'choices')::JSON[]] AS choice_skills,
        [(choice ->> 'p_right')::DOUBLE FOR choice IN (signal -> 'choices')::JSON[]] AS choice_p
    FROM feedback.signal
    ORDER BY signal_id
"""
_SKILLS: Final = """
    SELECT
        skill.student_key, skill.skill_id, skill.n_attempts, skill.run_right, skill.longest_run, skill.class_rate,
        estimate.p_mastery, estimate.mastered_at IS NOT NULL AS was_mastered
    FROM marts.mart_student_skill AS skill
    LEFT JOIN estimates.student_skill AS estimate
        ON skill.student_key = estimate.student_key AND skill.skill_id = estimate.skill_id
    WHERE skill.n_attempts > 0
    ORDER BY skill.student_key, skill.skill_id
"""
_STUDENTS: Final = """
    SELECT
        student_key,
        (profile -> 'rhythm' ->> 'days_since_seen')::INTEGER AS days_since_seen,
        (profile -> 'rhythm' ->> 'weekly_seconds_before')::DOUBLE AS weekly_seconds,
        len((profile -> 'courses')::JSON[]) = 0
        OR list_bool_or([(course ->> 'is_active')::BOOLEAN FOR course IN (profile -> 'courses')::JSON[]]) AS is_enrolled
    FROM feedback.student_profile
    ORDER BY student_key
"""
_COURSES: Final = """
    SELECT student_key, course_id, days_since_active, enrolled_days
    FROM marts.mart_student_risk
    ORDER BY student_key, course_id
"""
_LAST_TAKEN: Final = """
    SELECT student_key, measure_name, arg_max(is_taken, occurred_at) AS is_last_taken
    FROM norms.opportunity
    GROUP BY ALL
    ORDER BY ALL
"""


@dataclass(frozen=True)
class PastDay:
    """What was known and told of some students at the end of a day."""

    at: dt.datetime
    signals: pa.Table
    skills: pa.Table
    students: pa.Table
    courses: pa.Table
    measures: pa.Table


def days_of(first: dt.date, last: dt.date, every: int) -> list[dt.date]:
    """Days from `first` on, each so many days after the one before, up to `last`."""
    return [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, every)]


def past_days(
    warehouse: Warehouse,
    settings: Settings,
    days: Sequence[dt.date],
    *,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Iterator[PastDay]:
    """Compute what would have been told at the end of each day, one range of students after the other.

    Told by the newest kept model version that was fitted as of that day or before; where there is none, by one fitted
    here as of a day up to then, anew each time that there are twice as many statements.

    Args:
        warehouse: the warehouse, open for reading, and refreshed.
        settings: a school's choices.
        days: in order.
        on_progress: is told which day is computed.

    Raises:
        UnreadableVersionsError: the warehouse was never refreshed, or last by an earlier learnloom.
    """
    check_versions(warehouse)
    with Workspace(warehouse, "versions") as kept:
        # Nothing is withheld of what would have been told, and no figure silences what is to be judged.
        heard = settings.thresholds.model_copy(update={"least_right": {}, "least_right_to_act": 0.0})
        whole = settings.model_copy(update={"holdout": Holdout(), "thresholds": heard})
        past = _Past(warehouse, whole, kept)
        for day in days:
            on_progress(f"{day}")
            yield from past.told(day)


class _Past:
    """What the days have in common."""

    def __init__(self, warehouse: Warehouse, settings: Settings, kept: Workspace) -> None:
        state = read_state(warehouse)
        if state is None:
            raise UnreadableVersionsError("nothing was ever refreshed here: run learnloom refresh first")
        self.warehouse, self.settings, self.kept, self.state = warehouse, settings, kept, state
        self.relations = load_relations()
        existing = existing_tables(warehouse)
        self.shared = {
            each.full_name: f"FROM {LAKE}.{each.full_name}"
            for each in self.relations
            if each.scope in _SHARED
            and each.stored == "table"
            and each.is_select
            and each.full_name in existing
        }
        if RECORD in existing:
            # The rules of that day knew nothing of it.
            self.shared[RECORD] = f"FROM {LAKE}.{RECORD} LIMIT 0"
        self.vocabulary = vocabulary_in_force(warehouse)
        self.fitted_on = 0
        """Statements on which the version was fitted that `kept` holds."""

    def told(self, day: dt.date) -> Iterator[PastDay]:
        """What would have been told on a day."""
        plan = self._plan(day)
        if plan.n_statements == 0:
            return
        version = self._kept_version(plan)
        if version is None and plan.n_statements >= _GROWN * self.fitted_on:
            self._fit(plan)
        if version is not None:
            plan = replace(plan, state=plan.state._replace(model_version=version))
        of_version = {} if version is not None else self._fitted()
        n_ranges = max(1, min(MOST_RANGES, -(-plan.n_statements // self.settings.refresh.bucket_statements)))
        for keys in key_ranges(n_ranges):
            with self._transform(plan, self.shared | of_version, keys) as transform:
                transform.show_inputs()
                students = all_students(transform, keys.condition)
                if not transform.choose(students):
                    continue
                transform.take(students)
                compute_students(transform, self.settings)
                read = transform.work.read
                yield PastDay(
                    plan.request.as_of,
                    *(read(select) for select in (_SIGNALS, _SKILLS, _STUDENTS, _COURSES, _LAST_TAKEN)),
                )

    def _plan(self, day: dt.date) -> Plan:
        """A full refresh as of a day, of what the lake's refresh took in."""
        request = RefreshRequest(end_of_day(day, self.state.time_zone), full=True)
        until = f"{LAKE}.staging.stg_statement AT (VERSION => {self.state.staged_snapshot})"
        n = self.warehouse.one(f"SELECT count(*) FROM {until} WHERE occurred_at < ?", [request.as_of])[0]
        state = self.state._replace(as_of=request.as_of.astimezone(dt.UTC), model_version=0)
        return Plan(
            request=request,
            before=None,
            state=state,
            full_because="it is a day gone by",
            fits=False,
            vocabulary=self.vocabulary,
            n_statements=int(n),
            choices=choices_of(self.settings),
        )

    def _kept_version(self, plan: Plan) -> int | None:
        """The newest version of the lake that had seen nothing later; None where there is none."""
        select = f"SELECT max(model_version) FROM {LAKE}.estimates.model_version WHERE fitted_as_of <= ?"
        found = self.warehouse.one(select, [plan.state.as_of])[0]
        return None if found is None else int(found)

    def _fit(self, plan: Plan) -> None:
        """Fit a version as of the plan's day, and keep it for the days to come."""
        whole = replace(plan, fits=True)
        with self._transform(whole, self.shared) as transform:
            transform.show_inputs()
            transform.work.show(transform.by_name["staging.stg_statement"], source=transform.staged)
            fit_apart(transform, self.settings)
            for relation in transform.of_scope("version"):
                self.kept.take(relation, f"FROM {transform.work.place(relation)}")
        self.fitted_on = plan.n_statements

    def _fitted(self) -> dict[str, str]:
        return {
            each.full_name: f"FROM {self.kept.place(each)}"
            for each in self.relations
            if each.scope == "version"
        }

    @contextmanager
    def _transform(
        self, plan: Plan, shared: dict[str, str], keys: KeyRange | None = None
    ) -> Iterator[Transform]:
        among = keys.condition if keys else "true"
        with Workspace(self.warehouse) as work:
            yield Transform(work, self.relations, plan, lambda _: None, shared=shared, among=among)
