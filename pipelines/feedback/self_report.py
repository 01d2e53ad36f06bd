"""What student and teachers state of a skill, beside what the answers say of it; and one question where they differ.

A claim never moves an estimate. It is shown with it, and where the two disagree the student is offered a question by
which they may show which of them is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext
from learnloom.pipelines.feedback.texts import content_texts as texts
from learnloom.pipelines.feedback.texts.text import Text
from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.message import Message
from learnloom.schemas.profile import SkillProfile, StatedBy, StatedProfile
from learnloom.schemas.signal import Choice, Signal, SignalKind

_KIND = "stated_known"


def claims(voices: Sequence[DeclaredEvidence]) -> dict[str, list[DeclaredEvidence]]:
    """What is stated of each skill, latest first."""
    found: dict[str, list[DeclaredEvidence]] = {}
    for voice in sorted(voices, key=lambda voice: (voice.occurred_at, voice.statement_id), reverse=True):
        if voice.voice_kind == _KIND:
            found.setdefault(voice.target_id, []).append(voice)
    return found


def stated_profiles(
    stated: Sequence[DeclaredEvidence], p_mastery: float | None, *, near: float
) -> tuple[StatedProfile, ...]:
    """Describe what is stated of one skill.

    Args:
        stated: latest first.
        p_mastery: what the answers say; None without any.
        near: probability from which the answers say that it is known.
    """
    return tuple(
        StatedProfile(
            stated_by=StatedBy(voice.stated_by),
            is_known=voice.is_affirmed,
            stated_at=voice.occurred_at,
            statement_id=voice.statement_id,
            is_in_agreement=None if p_mastery is None else voice.is_affirmed == (p_mastery >= near),
            n_attempts_since=voice.n_attempts_since,
        )
        for voice in stated
    )


def tell_claim(
    skill: SkillProfile,
    claim: StatedProfile,
    by_speaker: Mapping[tuple[StatedBy, bool], Text],
    zone: tzinfo | None,
) -> list[Message]:
    """Say who stated what and on which day in a zone, by the texts of an audience, and what the answers say so far."""
    day = claim.stated_at.astimezone(zone).date()
    stated = by_speaker[claim.stated_by, claim.is_known](day=day, skill=skill.skill_name)
    p = skill.p_mastery
    return [stated, texts.CLAIM_NO_ANSWERS() if p is None else texts.CLAIM_ANSWERS(share=p)]


def checks(ctx: RuleContext) -> Iterator[Signal]:
    """Offer one question where a claim and the estimate disagree: once per claim, until the answers have told."""
    offered = {check.skill_id: check for check in ctx.evidence.checks}
    for skill in ctx.profile.skills:
        check = offered.get(skill.skill_id)
        if check is None:
            continue
        for claim in skill.stated:
            if _is_declined(ctx, check, claim):
                continue
            if claim.is_in_agreement is not False or claim.n_attempts_since >= ctx.thresholds.check_answers:
                continue
            why = _why(check, ctx.thresholds)
            choice = Choice(
                skill_id=skill.skill_id,
                skill_name=skill.skill_name,
                activity_id=check.activity_id,
                activity_name=check.activity_name,
                p_right=check.p_right,
                is_in_band=ctx.thresholds.practise_low <= check.p_right <= ctx.thresholds.practise_high,
                is_wished=False,
                why=ctx.language.say(why),
                message=why,
            )
            told = tell_claim(skill, claim, texts.CLAIM_TO_STUDENT, ctx.as_of.tzinfo)
            if check.activity_name:
                message = texts.CHECK(claim=told, question=check.activity_name)
            else:
                message = texts.CHECK_UNNAMED(claim=told)
            basis = _basis(ctx, skill, claim)
            yield from ctx.signal(SignalKind.CHECK, message, basis, urgency=0.4, choices=(choice,))


def _why(check: CheckEvidence, thresholds: Thresholds) -> Message:
    is_even = thresholds.check_low <= check.p_right <= thresholds.check_high
    return (texts.WHY_EITHER_WAY if is_even else texts.WHY_NEAREST)(chance=check.p_right)


def _is_declined(ctx: RuleContext, check: CheckEvidence, claim: StatedProfile) -> bool:
    """Whether the student has said no to the question since."""
    return any(
        voice.voice_kind == "choice"
        and not voice.is_affirmed
        and voice.target_id == check.activity_id
        and voice.occurred_at >= claim.stated_at
        for voice in ctx.evidence.voices
    )


def _basis(ctx: RuleContext, skill: SkillProfile, claim: StatedProfile) -> Basis:
    """Stand on the claim and on all answers on the skill."""
    answers = ctx.skill_basis(
        skill.skill_id, (claim.statement_id,), skill.p_mastery, held_from=claim.stated_at
    )
    since = claim.n_attempts_since
    return replace(
        answers,
        start=min(answers.start, claim.stated_at),
        end=max(answers.end, claim.stated_at),
        evidence_ids=(*answers.evidence_ids[:since], claim.statement_id, *answers.evidence_ids[since:]),
    )
