"""What a student knows: level, strength and path of every skill, and whether it is open to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.self_report import claims, stated_profiles
from learnloom.schemas.declared_input import DeclaredEvidence
from learnloom.schemas.evidence import MasteryEstimate, SkillEvidence, StudentEvidence
from learnloom.schemas.level import Level, confidence, level
from learnloom.schemas.profile import Path, SkillProfile

_RUN: Final = 3
"""Right answers in a row that end wheel-spinning."""


def skill_profiles(
    evidence: StudentEvidence, *, as_of: datetime, thresholds: Thresholds
) -> tuple[SkillProfile, ...]:
    """Describe every skill of the student's courses, in order of skill_id."""
    estimates = {estimate.skill_id: estimate for estimate in evidence.mastery}
    stated = claims(evidence.voices)
    said_known = {skill_id for skill_id, told in stated.items() if told[0].is_affirmed}
    return tuple(
        _skill(
            skill,
            estimates.get(skill.skill_id),
            is_unlocked=_is_unlocked(skill, estimates, said_known, thresholds.near),
            stated=stated.get(skill.skill_id, ()),
            as_of=as_of,
            thresholds=thresholds,
        )
        for skill in sorted(evidence.skills, key=lambda skill: skill.skill_id)
    )


def shrunken_difference(total: float, n: float, mean: float, prior_n: float) -> float:
    """Share of n with prior_n observations at the mean added, minus the mean: few say little."""
    return (total + prior_n * mean) / (n + prior_n) - mean


def path(skill: SkillEvidence, thresholds: Thresholds) -> Path | None:
    """Tell how the answers on a skill went so far; None without answers.

    Wheel-spinning and its counterpart, productive persistence, by opportunities and three right in a row:
    Beck and Gong 2013; Kai, Almeda, Baker, Heffernan and Heffernan 2018.
    """
    if skill.n_attempts == 0:
        return None
    if skill.first_run_opportunity is not None:
        late = skill.first_run_opportunity > thresholds.stuck_opportunities
        return Path.PERSISTED if late else Path.ACHIEVED
    if skill.longest_run >= _RUN:
        # Of answers that were told at one moment nobody knows which came first.
        return Path.UNDER_WAY
    if skill.n_attempts >= thresholds.stuck_opportunities:
        return Path.STUCK
    is_early = skill.n_attempts >= thresholds.stuck_early_opportunities
    if is_early and skill.n_correct <= thresholds.stuck_early_max_share * skill.n_attempts:
        return Path.STUCK_EARLY
    return Path.UNDER_WAY


def _is_unlocked(
    skill: SkillEvidence, estimates: Mapping[str, MasteryEstimate], said_known: set[str], near: float
) -> bool | None:
    """Whether what comes before is near mastery; where nothing was seen, what was last said of it counts."""
    is_unlocked: bool | None = True
    for prerequisite in skill.prerequisite_ids:
        estimate = estimates.get(prerequisite)
        if estimate is not None and estimate.n_attempts:
            if estimate.p_mastery < near:
                return False
        elif prerequisite not in said_known:
            is_unlocked = None
    return is_unlocked


def _skill(
    skill: SkillEvidence,
    estimate: MasteryEstimate | None,
    *,
    is_unlocked: bool | None,
    stated: Sequence[DeclaredEvidence],
    as_of: datetime,
    thresholds: Thresholds,
) -> SkillProfile:
    n = skill.n_attempts
    p = estimate.p_mastery if estimate is not None else None
    p_mastery = p if n else None
    due_at = estimate.review_due_at if estimate is not None else None
    against_class = None
    if n and skill.class_rate is not None:
        against_class = shrunken_difference(
            skill.n_correct, n, skill.class_rate, thresholds.strength_prior_answers
        )
    return SkillProfile(
        skill_id=skill.skill_id,
        skill_name=skill.skill_name,
        told_by=skill.told_by,
        course_id=skill.course_id,
        level=level(p_mastery, n, mastered=thresholds.mastered, near=thresholds.near),
        p_mastery=p_mastery,
        p_low=estimate.p_low if estimate is not None and n else None,
        p_high=estimate.p_high if estimate is not None and n else None,
        p_expected=None if p_mastery is not None else p if p is not None else skill.class_rate,
        confidence=confidence(n),
        n_attempts=n,
        share_right=skill.n_correct / n if n else None,
        against_class=against_class,
        path=path(skill, thresholds),
        is_unlocked=is_unlocked,
        level_since_at=estimate.level_since_at if estimate is not None and n else None,
        last_attempt_at=skill.last_attempt_at,
        review_due_at=due_at,
        p_due=estimate.p_due if estimate is not None else None,
        is_review_due=due_at <= as_of if due_at is not None else None,
        stated=stated_profiles(stated, p_mastery, near=thresholds.near),
        evidence_ids=tuple(skill.evidence_ids),
    )


def is_open(skill: SkillProfile) -> bool:
    """Whether practice is what the skill needs: not mastered, not stuck."""
    return skill.level is not Level.MASTERED and skill.path is not Path.STUCK
