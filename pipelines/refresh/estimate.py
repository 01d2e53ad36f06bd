"""The learner model between the tables that it reads and those that it writes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.interval import intervals
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.review_choice import REVIEWERS, ReviewChoice, ReviewKind, choose
from learnloom.pipelines.learner.risk_train import RiskCases, TrainedRisk, train_risk
from learnloom.pipelines.learner.trace import Trace, trace
from learnloom.pipelines.learner.train import Trained, train
from learnloom.pipelines.refresh.answers import Answers, read_answers
from learnloom.pipelines.refresh.build import Rows, Transform
from learnloom.pipelines.refresh.claim_check import check_table
from learnloom.pipelines.refresh.columns import named
from learnloom.pipelines.refresh.model_tables import (
    Fitting,
    item_table,
    read_model,
    read_review_choice,
    review_choice_table,
    skill_table,
    version_table,
)
from learnloom.pipelines.refresh.risk import model_table, read_ended, risk_table
from learnloom.pipelines.refresh.risk import read_model as read_risk_model
from learnloom.pipelines.refresh.stuck import STUCK_MODEL, FittedStuck, fit_stuck, stuck_table
from learnloom.pipelines.refresh.workspace import Workspace

Begin = Callable[[str], None]
"""Is told what is computed next."""

_TAUGHT = """
    SELECT DISTINCT fact_enrolment.student_key, dim_course_skill.skill_id
    FROM dimensional.fact_enrolment
    INNER JOIN dimensional.dim_course_skill ON fact_enrolment.course_id = dim_course_skill.course_id
    ORDER BY ALL
"""
_CHOSEN = "student_key IN (SELECT student_key FROM dimensional.dim_student)"
"""Of the students taken, and of those who are staff now nobody, is known what they were before what is kept of them."""


@dataclass(frozen=True)
class ModelInUse:
    """The models of the version in use, and what they make of answers."""

    answers: Answers
    model: Model
    trace: Trace
    """Reviews scheduled as the version has chosen."""


@dataclass(frozen=True)
class FittedVersion:
    """A new model version, and on what it was fitted."""

    answers: Answers
    trained: Trained
    review_choice: ReviewChoice
    trace: Trace
    """What it makes of the answers, reviews scheduled as chosen."""
    stuck: FittedStuck | None
    """None where what is shipped tells as well who stays stuck."""
    risk_cases: RiskCases
    risk: TrainedRisk | None
    """None where too little is known of runs that have ended."""

    @property
    def in_use(self) -> ModelInUse:
        """The same as a version that is in use."""
        return ModelInUse(self.answers, self.trained.model, self.trace)


def estimate(transform: Transform, thresholds: Thresholds) -> Iterator[Rows]:
    """Say what the plan's model version makes of the answers in the workspace; fit it on them where that is planned.

    Args:
        transform: in its workspace the answers stand of the students taken: of everybody where a version is fitted.
        thresholds: from what probability on a skill is mastered, or near it.

    Yields:
        The rows of each relation that Python writes in the layer estimates; the next ones may read them.
    """
    work, plan, begin = transform.work, transform.plan, transform.begin
    if transform.fits_here:
        begin("estimates.model_version")
        fitted = fit_version(work, thresholds, begin)
        yield from version_rows(work, plan.state.model_version, fitted)
    begin("estimates.attempt_estimate")
    use = fitted.in_use if transform.fits_here else _read_in_use(work, thresholds)
    yield "estimates.attempt_estimate", _attempt_estimate(use)
    begin("estimates.skill_estimate")
    yield "estimates.skill_estimate", _skill_estimate(use)
    begin("estimates.student_skill")
    yield "estimates.student_skill", _student_skill(work, use)
    begin("estimates.student_check")
    yield "estimates.student_check", check_table(work, use.model, use.answers, thresholds)


def estimate_risk(transform: Transform) -> Iterator[Rows]:
    """Say what the version's risk model makes of how students stand in their courses; as `estimate`."""
    transform.begin("estimates.student_risk")
    read = transform.work.read
    yield "estimates.student_risk", risk_table(read, read_risk_model(read))


def fit_version(work: Workspace, thresholds: Thresholds, begin: Begin) -> FittedVersion:
    """Fit a model version on the answers in a workspace.

    Args:
        work: where the answers stand.
        thresholds: from what probability on a skill is mastered, or near it.
        begin: is told what is fitted next.
    """
    answers = read_answers(work.read, carried=_CHOSEN)
    n_items, n_skills = len(answers.items), code_count(answers.history.skill)
    trained = train(answers.history, n_items=n_items, n_skills=n_skills, on_progress=begin)
    # Levels do not hang on reviews: any scheduler will do to tell what was mastered when.
    traced = _traced(trained.model, answers.history, ReviewKind.FIXED, thresholds)
    choice = choose(answers.history, traced.p_mastery_after, mastered=thresholds.mastered)
    if choice.kind is not ReviewKind.FIXED:
        traced = _traced(trained.model, answers.history, choice.kind, thresholds)
    begin("who stayed stuck")
    stuck = fit_stuck(work, answers, traced, thresholds)
    begin("who did not pass")
    cases = read_ended(work.read)
    return FittedVersion(answers, trained, choice, traced, stuck, cases, train_risk(cases))


