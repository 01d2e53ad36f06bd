"""Why one student's estimate on a skill is what it is, computed again from the answers and the version behind it."""

from typing import Any, Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.learner.explain import LOOK_AHEAD, Explained, explain
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.model_tables import read_model
from learnloom.schemas.profile import SkillProfile, StudentProfile
from learnloom.schemas.why import AnswerOutcome, Ground, SkillWhy, WhyAhead, WhyAnswer, WhyTerm

_MAX_ANSWERS: Final = 10
"""The latest answers that are shown."""
_THREE: Final = 3
_ANSWERS: Final = f"""
    SELECT
        answer.attempt_id::VARCHAR AS statement_id,
        answer.occurred_at,
        answer.activity_id,
        activity.activity_name,
        answer.score::DOUBLE AS score,
        answer.is_correct,
        answer.is_aided,
        effort.is_rapid
    FROM dimensional.fact_attempt_skill AS answer
    INNER JOIN norms.attempt_effort AS effort ON answer.attempt_id = effort.attempt_id
    LEFT JOIN dimensional.dim_activity AS activity ON answer.activity_id = activity.activity_id
    WHERE answer.student_key = $student AND answer.skill_id = $skill
    ORDER BY answer.opportunity DESC
    LIMIT {_MAX_ANSWERS}
"""
_FIGURES: Final = """
    SELECT n_correct, first_attempt_at, last_attempt_at
    FROM marts.mart_student_skill
    WHERE student_key = $student AND skill_id = $skill
"""


def why(
    warehouse: Warehouse, profile: StudentProfile, skill: SkillProfile, *, thresholds: Thresholds
) -> SkillWhy:
    """Explain the estimate that a profile gives of a skill.

    Args:
        warehouse: from which the profile was read, within the same transaction.
        profile: the student's.
        skill: one of its skills.
        thresholds: from what probability on a skill is mastered, or near it.
    """
    wanted = {"student": profile.student_key, "skill": skill.skill_id}
    rows = warehouse.rows(_ANSWERS, wanted)
    n_right, first_at, last_at = warehouse.one(_FIGURES, wanted)
    kind, explained = _explained(warehouse, profile, skill)
    return SkillWhy(
        student_key=profile.student_key,
        student_name=profile.student_name,
        skill_id=skill.skill_id,
        skill_name=skill.skill_name,
        as_of=profile.as_of,
        model_version=profile.model_version,
        model_kind=kind,
        level=skill.level,
        confidence=skill.confidence,
        p=explained.p if explained else None,
        p_low=skill.p_low,
        p_high=skill.p_high,
        start=explained.start if explained else None,
        terms=_terms(explained) if explained else (),
        ahead=_ahead(explained, thresholds) if explained else None,
        n_attempts=skill.n_attempts,
        n_right=n_right,
        first_attempt_at=first_at,
        last_attempt_at=last_at,
        answers=tuple(_answer(row) for row in rows),
    )


def _explained(
    warehouse: Warehouse, profile: StudentProfile, skill: SkillProfile
) -> tuple[str | None, Explained | None]:
    """Kind of the model and what it says; neither of a student without any answer, of whom nothing is expected."""
    kept = read_model(warehouse.arrow, f"model_version = {int(profile.model_version)}")
    answers = read_answers(
        lambda select: warehouse.arrow(select, {"student": profile.student_key}),
        known_items=kept.items,
        known_skills=kept.skills,
        condition="attempt.student_key = $student",
        carried="student_key = $student",
    )
    if not len(answers.history):
        return None, None
    code = answers.skills.index(skill.skill_id) if skill.skill_id in answers.skills else len(answers.skills)
    return kept.model.calibrator.kind.value, explain(kept.model, answers.history, code)


def _terms(explained: Explained) -> tuple[WhyTerm, ...]:
    return tuple(WhyTerm(ground=ground, adds=explained.terms[ground]) for ground in Ground)


def _ahead(explained: Explained, thresholds: Thresholds) -> WhyAhead:
    return WhyAhead(
        p_after_right=explained.after_right[0],
        p_after_three_right=explained.after_right[_THREE - 1],
        p_after_miss=explained.after_miss,
        n_looked_ahead=LOOK_AHEAD,
        near=thresholds.near,
        mastered=thresholds.mastered,
        n_right_to_near=_until(explained, thresholds.near),
        n_right_to_mastered=_until(explained, thresholds.mastered),
    )


def _until(explained: Explained, p: float) -> int | None:
    """Right answers in a row until the estimate is p or more; None where LOOK_AHEAD are too few."""
    path = (explained.p, *explained.after_right)
    return next((n for n, reached in enumerate(path) if reached >= p), None)


def _answer(row: tuple[Any, ...]) -> WhyAnswer:
    statement_id, occurred_at, activity_id, activity_name, score, is_correct, is_aided, is_rapid = row
    is_part = 0.0 < score < 1.0
    return WhyAnswer(
        statement_id=statement_id,
        occurred_at=occurred_at,
        activity_id=activity_id,
        activity_name=activity_name,
        outcome=AnswerOutcome.PARTLY
        if is_part
        else AnswerOutcome.RIGHT
        if is_correct
        else AnswerOutcome.WRONG,
        score=score,
        is_aided=is_aided,
        is_rapid=is_rapid,
    )
