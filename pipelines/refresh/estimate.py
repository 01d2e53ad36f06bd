"""The learner model between the tables that it reads and those that it writes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.feedback.thresholds import Thresholds
from pipelines.learner.elo import fit
from pipelines.learner.history import FULL_WEIGHT, RAPID_WEIGHT, History
from pipelines.learner.interval import intervals
from pipelines.learner.parameters import Parameters
from pipelines.learner.review_choice import REVIEWERS, ReviewChoice, ReviewKind, choose
from pipelines.learner.trace import Trace, p_at_average_item, trace
from pipelines.refresh.columns import codes_of, ids_of, named, numbers_of
from pipelines.refresh.review import read_review_choice, review_choice_table
from pipelines.warehouse.build import Producer
from pipelines.warehouse.scratch import Scratch

_ANSWERS = f"""
    SELECT
        attempt.student_key,
        attempt.attempt_id,
        attempt.activity_id,
        attempt.skill_ids,
        attempt.score::DOUBLE AS score,
        CASE WHEN effort.is_rapid THEN {RAPID_WEIGHT} ELSE {FULL_WEIGHT} END::DOUBLE AS weight,
        attempt.occurred_at
    FROM dimensional.fact_attempt AS attempt
    INNER JOIN estimates.attempt_effort AS effort ON attempt.attempt_id = effort.attempt_id
    ORDER BY attempt.occurred_at, attempt.attempt_id
"""
_TAUGHT = """
    SELECT DISTINCT fact_enrolment.student_key, dim_course_skill.skill_id
    FROM dimensional.fact_enrolment
    INNER JOIN dimensional.dim_course_skill ON fact_enrolment.course_id = dim_course_skill.course_id
    ORDER BY ALL