def version_rows(work: Workspace, model_version: int, fitted: FittedVersion) -> Iterator[Rows]:
    """Put a new version into rows of the relations that keep it; run.refresh_state says as of when it was fitted."""
    as_of, at, snapshot = work.rows("SELECT as_of, refreshed_at, staged_snapshot FROM run.refresh_state")[0]
    fitting = Fitting(model_version, as_of, at, snapshot)
    answers, parameters = fitted.answers, fitted.trained.model.parameters
    yield "estimates.model_version", version_table(fitting, answers, fitted.trained)
    yield "estimates.item_parameter", item_table(model_version, answers.items, parameters)
    yield (
        "estimates.skill_parameter",
        skill_table(model_version, answers.skills[: len(parameters.skill_n)], parameters),
    )
    yield "estimates.review_choice", review_choice_table(model_version, fitted.review_choice)
    yield "estimates.risk_model", model_table(model_version, fitted.risk_cases, fitted.risk)
    yield STUCK_MODEL, stuck_table(model_version, fitted.stuck)


def _read_in_use(work: Workspace, thresholds: Thresholds) -> ModelInUse:
    """Read the version that `work` shows, and the answers as it knows them."""
    kept = read_model(work.read)
    answers = read_answers(work.read, known_items=kept.items, known_skills=kept.skills, carried=_CHOSEN)
    traced = _traced(kept.model, answers.history, read_review_choice(work.rows).kind, thresholds)
    return ModelInUse(answers, kept.model, traced)


def _traced(model: Model, history: History, kind: ReviewKind, thresholds: Thresholds) -> Trace:
    """What a model makes of answers, reviews scheduled in the way named."""
    mastered, near = thresholds.mastered, thresholds.near
    return trace(model, history, mastered=mastered, near=near, reviewer=REVIEWERS[kind])


def _attempt_estimate(use: ModelInUse) -> pa.Table:
    table = use.answers.table
    return pa.table(
        {
            "student_key": table.column("student_key"),
            "attempt_id": table.column("attempt_id"),
            "p_before": use.trace.p_right,
        }
    )


def _skill_estimate(use: ModelInUse) -> pa.Table:
    answers = use.answers
    rows = np.repeat(np.arange(len(answers.history)), np.diff(answers.history.skill_offset))
    table = answers.table.take(pa.array(rows))
    return pa.table(
        {
            "student_key": table.column("student_key"),
            "skill_id": named(answers.skills, answers.history.skill),
            "attempt_id": table.column("attempt_id"),
            "occurred_at": table.column("occurred_at"),
            "p_after": use.trace.p_mastery_after,
        }
    )


def _student_skill(work: Workspace, use: ModelInUse) -> pa.Table:
    traced, answers = use.trace, use.answers
    low, high = intervals(traced.p_mastery.tolist(), traced.information.tolist())
    is_answered = (traced.n_attempts > 0).tolist()
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
            "p_due": pa.array(traced.p_due, from_pandas=True),
            "n_reviews": traced.n_reviews,
            "p_low": [p if answered else None for p, answered in zip(low, is_answered, strict=True)],
            "p_high": [p if answered else None for p, answered in zip(high, is_answered, strict=True)],
        }
    )
    return pa.concat_tables([answered, _expected(work, use, answered)], promote_options="default")


def _expected(work: Workspace, use: ModelInUse, answered: pa.Table) -> pa.Table:
    """What is expected of skills that a student's courses teach and on which there is no answer yet."""
    traced, answers = use.trace, use.answers
    places = {answers.students[code]: place for place, code in enumerate(traced.student_code.tolist())}
    skills = {skill: code for code, skill in enumerate(answers.skills)}
    unmet = len(answers.skills)
    pairs = (answered.column(name).to_pylist() for name in ("student_key", "skill_id"))
    seen = set(zip(*pairs, strict=True))
    rows = [
        (student, skill)
        for student, skill in zip(*work.read(_TAUGHT).to_pydict().values(), strict=True)
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
            "p_mastery": use.model.expected(general, codes),
            "n_attempts": pa.array([0] * len(rows), pa.int64()),
            "n_reviews": pa.array([0] * len(rows), pa.int64()),
        }
    )
