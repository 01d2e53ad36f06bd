"""The student's own voice, and what goes well for them: goals, choices, likings, forms, times and places."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from learnloom.pipelines.feedback.preferences import name_of
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext
from learnloom.pipelines.feedback.texts import declared_texts as texts
from learnloom.schemas.evidence import GoalEvidence
from learnloom.schemas.message import Message
from learnloom.schemas.profile import GoalProfile, GoalStatus, LikingProfile, OutcomeProfile
from learnloom.schemas.signal import Part, Signal, SignalKind

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
        is_behind = goal.status is GoalStatus.BEHIND
        yield from ctx.signal(SignalKind.GOAL, _to_student(goal), basis, urgency=0.55 if is_soon else 0.4)
        yield from ctx.signal(SignalKind.GOAL, _to_teacher(goal), basis, urgency=0.5 if is_behind else 0.2)


def _is_soon(ctx: RuleContext, goal: GoalEvidence) -> bool:
    if goal.target_date is None:
        return False
    return (
        timedelta(0) <= goal.target_date - ctx.as_of.date() <= timedelta(days=ctx.thresholds.goal_soon_days)
    )


def _to_student(goal: GoalProfile) -> Message:
    """What the student is told of a goal."""
    if goal.status is GoalStatus.REACHED:
        return texts.GOAL_REACHED_TO_STUDENT(aim=goal.target_level, target=goal.target_name)
    aim = texts.AIM_DATED_TO_STUDENT if goal.target_date else texts.AIM_TO_STUDENT
    now = texts.NOW_UNKNOWN_TO_STUDENT()
    if goal.progress is not None:
        now = texts.NOW_TO_STUDENT(share=goal.progress)
    stands = [aim(**_aim(goal)), now]
    if goal.status is GoalStatus.ON_TRACK and goal.projected_date:
        return texts.GOAL_ON_TRACK_TO_STUDENT(stands=stands, day=goal.projected_date)
    return texts.GOAL_TO_STUDENT[goal.status](stands=stands)


def _to_teacher(goal: GoalProfile) -> Message:
    """What the teacher is told of it."""
    work = texts.WORK_TO_TEACHER(n=goal.n_attempts_since)
    if goal.status is GoalStatus.REACHED:
        return texts.GOAL_REACHED_TO_TEACHER(aim=goal.target_level, target=goal.target_name, work=work)
    aim = texts.AIM_DATED_TO_TEACHER if goal.target_date else texts.AIM_TO_TEACHER
    now = texts.NOW_UNKNOWN_TO_TEACHER()
    if goal.progress is not None:
        now = texts.NOW_TO_TEACHER(share=goal.progress)
    stands = [aim(**_aim(goal)), now, work]
    if goal.status is GoalStatus.ON_TRACK and goal.projected_date:
        return texts.GOAL_ON_TRACK_TO_TEACHER(stands=stands, day=goal.projected_date)
    return texts.GOAL_TO_TEACHER[goal.status](stands=stands)


def _aim(goal: GoalProfile) -> dict[str, Any]:
    dated = {"day": goal.target_date} if goal.target_date else {}
    return {"aim": goal.target_level, "target": goal.target_name, **dated}


def choices(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the teacher what the student picked lately."""
    chosen = sorted(
        (voice for voice in ctx.evidence.voices if voice.voice_kind == "choice" and voice.is_affirmed),
        key=lambda voice: (voice.occurred_at, voice.statement_id),
        reverse=True,
    )
    for voice in chosen[:_MAX_CHOICES_TOLD]:
        name = name_of(voice.target_id, voice.target_name)
        basis = Basis(
            n=1,
            start=voice.occurred_at,
            end=voice.occurred_at,
            evidence_ids=(voice.statement_id,),
            state=(voice.statement_id,),
            subject=voice.target_id,
            subject_name=name,
        )
        chose = texts.CHOSE_OFFERED if voice.signal_id else texts.CHOSE
        message = chose(thing=name, day=ctx.day(voice.occurred_at))
        yield from ctx.signal(SignalKind.CHOICE, message, basis, urgency=0.1)


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
    declared = [liking.value for liking in found if liking.is_declared]
    ground = texts.LIKING_SAID(things=declared) if declared else texts.LIKING_SEEN(n=basis.n)
    if dimension in _CIRCUMSTANCES:
        circumstances = [value_text(dimension, liking.value) for liking in found]
        student = texts.LEARNS_TO_STUDENT(circumstances=circumstances)
        teacher = texts.LEARNS_TO_TEACHER(circumstances=circumstances, ground=ground)
    else:
        things = [liking.value for liking in found]
        seen = [thing for thing in things if thing not in declared]
        likes = [texts.LIKES(things=declared)] if declared else []
        likes += [texts.TURNS_TO(things=seen)] if seen else []
        student = texts.LIKING_TO_STUDENT(likes=likes)
        teacher = texts.LIKING_TO_TEACHER(things=things, ground=ground)
    part = Part.ENVIRONMENT if dimension in _CIRCUMSTANCES else Part.CONTENT
    for message in (student, teacher):
        yield from ctx.signal(kind, message, basis, urgency=0.15, part=part)


def value_text(dimension: str, value: str) -> Message:
    """Say a circumstance or a form: "in the evening", "on a phone", "by essay"; else the value as it is."""
    if dimension == "device":
        return texts.DEVICE(device=value)
    if dimension == "product":
        return texts.FORM(form=value)
    known = texts.CIRCUMSTANCES.get(value)
    return known() if known else texts.VALUE(value=value)


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
    figures = {"share": outcome.share, "n": outcome.n}
    if kind is SignalKind.PRODUCT:
        student = texts.PRODUCT_TO_STUDENT(form=outcome.value)
        teacher = texts.PRODUCT_TO_TEACHER(form=outcome.value, **figures)
    else:
        circumstance = value_text(outcome.dimension, outcome.value)
        student = texts.ENVIRONMENT_TO_STUDENT(circumstance=circumstance)
        teacher = texts.ENVIRONMENT_TO_TEACHER(circumstance=circumstance, **figures)
    for message in (student, teacher):
        yield from ctx.signal(kind, message, basis, urgency=0.1)


def _outcome_evidence(ctx: RuleContext, outcome: OutcomeProfile) -> tuple[datetime, Sequence[str]]:
    for row in ctx.evidence.outcomes:
        if (row.dimension, row.value) == (outcome.dimension, outcome.value):
            return row.last_at, row.evidence_ids
    for product in ctx.evidence.products:
        if product.product_kind == outcome.value:
            return product.last_at, product.evidence_ids
    return ctx.evidence.last_seen_at, ()