"""


@dataclass(frozen=True)
class _Answers:
    """The answers of some students as the learner model takes them, and what its codes stand for."""

    table: pa.Table
    history: History
    students: list[str]
    items: list[str]
    skills: list[str]


class Estimator:
    """Fits a model version where one is asked for, and says what the version in use makes of each student."""

    def __init__(self, scratch: Scratch, model_version: int, *, fits: bool, thresholds: Thresholds) -> None:
        """`fits`: fit version `model_version` from the answers in `scratch`; else read what was fitted.

        `thresholds`: from what probability on a skill is mastered, or near it.
        """
        self._thresholds = thresholds
        self.model_version = model_version
        self.fits = fits
        self._scratch = scratch
        self._traces: dict[ReviewKind, Trace] = {}

    def producers(self) -> dict[str, Producer]:
        """The relations that it computes."""
        return {
            "estimates.model_version": self._model_version,
            "estimates.item_parameter": self._item_parameter,
            "estimates.skill_parameter": self._skill_parameter,
            "estimates.review_choice": lambda: review_choice_table(self.model_version, self._review_choice),
            "estimates.attempt_estimate": self._attempt_estimate,
            "estimates.skill_estimate": self._skill_estimate,
            "estimates.student_skill": self._student_skill,
        }

    @cached_property
    def _known(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Version, items and skills of the version in use, in order of ids."""
        return (
            self._scratch.read("FROM estimates.model_version"),
            self._scratch.read("FROM estimates.item_parameter ORDER BY activity_id"),
            self._scratch.read("FROM estimates.skill_parameter ORDER BY skill_id"),
        )

    @cached_property
    def _answers(self) -> _Answers:
        table = self._scratch.read(_ANSWERS)
        _, items, skills = (None, None, None) if self.fits else self._known
        known_items = items.column("activity_id").to_pylist() if items is not None else []
        known_skills = skills.column("skill_id").to_pylist() if skills is not None else []
        lists = table.column("skill_ids").combine_chunks()
        flat = lists.flatten()
        student_ids = ids_of(table.column("student_key"), [])
        item_ids = ids_of(table.column("activity_id"), known_items)
        skill_ids = ids_of(flat, known_skills)
        lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
        history = History(
            student=codes_of(table.column("student_key"), student_ids),
            item=codes_of(table.column("activity_id"), item_ids),
            score=table.column("score").to_numpy(),
            weight=table.column("weight").to_numpy(),
            answered_at=table.column("occurred_at").to_numpy().astype("datetime64[us]"),
            skill_offset=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            skill=codes_of(flat, skill_ids),
        )
        return _Answers(table, history, student_ids, item_ids, skill_ids)

    @cached_property
    def _parameters(self) -> Parameters:
        if self.fits:
            answers = self._answers
            return fit(answers.history, n_items=len(answers.items), n_skills=len(answers.skills))
        version, items, skills = self._known
        row: dict[str, Any] = version.to_pylist()[0]
        return Parameters(
            base_logit=row["base_logit"],
            slope=row["slope"],
            intercept=row["intercept"],
            item_difficulty=numbers_of(items, "difficulty"),
            item_n=numbers_of(items, "n_answers").astype(np.int64),
            item_rate=numbers_of(items, "mean_score"),
            skill_difficulty=numbers_of(skills, "difficulty"),
            skill_n=numbers_of(skills, "n_answers").astype(np.int64),
            skill_rate=numbers_of(skills, "mean_score"),
            skill_item_difficulty=numbers_of(skills, "item_difficulty"),
        )

    @cached_property
    def _review_choice(self) -> ReviewChoice:
        if not self.fits:
            return read_review_choice(self._scratch)
        # Levels do not hang on reviews: any scheduler will do to tell what was mastered when.
        after = self._traced(ReviewKind.FIXED).p_mastery_after
        return choose(self._answers.history, after, mastered=self._thresholds.mastered)

    @property
    def _trace(self) -> Trace:
        return self._traced(self._review_choice.kind)

    def _traced(self, kind: ReviewKind) -> Trace:
        """What the version makes of all answers, reviews scheduled in the way named; computed once for each."""
        if kind not in self._traces:
            self._traces[kind] = trace(
                self._parameters,
                self._answers.history,
                mastered=self._thresholds.mastered,
                near=self._thresholds.near,
                reviewer=REVIEWERS[kind],
            )
        return self._traces[kind]

    def _model_version(self) -> pa.Table:
        parameters = self._parameters
        return pa.table(
            {
                "model_version": [self.model_version],
                "model_kind": ["elo"],
                "fitted_as_of": self._scratch.read("SELECT as_of FROM estimates.refresh_state").column(
                    "as_of"
                ),
                "n_students": [len(self._answers.students)],
                "n_answers": [len(self._answers.history)],
                "base_logit": [parameters.base_logit],
                "slope": [parameters.slope],
                "intercept": [parameters.intercept],
            }
        )

    def _item_parameter(self) -> pa.Table:
        parameters = self._parameters
        return pa.table(
            {
                "model_version": [self.model_version] * len(self._answers.items),
                "activity_id": pa.array(self._answers.items, pa.string()),
                "difficulty": parameters.item_difficulty,
                "n_answers": parameters.item_n,
                "mean_score": pa.array(parameters.item_rate, from_pandas=True),
            }
        )

    def _skill_parameter(self) -> pa.Table:
        parameters = self._parameters
        return pa.table(
            {
                "model_version": [self.model_version] * len(self._answers.skills),
                "skill_id": pa.array(self._answers.skills, pa.string()),
                "difficulty": parameters.skill_difficulty,
                "item_difficulty": pa.array(parameters.skill_item_difficulty, from_pandas=True),
                "n_answers": parameters.skill_n,
                "mean_score": pa.array(parameters.skill_rate, from_pandas=True),
            }
        )

    def _attempt_estimate(self) -> pa.Table:
        traced = self._trace
        table = self._answers.table
        return pa.table(
            {
                "student_key": table.column("student_key"),
                "attempt_id": table.column("attempt_id"),
                "p_before": traced.p_right,
            }
        )

    def _skill_estimate(self) -> pa.Table:
        traced = self._trace
        answers = self._answers
        rows = np.repeat(np.arange(len(answers.history)), np.diff(answers.history.skill_offset))
        table = answers.table.take(pa.array(rows))
        return pa.table(
            {
                "student_key": table.column("student_key"),
                "skill_id": named(answers.skills, answers.history.skill),
                "attempt_id": table.column("attempt_id"),
                "occurred_at": table.column("occurred_at"),
                "p_after": traced.p_mastery_after,
            }
        )

    def _student_skill(self) -> pa.Table:
        traced = self._trace
        answers = self._answers
        theta = dict(zip(traced.student_code.tolist(), traced.student_theta.tolist(), strict=True))
        general = np.array([theta[code] for code in traced.student.tolist()], dtype=np.float64)
        low, high = intervals(traced.p_mastery.tolist(), traced.information.tolist())
        answered = pa.table(
            {
                "student_key": named(answers.students, traced.student),
                "skill_id": named(answers.skills, traced.skill),
                "theta": traced.theta_skill + general,
                "p_mastery": traced.p_mastery,
                "n_attempts": traced.n_attempts,
                "level_since_at": pa.array(traced.level_since_at, pa.timestamp("us", "UTC")),
                "mastered_at": pa.array(traced.mastered_at, pa.timestamp("us", "UTC")),
                "review_due_at": pa.array(traced.review_due_at, pa.timestamp("us", "UTC")),
                "n_reviews": traced.n_reviews,
                "p_low": low,
                "p_high": high,
            }
        )
        return pa.concat_tables([answered, self._expected(answered, theta)], promote_options="default")

    def _expected(self, answered: pa.Table, theta: dict[int, float]) -> pa.Table:
        """What is expected of skills that a student's courses teach and on which there is no answer yet."""
        codes = {student: code for code, student in enumerate(self._answers.students)}
        skills = {skill: code for code, skill in enumerate(self._answers.skills)}
        seen = set(
            zip(
                answered.column("student_key").to_pylist(),
                answered.column("skill_id").to_pylist(),
                strict=True,
            )
        )
        rows = [
            (student, skill, theta[codes[student]])
            for student, skill in zip(*self._scratch.read(_TAUGHT).to_pydict().values(), strict=True)
            # Of a student without any answer nothing is expected: that would be the class's mean.
            if student in codes and (student, skill) not in seen
        ]
        unmet = len(self._parameters.skill_n)
        return pa.table(
            {
                "student_key": pa.array([student for student, _, _ in rows], pa.string()),
                "skill_id": pa.array([skill for _, skill, _ in rows], pa.string()),
                "theta": pa.array([value for _, _, value in rows], pa.float64()),
                "p_mastery": pa.array(
                    [
                        p_at_average_item(self._parameters, skills.get(skill, unmet), value)
                        for _, skill, value in rows
                    ],
                    pa.float64(),
                ),
                "n_attempts": pa.array([0] * len(rows), pa.int64()),
                "n_reviews": pa.array([0] * len(rows), pa.int64()),
            }
        )
