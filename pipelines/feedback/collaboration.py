"""Learning with others: a balance of giving and taking, never a ranking."""

from collections.abc import Iterator

from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, week_of
from learnloom.pipelines.feedback.texts import support_texts as texts
from learnloom.schemas.signal import Signal, SignalKind


def collaboration(ctx: RuleContext) -> Iterator[Signal]:
    """Name help given and help asked for: both are good."""
    found, profile = ctx.evidence.contribution, ctx.profile.collaboration
    if found is None or profile is None:
        return
    n = profile.n_given + profile.n_taken + profile.n_commented
    if n < ctx.thresholds.collaboration_min_n:
        return
    if not profile.n_given and not profile.n_taken:
        student = texts.JOINED_TO_STUDENT(n=profile.n_commented)
    elif profile.n_given >= profile.n_taken:
        student = texts.HELPED_TO_STUDENT(n=profile.n_given)
    else:
        student = texts.ASKED_TO_STUDENT(n=profile.n_taken)
    is_giving = profile.n_given >= profile.n_taken
    teacher = (texts.GIVING_TO_TEACHER if is_giving else texts.ASKING_TO_TEACHER)(
        n_given=profile.n_given, n_taken=profile.n_taken, n_commented=profile.n_commented
    )
    basis = Basis(
        n=n,
        start=ctx.evidence.first_seen_at,
        end=found.last_at,
        evidence_ids=found.evidence_ids,
        state=(week_of(found.last_at),),
        value=profile.n_given / (profile.n_given + profile.n_taken)
        if profile.n_given + profile.n_taken
        else None,
    )
    yield from ctx.signal(SignalKind.COLLABORATION, student, basis, urgency=0.15)
    yield from ctx.signal(SignalKind.COLLABORATION, teacher, basis, urgency=0.1)
