"""Growth evidence: what a student did that makes learners grow. Praise goes to the deed, never to a trait.

The effect of praising effort and strategy rather than ability: Mueller and Dweck 1998; the effects of mindset
programmes are small (Sisk, Burgoyne, Sun, Butler and Macnamara 2018), so nothing here scores a mindset.
"""

from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, day_of, week_of
from learnloom.pipelines.feedback.texts import growth_texts as texts
from learnloom.schemas.evidence import SkillEvidence
from learnloom.schemas.measure import Measure
from learnloom.schemas.message import Message
from learnloom.schemas.profile import MeasureProfile, Path
from learnloom.schemas.signal import Signal, SignalKind

_MIN_TAKEN: Final = 2
"""Once may be chance."""


ACCOMPLISHMENTS: Final = {
    Measure.TRIED_AGAIN: SignalKind.RETURN_AFTER_FAILURE,
    Measure.RETRY_RIGHT: SignalKind.LEARNS_FROM_ERROR,
    Measure.CHALLENGE_CHOSEN: SignalKind.CHALLENGE_SEEKING,
    Measure.HARD_UNAIDED: SignalKind.PROBLEM_SOLVING,
    Measure.CHANGED_APPROACH: SignalKind.PROBLEM_SOLVING,
    Measure.EXPLAINED: SignalKind.PROBLEM_SOLVING,
    Measure.BEGUN_EARLY: SignalKind.SELF_REGULATION,
    Measure.REVISED: SignalKind.SELF_REGULATION,
    Measure.GOAL_FOLLOWED: SignalKind.SELF_REGULATION,
    Measure.OWN_CHECK: SignalKind.SELF_REGULATION,
}
"""Measures of which more is better, with the kind of signal that says so."""


def accomplishments(ctx: RuleContext) -> Iterator[Signal]:
    """Name what was done more often than in the student's own past, or clearly more than is usual."""
    for measure, kind in ACCOMPLISHMENTS.items():
        found = ctx.measure(measure, ctx.thresholds.growth_min_opportunities)
        if found is None:
            continue
        evidence, profile = found
        ground = _ground(ctx, profile, evidence.n_earlier)
        if ground is None or evidence.last_taken_at is None or evidence.n_taken < _MIN_TAKEN:
            continue
        basis = Basis(
            n=evidence.n,
            # The latest opportunities have no first moment of their own in the evidence.
            start=ctx.evidence.first_seen_at,
            end=evidence.last_taken_at,
            evidence_ids=evidence.evidence_ids,
            state=(measure.value, week_of(evidence.last_taken_at)),
            value=profile.share,
        )
        figures = {"n_taken": evidence.n_taken, "n": evidence.n}
        yield from ctx.signal(kind, texts.PRAISE[measure](**figures), basis, urgency=0.3)
        yield from ctx.signal(kind, texts.IDEAS[measure](**figures, ground=ground), basis, urgency=0.2)


def _ground(ctx: RuleContext, measure: MeasureProfile, n_earlier: int) -> Message | None:
    """Why a share is worth a word; None where it is not. Own past goes before the class."""
    limits = ctx.thresholds
    if measure.own_past is not None and n_earlier >= limits.growth_min_opportunities:
        if measure.share >= measure.own_past + limits.growth_margin:
            return texts.GROUND_PAST(share=measure.own_past)
    elif measure.class_share is None:
        return texts.GROUND_NONE() if measure.share >= limits.growth_min_share else None
    if measure.class_share is not None and measure.share >= measure.class_share + limits.growth_margin:
        return texts.GROUND_CLASS(share=measure.class_share)
    return None


def persistence(ctx: RuleContext) -> Iterator[Signal]:
    """Name the effort where a skill came late, or an answer after misses on the same item."""
    for profile in ctx.profile.skills:
        skill = ctx.skill_evidence[profile.skill_id]
        if profile.path is Path.PERSISTED and skill.first_run_at is not None:
            yield from _came_late(ctx, skill)
        if skill.last_recovery_at is not None and skill.last_recovery_id is not None:
            yield from _recovered(ctx, skill)


def _came_late(ctx: RuleContext, skill: SkillEvidence) -> Iterator[Signal]:
    opportunity = skill.first_run_opportunity
    basis = ctx.skill_basis(
        skill.skill_id, ("run", str(opportunity)), float(opportunity or 0), held_from=skill.first_run_at
    )
    figures = {"skill": skill.skill_name, "n": opportunity}
    kind = SignalKind.PRODUCTIVE_PERSISTENCE
    yield from ctx.signal(kind, texts.CAME_LATE_TO_STUDENT(**figures), basis, urgency=0.4)
    yield from ctx.signal(kind, texts.CAME_LATE_TO_TEACHER(**figures), basis, urgency=0.3)


def _recovered(ctx: RuleContext, skill: SkillEvidence) -> Iterator[Signal]:
    at, statement_id = skill.last_recovery_at, skill.last_recovery_id
    if at is None or statement_id is None:
        return
    basis = Basis(
        n=skill.n_recoveries,
        start=skill.first_attempt_at or at,
        end=at,
        evidence_ids=(statement_id,),
        # One word a day and skill: the day's later recoveries are the same story.
        state=("recovery", day_of(at)),
        subject=skill.skill_id,
        subject_name=skill.skill_name,
        value=float(skill.n_recoveries),
    )
    figures = {"skill": skill.skill_name, "tries": skill.last_recovery_misses or 2}
    kind = SignalKind.PRODUCTIVE_PERSISTENCE
    yield from ctx.signal(kind, texts.RECOVERED_TO_STUDENT(**figures), basis, urgency=0.35)
    teacher = texts.RECOVERED_TO_TEACHER(**figures, n=skill.n_recoveries)
    yield from ctx.signal(kind, teacher, basis, urgency=0.2)
