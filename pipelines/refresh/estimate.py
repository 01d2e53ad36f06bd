"""The learner model between the tables that it reads and those that it writes."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pyarrow as pa

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.learner.interval import intervals
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.review_choice import REVIEWERS, ReviewChoice, ReviewKind, choose
from learnloom.pipelines.learner.risk import RiskModel
from learnloom.pipelines.learner.risk_train import RiskCases, TrainedRisk, train_risk
from learnloom.pipelines.learner.trace import Trace, trace
from learnloom.pipelines.learner.train import Trained, train
from learnloom.pipelines.refresh.answers import Answers, read_answers
from learnloom.pipelines.refresh.build import Producer
from learnloom.pipelines.refresh.check import check_table, item_skill_table
from learnloom.pipelines.refresh.columns import named
from learnloom.pipelines.refresh.model_tables import (
    Fitting,
    KeptModel,
    item_table,
    read_model,
    skill_table,
    version_table,
)
from learnloom.pipelines.refresh.review import read_review_choice, review_choice_table
from learnloom.pipelines.refresh.risk import model_table, read_ended, risk_table
from learnloom.pipelines.refresh.risk import read_model as read_risk_model
from learnloom.pipelines.refresh.workspace import Scratch

_TAUGHT = """
    SELECT DISTINCT fact_enrolment.student_key, dim_course_skill.skill_id
    FROM dimensional.fact_enrolment
    INNER JOIN dimensional.dim_course_skill ON fact_enrolment.course_id = dim_course_skill.course_id
    ORDER BY ALL
"""


class Estimator:
    """Fits a model version where one is asked for, and says what the version in use makes of each student."""

    def __init__(
        self,
        scratch: Scratch,
        model_version: int,
        *,
        fits: bool,
        thresholds: Thresholds,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take what is to be estimated from what.

        Args:
            scratch: where the answers stand.
            model_version: the version to use.
            fits: fit it from the answers in `scratch`; else read what was fitted.
            thresholds: from what probability on a skill is mastered, or near it.
            on_progress: is told what is being fitted.
        """
        self._on_progress = on_progress
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
            "estimates.item_skill": lambda: item_skill_table(self._scratch),
            "estimates.review_choice": lambda: review_choice_table(self.model_version, self._review_choice),
            "estimates.attempt_estimate": self._attempt_estimate,
            "estimates.skill_estimate": self._skill_estimate,
            "estimates.student_skill": self._student_skill,
            "estimates.risk_model": lambda: model_table(self.model_version, *self._ended),
            "estimates.student_risk": lambda: risk_table(self._scratch.read, self._risk_model),
            "estimates.student_check": lambda: check_table(
                self._scratch, self._model, self.answers, self._thresholds
            ),
        }

    @cached_property
    def _kept(self) -> KeptModel:
        """The version in use, as it was kept."""
        return read_model(self._scratch.read)

    @cached_property
    def answers(self) -> Answers:
        """The answers in the scratch database."""
        if self.fits:
            return read_answers(self._scratch.read)
        kept = self._kept
        return read_answers(self._scratch.read, known_items=kept.items, known_skills=kept.skills)

    @cached_property
    def trained(self) -> Trained:
        """The new version, where one is fitted."""
        answers = self.answers
        return train(
            answers.history,
            n_items=len(answers.items),
            n_skills=len(answers.skills),
            on_progress=self._on_progress,
        )

    @cached_property
    def _ended(self) -> tuple[RiskCases, TrainedRisk | None]:
        """What is known of runs that have ended, and what is learned from them."""
        self._on_progress("who did not pass")
        cases = read_ended(self._scratch.read)
        return cases, train_risk(cases)

    @property
    def _risk_model(self) -> RiskModel | None:
        if not self.fits:
            return read_risk_model(self._scratch.read)
        trained = self._ended[1]
        return trained.model if trained else None

    @property
    def _model(self) -> Model:
        return self.trained.model if self.fits else self._kept.model

    @cached_property
    def _review_choice(self) -> ReviewChoice:
        if not self.fits:
            return read_review_choice(self._scratch)
        # Levels do not hang on reviews: any scheduler will do to tell what was mastered when.
        after = self._traced(ReviewKind.FIXED).p_mastery_after
        return choose(self.answers.history, after, mastered=self._thresholds.mastered)

    @property
    def _trace(self) -> Trace:
        return self._traced(self._review_choice.kind)

    def _traced(self, kind: ReviewKind) -> Trace:
        """What the version makes of all answers, reviews scheduled in the way named; computed once for each."""
        if kind not in self._traces:
            self._traces[kind] = trace(
                self._model,
                self.answers.history,
                mastered=self._thresholds.mastered,
                near=self._thresholds.near,
                reviewer=REVIEWERS[kind],
            )
        return self._traces[kind]

    def _model_version(self) -> pa.Table:
        as_of, at, snapshot = self._scratch.rows(
            "SELECT as_of, refreshed_at, staged_snapshot FROM estimates.refresh_state"
        )[0]
        return version_table(Fitting(self.model_version, as_of, at, snapshot), self.answers, self.trained)

    def _item_parameter(self) -> pa.Table:
        return item_table(self.model_version, self.answers.items, self._model.parameters)

    def _skill_parameter(self) -> pa.Table:
        return skill_table(self.model_version, self.answers.skills, self._model.parameters)

    def _attempt_estimate(self) -> pa.Table:
        traced = self._trace
        table = self.answers.table
        return pa.table(
            {
                "student_key": table.column("student_key"),
                "attempt_id": table.column("attempt_id"),
                "p_before": traced.p_right,
            }
        )

    def _skill_estimate(self) -> pa.Table:
        traced = self._trace
        answers = self.answers
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
        answers = self.answers
        low, high = intervals(traced.p_mastery.tolist(), traced.information.tolist())
        answered = pa.table(
            {
                "student_key": named(answers.students, traced.student),
                "skill_id": named(answers.skills, traced.skill),
                "theta": traced.theta + traced.theta_skill,
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
        return pa.concat_tables([answered, self._expected(answered)], promote_options="default")

    def _expected(self, answered: pa.Table) -> pa.Table:
        """What is expected of skills that a student's courses teach and on which there is no answer yet."""
        traced = self._trace
        places = {
            self.answers.students[code]: place for place, code in enumerate(traced.student_code.tolist())
        }
        skills = {skill: code for code, skill in enumerate(self.answers.skills)}
        unmet = len(self.answers.skills)
        seen = set(
            zip(
                answered.column("student_key").to_pylist(),
                answered.column("skill_id").to_pylist(),
                strict=True,
            )
        )
        rows = [
            (student, skill)
            for student, skill in zip(*self._scratch.read(_TAUGHT).to_pydict().values(), strict=True)
            # Of a student without any answer nothing is expected: that would be the class's mean.
            if student in places and (student, skill) not in seen
        ]
        general = traced.general[[places[student] for student, _ in rows]]
        codes = np.array([skills.get(skill, unmet) for _, skill in rows], dtype=np.int64)
        return pa.table(
            {
                "student_key": pa.array([student for student, _ in rows], pa.string()),
                "skill_id": pa.array([skill for _, skill in rows], pa.string()),
                "theta": general[:, 0],
                "p_mastery": self._model.expected(general, codes),
                "n_attempts": pa.array([0] * len(rows), pa.int64()),
                "n_reviews": pa.array([0] * len(rows), pa.int64()),
            }
        )
