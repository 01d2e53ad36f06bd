"""The student's own voice, and what goes well for them: goals, choices, likings, forms, times and places."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from pipelines.feedback.formatting import count, day, percent, together, where
from pipelines.feedback.preferences import name_of
from pipelines.feedback.rule_context import Basis, RuleContext
from schemas.evidence import GoalEvidence
from schemas.profile import GoalProfile, GoalStatus, LikingProfile, OutcomeProfile
from schemas.signal import Audience, Part, Signal, SignalKind

_CIRCUMSTANCES: Final = frozenset({"hour_band", "device"})
_MAX_CHOICES_TOLD: Final = 3
"""Of what the student chose, so many of the latest are told."""


def goals(ctx: RuleContext) -> Iterator[Signal]:
    """Tell where each goal stands that was not dropped: to the student first."""
    evidence = {goal.target_id: goal for goal in ctx.evidence.goals}
    for goal in ctx.profile.goals:
        if goal.status is GoalStatus.DROPPED:
            continue
        told = evidence[goal.target_id]
        last = max(told.set_at, told.last_attempt_at or told.set_at)
        basis = Basis(
            n=told.n_attempts_since,
            start=told.set_at,
            end=last,
            evidence_ids=(told.statement_id,),
            # Being ahead or behind goes with the days; reaching it is news.
            state=(told.statement_id, "reached" if goal.status is GoalStatus.REACHED else "open"),
            subject=goal.target_id,
            subject_name=goal.target_name,
            value=goal.progress,
        )
        is_soon = _is_soon(ctx, told)
        student, teacher = _goal_words(goal)
        yield from ctx.signal(
            SignalKind.GOAL, Audience.STUDENT, student, basis, urgency=0.55 if is_soon else 0.4
        )
        is_behind = goal.status is GoalStatus.BEHIND
        yield from ctx.signal(
            SignalKind.GOAL, Audience.TEACHER, teacher, basis, urgency=0.5 if is_behind else 0.2
        )


def _is_soon(ctx: RuleContext, goal: GoalEvidence) -> bool:
    if goal.target_date is None:
        return False
    return (
        timedelta(0) <= goal.target_date - ctx.as_of.date() <= timedelta(days=ctx.thresholds.goal_soon_days)
    )


def _goal_words(goal: GoalProfile) -> tuple[str, str]:
    """What is said of a goal to the student and to the teacher."""
    aim = f"{goal.target_name} ({percent(goal.target_level)}"
    aim += f" by {day(goal.target_date)})" if goal.target_date else ")"
    now = (
        f"you are at {percent(goal.progress)}" if goal.progress is not None else "nothing is known of it yet"
    )
    stands = f"now at {percent(goal.progress)}" if goal.progress is not None else "level not known yet"
    work = f"{count(goal.n_attempts_since, 'answer')} since it was set"
    if goal.status is GoalStatus.REACHED:
        return (
            f"You set yourself a goal and reached it: {aim}. What do you want next?",
            f"Own goal reached: {aim}, {work}. Ask what they want next.",
        )
    if goal.status is GoalStatus.ON_TRACK and goal.projected_date:
        return (
            f"Your goal {aim}: {now}. At this pace you are there around {day(goal.projected_date)}.",
            f"Own goal {aim}: {stands}, on track for {day(goal.projected_date)}, {work}.",
        )
    if goal.status is GoalStatus.BEHIND:
        return (
            f"Your goal {aim}: {now}. A little more each day or a later date: which suits you?",
            f"Own goal {aim}: {stands}, behind the date they chose, {work}. Plan the next step together.",
        )
    return (
        f"Your goal {aim}: {now}. The next few answers will show the way.",
        f"Own goal {aim}: {stands}, {work}. Too early to say when.",
    )


def choices(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the teacher what the student picked lately."""
    chosen = sorted(
        (voice for voice in ctx.evidence.voices if voice.voice_kind == "choice" and voice.is_affirmed),
        key=lambda voice: (voice.occurred_at, voice.statement_id),
        reverse=True,
    )
    for voice in chosen[:_MAX_CHOICES_TOLD]:
        name = name_of(voice.target_id, voice.target_name)
        offered = ", one of those offered" if voice.signal_id else ""
        basis = Basis(
            n=1,
            start=voice.occurred_at,
            end=voice.occurred_at,
            evidence_ids=(voice.statement_id,),
            state=(voice.statement_id,),
            subject=voice.target_id,
            subject_name=name,
        )
        sentence = f"Chose {name} on {day(voice.occurred_at)}{offered}. Ask how it went."
        yield from ctx.signal(SignalKind.CHOICE, Audience.TEACHER, sentence, basis, urgency=0.1)


def likings(ctx: RuleContext) -> Iterator[Signal]:
    """Tell what the student turns to by choice; what they say themselves needs no evidence."""
    limits = ctx.thresholds
    by_dimension: dict[str, list[LikingProfile]] = {}
    for liking in ctx.profile.likings:
        above = liking.above_class
        is_shown = liking.n >= limits.interest_min_n and above is not None and above > limits.interest_margin
        if liking.is_declared or is_shown:
            by_dimension.setdefault(liking.dimension, []).append(liking)
    for dimension, found in sorted(by_dimension.items()):
        yield from _liking(ctx, dimension, found[: limits.interest_count])


