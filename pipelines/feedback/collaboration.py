"""Learning with others: a balance of giving and taking, never a ranking."""

from collections.abc import Iterator

from pipelines.feedback.formatting import count
from pipelines.feedback.rule_context import Basis, RuleContext, week_of
from schemas.signal import Audience, Signal, SignalKind


def collaboration(ctx: RuleContext) -> Iterator[Signal]:
    """Name help given and help asked for: both are good."""
    found, profile = ctx.evidence.contribution, ctx.profile.collaboration
    if found is None or profile is None:
        return
    n = profile.n_given + profile.n_taken + profile.n_commented
    if n < ctx.thresholds.collaboration_min_n:
        return
    if profile.n_given >= profile.n_taken:
        student = f"You have helped others {count(profile.n_given, 'time')}. Explaining helps them and you."
        idea = "Let them know whom it helped."
    else:
        student = (
            f"You have asked others {count(profile.n_taken, 'time')}. Asking is how understanding starts."
        )
        idea = "Invite them to answer something, too, once they feel sure."
    if not profile.n_given and not profile.n_taken:
        student = (
            f"You have joined the talk {count(profile.n_commented, 'time')}. Others learn from what you add."
        )
    teacher = (
        f"With others: gave help {count(profile.n_given, 'time')}, asked "
        f"{count(profile.n_taken, 'time')}, commented "
        f"{count(profile.n_commented, 'time')}. {idea}"
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
    yield from ctx.signal(SignalKind.COLLABORATION, Audience.STUDENT, student, basis, urgency=0.15)
    yield from ctx.signal(SignalKind.COLLABORATION, Audience.TEACHER, teacher, basis, urgency=0.1)
