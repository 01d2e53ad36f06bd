"""Growth evidence: what a student did that makes learners grow. Praise goes to the deed, never to a trait.

The effect of praising effort and strategy rather than ability: Mueller and Dweck 1998; the effects of mindset
programmes are small (Sisk, Burgoyne, Sun, Butler and Macnamara 2018), so nothing here scores a mindset.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipelines.feedback.formatting import TAKEN, count, percent
from pipelines.feedback.rule_context import Basis, RuleContext, day_of, week_of
from schemas.evidence import SkillEvidence
from schemas.measure import Measure
from schemas.profile import MeasureProfile, Path
from schemas.signal import Audience, Signal, SignalKind

_MIN_TAKEN: Final = 2
"""Once may be chance."""


class _Accomplishment(NamedTuple):
    kind: SignalKind
    praise: str
    """To the student, with {n_taken} and {n}."""
    idea: str
    """To the teacher: what they could do."""


ACCOMPLISHMENTS: Final = {
    Measure.TRIED_AGAIN: _Accomplishment(
        SignalKind.RETURN_AFTER_FAILURE,
        "You went back to {n_taken} of the last {n} questions that did not work out at first. Going "
        "back is how "
        "things get learned.",
        "Say that you have seen it, and ask what was different the second time.",
    ),
    Measure.RETRY_RIGHT: _Accomplishment(
        SignalKind.LEARNS_FROM_ERROR,
        "In {n_taken} of your last {n} tries after a miss you found the answer. You use what the "
        "first try tells you.",
        "Ask them to tell how they found the mistake: it helps them and others.",
    ),
    Measure.CHALLENGE_CHOSEN: _Accomplishment(
        SignalKind.CHALLENGE_SEEKING,
        "You picked a hard question {n_taken} times in the last {n} free choices. That is where the "
        "most is to be "
        "learned.",
        "Offer a larger problem of this kind, whatever the score.",
    ),
    Measure.HARD_UNAIDED: _Accomplishment(
        SignalKind.PROBLEM_SOLVING,
        "You worked out {n_taken} of the last {n} hard questions without a hint. Note what you tried: "
        "it will serve "
        "you again.",
        "Have them explain one solution aloud or in writing.",
    ),
    Measure.CHANGED_APPROACH: _Accomplishment(
        SignalKind.PROBLEM_SOLVING,
        "When an answer did not work out, you tried something else in {n_taken} of {n} cases. "
        "Changing the approach "
        "is a strategy that pays.",
        "Ask which other ways they considered.",
    ),
    Measure.EXPLAINED: _Accomplishment(
        SignalKind.PROBLEM_SOLVING,
        "You explained your thinking in {n_taken} of your last {n} hand-ins. Explaining makes it stick.",
        "Answer the explanation itself, not the result alone.",
    ),
    Measure.BEGUN_EARLY: _Accomplishment(
        SignalKind.SELF_REGULATION,
        "You began {n_taken} of your last {n} pieces of work more than a day ahead. That leaves you "
        "time to think.",
        "Ask how they plan, and let them tell others.",
    ),
    Measure.REVISED: _Accomplishment(
        SignalKind.SELF_REGULATION,
        "You reworked {n_taken} of your last {n} pieces after the feedback. That is feedback put to use.",
        "Point to what has changed between the versions.",
    ),
    Measure.GOAL_FOLLOWED: _Accomplishment(
        SignalKind.SELF_REGULATION,
        "You set to work within a week on {n_taken} of {n} goals of your own. You do what you plan.",
        "Talk about the next goal together.",
    ),
    Measure.OWN_CHECK: _Accomplishment(
        SignalKind.SELF_REGULATION,
        "You tested yourself before {n_taken} of your last {n} quizzes. Testing yourself is among the "
        "best ways to "
        "learn.",
        "Offer more questions to test themselves with.",
    ),
}
"""Measures of which more is better, with the words for them."""


def accomplishments(ctx: RuleContext) -> Iterator[Signal]:
    """Name what was done more often than in the student's own past, or clearly more than is usual."""
    for measure, deed in ACCOMPLISHMENTS.items():
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
        praise = deed.praise.format(n_taken=evidence.n_taken, n=evidence.n)
        cases = f"{evidence.n_taken} of the last {evidence.n} cases"
        teacher = f"Growth: {TAKEN[measure]} in {cases} ({ground}). {deed.idea}"
        yield from ctx.signal(deed.kind, Audience.STUDENT, praise, basis, urgency=0.3)
        yield from ctx.signal(deed.kind, Audience.TEACHER, teacher, basis, urgency=0.2)


def _ground(ctx: RuleContext, measure: MeasureProfile, n_earlier: int) -> str | None:
    """Why a share is worth a word; None where it is not. Own past goes before the class."""
    limits = ctx.thresholds
    if measure.own_past is not None and n_earlier >= limits.growth_min_opportunities:
        if measure.share >= measure.own_past + limits.growth_margin:
            return f"{percent(measure.own_past)} in their own past"
    elif measure.class_share is None:
        return "nothing to compare with yet" if measure.share >= limits.growth_min_share else None
    if measure.class_share is not None and measure.share >= measure.class_share + limits.growth_margin:
        return f"{percent(measure.class_share)} is usual"
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
    yield from ctx.signal(
        SignalKind.PRODUCTIVE_PERSISTENCE,
        Audience.STUDENT,
        f"You stayed with {skill.skill_name} for {opportunity} questions until three in a row were "
        f"right. It was "
        f"your keeping at it that got you there.",
        basis,
        urgency=0.4,
    )
    yield from ctx.signal(
        SignalKind.PRODUCTIVE_PERSISTENCE,
        Audience.TEACHER,
        f"Kept at {skill.skill_name} and got there: first three right in a row at answer "
        f"{opportunity}. Name the "
        f"effort when you see them.",
        basis,
        urgency=0.3,
    )


def _recovered(ctx: RuleContext, skill: SkillEvidence) -> Iterator[Signal]:
    at, statement_id = skill.last_recovery_at, skill.last_recovery_id
    if at is None or statement_id is None:
        return
    tries = count(skill.last_recovery_misses or 2, "try", "tries")
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
    yield from ctx.signal(
        SignalKind.PRODUCTIVE_PERSISTENCE,
        Audience.STUDENT,
        f"On a question of {skill.skill_name} you went on after {tries} and then had it right. Not giving up "
        f"there is what made the difference.",
        basis,
        urgency=0.35,
    )
    yield from ctx.signal(
        SignalKind.PRODUCTIVE_PERSISTENCE,
        Audience.TEACHER,
        f"Went on after {tries} on a question of {skill.skill_name} and got it right "
        f"({count(skill.n_recoveries, 'such case')} so far). Name the effort.",
        basis,
        urgency=0.2,
    )
