"""Whom to look after: a drop in engagement, and whom to talk to this week. For teachers alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from learnloom.pipelines.feedback.contacts import contacts
from learnloom.pipelines.feedback.rhythm import WEEK_DAYS
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, week_of
from learnloom.pipelines.feedback.texts import support_texts as texts
from learnloom.schemas.measure import Vocabulary
from learnloom.schemas.message import Message
from learnloom.schemas.signal import Signal, SignalKind


def is_drop(ctx: RuleContext) -> bool:
    """Whether next to nothing was done in seven days, unlike the own weeks and rhythm, and that is to be heard.

    All of it, because each alone is often wrong: a week of less is usual for most, who works on most days is soon away
    longer than they ever were, and in a week of holidays all are.
    """
    rhythm, limits = ctx.profile.rhythm, ctx.thresholds
    return (
        rhythm.weekly_seconds_before is not None
        and rhythm.p_away is not None
        and rhythm.weekly_seconds_before >= limits.drop_min_weekly_seconds
        and rhythm.seconds_7d < limits.drop_share * rhythm.weekly_seconds_before
        and rhythm.p_away < limits.drop_chance
        and rhythm.days_since_seen > limits.drop_min_days
        and not _is_break(ctx)
        and ctx.is_heard(SignalKind.ENGAGEMENT_CHANGE, texts.DROP.text_id)
    )


def _is_break(ctx: RuleContext) -> bool:
    """Whether by the plans of all courses nothing is asked for now; unknown where one has no plan."""
    risks = ctx.evidence.risks
    return bool(risks) and all(risk.is_break for risk in risks)


def is_present(ctx: RuleContext) -> bool:
    """Whether the student still takes part: in a course that goes on, if any is known, and not long gone."""
    courses, going = ctx.profile.courses, {risk.course_id for risk in ctx.evidence.risks}
    is_enrolled = not courses or any(course.is_active and course.course_id in going for course in courses)
    return is_enrolled and ctx.profile.rhythm.days_since_seen <= ctx.thresholds.away_max_days


def engagement_change(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the teacher of a drop against the student's own past."""
    if not is_present(ctx) or not is_drop(ctx):
        return
    rhythm = ctx.profile.rhythm
    before = rhythm.weekly_seconds_before or 0.0
    yield from ctx.signal(
        SignalKind.ENGAGEMENT_CHANGE,
        texts.DROP(time=rhythm.seconds_7d, usual=before),
        _basis(
            ctx, ("drop", week_of(ctx.evidence.last_seen_at)), rhythm.seconds_7d / before if before else None
        ),
        urgency=0.75,
    )


def wants_to_talk(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the teacher that the student has asked to talk, until somebody has: most urgent of all."""
    wishes = [voice for voice in ctx.evidence.voices if voice.voice_kind == "talk" and voice.is_affirmed]
    if not wishes:
        return
    wish = max(wishes, key=lambda voice: (voice.occurred_at, voice.statement_id))
    if any(at > wish.occurred_at for at in contacts(ctx)):
        return
    basis = Basis(
        n=1,
        start=wish.occurred_at,
        end=wish.occurred_at,
        evidence_ids=(wish.statement_id,),
        state=(wish.statement_id,),
        subject=wish.target_id,
        subject_name=wish.target_name,
    )
    message = texts.WANTS_TO_TALK(day=ctx.day(wish.occurred_at))
    yield from ctx.signal(SignalKind.WANTS_TO_TALK, message, basis, urgency=1.0)


def check_in(ctx: RuleContext, said: Sequence[Signal]) -> Iterator[Signal]:
    """Name whom to talk to this week, and why.

    Args:
        ctx: the student's.
        said: the other signals, to find something to begin with.
    """
    if not is_present(ctx):
        return
    reasons = []
    if is_drop(ctx):
        reasons.append(texts.CHECK_IN_DROP())
    last_word = _last_good_word(ctx)
    quiet = ctx.as_of - (last_word or ctx.evidence.first_seen_at)
    if quiet > timedelta(days=ctx.thresholds.quiet_days):
        reasons.append(_quiet(ctx, last_word, quiet.days))
    if not reasons:
        return
    urgency = 0.85 if len(reasons) > 1 else 0.65
    if ctx.profile.rhythm.days_since_seen > WEEK_DAYS:
        reasons.append(texts.CHECK_IN_AWAY(day=ctx.day(ctx.evidence.last_seen_at)))
    yield from ctx.signal(
        SignalKind.CHECK_IN,
        texts.CHECK_IN(reasons=reasons, begin=_beginning(said)),
        # Not by reason: reasons come and go with the days, while the student to talk to is the same.
        _basis(ctx, (week_of(ctx.evidence.last_seen_at),), None),
        urgency=urgency,
    )


def _quiet(ctx: RuleContext, last_word: datetime | None, days: int) -> Message:
    """Say since when nobody is known to have spoken to the student; of contact only where it can be known at all."""
    is_contact_known = Vocabulary.CONTACT in ctx.evidence.vocabulary
    if last_word is None:
        always = texts.CHECK_IN_ALWAYS_QUIET if is_contact_known else texts.CHECK_IN_ALWAYS_QUIET_WORD
        return always(n=days)
    since = texts.CHECK_IN_QUIET if is_contact_known else texts.CHECK_IN_QUIET_WORD
    return since(day=ctx.day(last_word))


def _last_good_word(ctx: RuleContext) -> datetime | None:
    """When there last was something to praise, or somebody spoke to them."""
    moments = list(ctx.good_words)
    moments += contacts(ctx)
    if ctx.evidence.activity.last_contact_at is not None:
        moments.append(ctx.evidence.activity.last_contact_at)
    return max(moments, default=None)


def _beginning(said: Sequence[Signal]) -> Message:
    """Give the teacher something to begin with."""
    for kind, text in texts.CHECK_IN_BEGIN.items():
        for signal in said:
            if signal.kind is kind and signal.subject_name:
                return text(subject=signal.subject_name)
    return texts.CHECK_IN_BEGIN_ASKING()


def _basis(ctx: RuleContext, state: tuple[str, ...], value: float | None) -> Basis:
    evidence = ctx.evidence
    return Basis(
        n=evidence.activity.n_days,
        start=evidence.first_seen_at,
        end=evidence.last_seen_at,
        evidence_ids=evidence.activity.evidence_ids,
        state=state,
        value=value,
    )