def _liking(ctx: RuleContext, dimension: str, found: Sequence[LikingProfile]) -> Iterator[Signal]:
    kind = SignalKind.INTEREST if dimension == "topic" else SignalKind.PREFERENCE
    basis = _liking_basis(ctx, dimension, found)
    names = [where(dimension, liking.value) for liking in found]
    declared = [where(dimension, liking.value) for liking in found if liking.is_declared]
    ground = f" (they said so of {together(declared)})" if declared else f" ({count(basis.n, 'time')} so far)"
    verb = "often learn" if dimension in _CIRCUMSTANCES else "often turn to"
    said = f"You like {together(declared)}. " if declared else ""
    seen = [name for name in names if name not in declared]
    noticed = f"Of your own choice you {verb} {together(seen)}. " if seen else ""
    ask = "Does that suit you?" if dimension in _CIRCUMSTANCES else "Shall there be more of it? You decide."
    student = f"{said}{noticed}{ask}"
    teacher = (
        f"By choice they {verb} {together(names)}{ground}. Offer it as one way among others: "
        f"it is a liking, not a type of learner."
    )
    part = Part.ENVIRONMENT if dimension in _CIRCUMSTANCES else Part.CONTENT
    for audience, sentence in ((Audience.STUDENT, student), (Audience.TEACHER, teacher)):
        yield from ctx.signal(kind, audience, sentence, basis, urgency=0.15, part=part)


def _liking_basis(ctx: RuleContext, dimension: str, found: Sequence[LikingProfile]) -> Basis:
    values = {liking.value.lower() for liking in found}
    rows = [
        row for row in ctx.evidence.interests if row.dimension == dimension and row.value.lower() in values
    ]
    voices = [
        voice
        for voice in ctx.evidence.voices
        if voice.voice_kind == "preference"
        and voice.is_affirmed
        and name_of(voice.target_id, voice.target_name).lower() in values
    ]
    moments = [row.last_at for row in rows] + [voice.occurred_at for voice in voices]
    ids = [voice.statement_id for voice in voices]
    ids += [statement for row in rows for statement in row.evidence_ids]
    return Basis(
        n=sum(row.n for row in rows) + len(voices),
        start=ctx.evidence.first_seen_at,
        end=max(moments, default=ctx.evidence.last_seen_at),
        evidence_ids=ids,
        state=(dimension, *sorted(values)),
        subject_name=found[0].value,
        value=found[0].above_class,
    )


def outcomes(ctx: RuleContext) -> Iterator[Signal]:
    """Tell which form, time, device or length of session goes well for this student: as a choice."""
    told: set[str] = set()
    for outcome in ctx.profile.outcomes:
        # Best first within a dimension: one is enough.
        if outcome.dimension not in told and _goes_well(ctx, outcome):
            told.add(outcome.dimension)
            is_product = outcome.dimension == "product"
            yield from _outcome(ctx, outcome, SignalKind.PRODUCT if is_product else SignalKind.ENVIRONMENT)


def _goes_well(ctx: RuleContext, outcome: OutcomeProfile) -> bool:
    limits, above = ctx.thresholds, outcome.above_expected
    if above is None:
        return False
    if outcome.dimension == "product":
        is_enough = outcome.n >= limits.product_min_n and outcome.share >= limits.product_min_score
        return is_enough and above >= limits.product_margin
    is_sure = outcome.above_sd is not None and outcome.above_sd >= limits.circumstance_min_sd
    return is_sure and outcome.n >= limits.circumstance_min_answers and above >= limits.circumstance_margin


def _outcome(ctx: RuleContext, outcome: OutcomeProfile, kind: SignalKind) -> Iterator[Signal]:
    end, ids = _outcome_evidence(ctx, outcome)
    basis = Basis(
        n=outcome.n,
        start=ctx.evidence.first_seen_at,
        end=end,
        evidence_ids=ids,
        state=(outcome.dimension, outcome.value),
        subject_name=outcome.value,
        value=outcome.above_expected,
    )
    how = where(outcome.dimension, outcome.value)
    if kind is SignalKind.PRODUCT:
        student = f"Showing what you know {how} goes well for you. Where you may choose, it is one way to go."
        teacher = (
            f"Shows what they know well {how}: mean score {percent(outcome.share)} in "
            f"{count(outcome.n, 'piece')}. Offer it where the form is free."
        )
    else:
        student = (
            f"Your answers have gone better than expected {how}. If you can choose, do the harder things so."
        )
        teacher = (
            f"Answers went well {how}: {percent(outcome.share)} right of {count(outcome.n, 'answer')}, "
            f"more than the "
            f"questions let expect. Offer it as a choice; it is what went together, not a cause."
        )
    for audience, sentence in ((Audience.STUDENT, student), (Audience.TEACHER, teacher)):
        yield from ctx.signal(kind, audience, sentence, basis, urgency=0.1)


def _outcome_evidence(ctx: RuleContext, outcome: OutcomeProfile) -> tuple[datetime, Sequence[str]]:
    for row in ctx.evidence.outcomes:
        if (row.dimension, row.value) == (outcome.dimension, outcome.value):
            return row.last_at, row.evidence_ids
    for product in ctx.evidence.products:
        if product.product_kind == outcome.value:
            return product.last_at, product.evidence_ids
    return ctx.evidence.last_seen_at, ()
