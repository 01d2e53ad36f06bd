"""How it goes: wheel-spinning, help, rapid guessing, time on task, pace, spacing, regularity, streak."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.claims import GUESSES
from learnloom.pipelines.feedback.habit import p_again
from learnloom.pipelines.feedback.rhythm import MONTH_DAYS, WEEK_DAYS
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, week_of
from learnloom.pipelines.feedback.stuck import Standing, standing
from learnloom.pipelines.feedback.texts import process_texts as texts
from learnloom.schemas.evidence import MeasureEvidence
from learnloom.schemas.measure import Measure
from learnloom.schemas.message import Message
from learnloom.schemas.profile import MeasureProfile, Path, SkillProfile
from learnloom.schemas.signal import Signal, SignalKind

_OFTEN_AIDED: Final = 0.5
"""Share of answers with a hint from which that is worth a word to the teacher."""


class Outlook(NamedTuple):
    """That a student who is stuck on a skill is likely to stay so."""

    p: float
    """How likely."""
    standing: Standing
    before: SkillProfile | None
    """The prerequisite that is mastered least; None where none was answered on."""


def stays_stuck(ctx: RuleContext, profile: SkillProfile) -> Outlook | None:
    """Foresee that a student stays stuck on a skill; None where they are not stuck, or may well get out of it."""
    # What the model says of others means nothing: it is one of students who never had three right in a row.
    if profile.path not in {Path.STUCK, Path.STUCK_EARLY} or profile.p_mastery is None:
        return None
    skill, before = ctx.skill_evidence[profile.skill_id], _least_known_before(ctx, profile)
    found = standing(
        p_mastery=profile.p_mastery,
        n=skill.n_attempts,
        n_right=skill.n_correct,
        n_aided=skill.n_aided,
        n_rapid=skill.n_rapid,
        p_before=before.p_mastery if before else None,
    )
    p = ctx.stuck_model.p(found)
    return Outlook(p, found, before) if p >= ctx.thresholds.foreseen_chance else None


def wheel_spinning(ctx: RuleContext) -> Iterator[Signal]:
    """Say where more of the same practice hardly helps, by all that is known: the teacher early, the student late."""
    for profile in ctx.profile.skills:
        outlook, skill = stays_stuck(ctx, profile), ctx.skill_evidence[profile.skill_id]
        if outlook is None or profile.path is None:
            continue
        last = skill.last_attempt_at or ctx.evidence.last_seen_at
        basis = ctx.skill_basis(skill.skill_id, (profile.path.value, week_of(last)), outlook.p)
        kind, name = SignalKind.WHEEL_SPINNING, skill.skill_name
        figures = {
            "n": skill.n_attempts,
            "n_right": skill.n_correct,
            "longest_run": skill.longest_run,
            "reasons": list(_reasons(ctx, outlook)),
        }
        if profile.path is Path.STUCK_EARLY:
            message = texts.STUCK_EARLY_TO_TEACHER(skill=name, **figures)
            yield from ctx.signal(kind, message, basis, urgency=0.55)
            continue
        yield from ctx.signal(kind, texts.STUCK_TO_TEACHER(skill=name, **figures), basis, urgency=0.8)
        yield from ctx.signal(kind, texts.STUCK_TO_STUDENT(skill=name), basis, urgency=0.6)


def is_student_told_stuck(ctx: RuleContext, profile: SkillProfile) -> bool:
    """Whether the student is told to leave the questions on a skill for now."""
    return (
        profile.path is Path.STUCK
        and stays_stuck(ctx, profile) is not None
        and ctx.is_heard(SignalKind.WHEEL_SPINNING, texts.STUCK_TO_STUDENT.text_id)
    )


def _least_known_before(ctx: RuleContext, profile: SkillProfile) -> SkillProfile | None:
    """The prerequisite that is mastered least; None where none was answered on."""
    wanted = ctx.skill_evidence[profile.skill_id].prerequisite_ids
    known = [each for each in ctx.profile.skills if each.skill_id in wanted and each.p_mastery is not None]
    return min(known, key=lambda each: (each.p_mastery or 0.0, each.skill_id), default=None)


def _reasons(ctx: RuleContext, outlook: Outlook) -> Iterator[Message]:
    """Say what is to be expected, and what of it a teacher can look at."""
    found, before = outlook.standing, outlook.before
    yield texts.STAYS_STUCK(chance=outlook.p)
    if found.aided >= _OFTEN_AIDED:
        yield texts.STUCK_AIDED(share=found.aided)
    if found.rapid >= ctx.thresholds.rapid_share:
        yield texts.STUCK_RAPID(share=found.rapid)
    if before is not None and before.p_mastery is not None and before.p_mastery < ctx.thresholds.near:
        yield texts.STUCK_BEFORE(before=before.skill_name)


def help_seeking(ctx: RuleContext) -> Iterator[Signal]:
    """Invite to use help where it would have saved a third try, and to read the hints that are opened."""
    limits = ctx.thresholds
    found = ctx.measure(Measure.HELP_IN_TIME, limits.help_min_opportunities)
    if found is not None and found[1].share < limits.help_max_share:
        message = texts.HELP_IN_TIME(n=found[0].n - found[0].n_taken)
        yield from _habit(ctx, SignalKind.HELP_SEEKING, *found, message, urgency=0.3)
    found = ctx.measure(Measure.HINT_SKIMMED, limits.skim_min_hints)
    if found is not None and found[1].share >= limits.skim_share:
        yield from _habit(ctx, SignalKind.HELP_SEEKING, *found, texts.HINT_SKIMMED(), urgency=0.25)


def rapid_guessing(ctx: RuleContext) -> Iterator[Signal]:
    """Speak, softly, of answers given faster than the question can be read."""
    found = ctx.measure(Measure.RAPID_ANSWER, ctx.thresholds.rapid_min_answers)
    if found is None or found[1].share < ctx.thresholds.rapid_share:
        return
    evidence, profile = found
    # Two of ten may be a bad day: it is said of whom all answers so far let expect as much of the next ten.
    if p_again(evidence, GUESSES) < ctx.thresholds.foreseen_chance:
        return
    teacher = texts.RAPID_TO_TEACHER(n_rapid=evidence.n_taken, n=evidence.n, share=profile.share)
    for message in (texts.RAPID_TO_STUDENT(), teacher):
        yield from _habit(ctx, SignalKind.RAPID_GUESSING, *found, message, urgency=0.35)


def _habit(
    ctx: RuleContext,
    kind: SignalKind,
    evidence: MeasureEvidence,
    profile: MeasureProfile,
    message: Message,
    *,
    urgency: float,
) -> Iterator[Signal]:
    """Say what a measure shows, once a week at the most."""
    basis = Basis(
        n=evidence.n,
        start=ctx.evidence.first_seen_at,
        end=evidence.last_at,
        evidence_ids=evidence.evidence_ids,
        state=(evidence.measure.value, week_of(evidence.last_at)),
        value=profile.share,
    )
    yield from ctx.signal(kind, message, basis, urgency=urgency)


def time_on_task(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the time spent in the last seven days, against the own weeks before."""
    rhythm = ctx.profile.rhythm
    if rhythm.seconds_7d <= 0:
        return
    time, usual = rhythm.seconds_7d, rhythm.weekly_seconds_before
    if usual is None:
        student, teacher = texts.TIME_TO_STUDENT(time=time), texts.TIME_TO_TEACHER(time=time)
    else:
        student = texts.TIME_BEFORE_TO_STUDENT(time=time, usual=usual)
        teacher = texts.TIME_BEFORE_TO_TEACHER(time=time, usual=usual)
    basis = _window(ctx, WEEK_DAYS, "time", time, rhythm.days_7d)
    yield from ctx.signal(SignalKind.TIME_ON_TASK, student, basis, urgency=0.05)
    yield from ctx.signal(SignalKind.TIME_ON_TASK, teacher, basis, urgency=0.05)


def pace(ctx: RuleContext) -> Iterator[Signal]:
    """Tell a pace that is clearly calmer or quicker than is usual for the same questions."""
    pace_profile, limits = ctx.profile.pace, ctx.thresholds
    relative = pace_profile.relative_duration
    if relative is None or limits.pace_fast < relative < limits.pace_slow:
        return
    is_calm = relative >= limits.pace_slow
    remark = []
    if pace_profile.mastered_per_hour:
        remark.append(texts.MASTERED_PER_HOUR(rate=pace_profile.mastered_per_hour))
    student = texts.CALM_TO_STUDENT() if is_calm else texts.QUICK_TO_STUDENT()
    teacher = (texts.CALM_TO_TEACHER if is_calm else texts.QUICK_TO_TEACHER)(
        ratio=relative, n=pace_profile.n_timed, remark=remark
    )
    activity = ctx.evidence.activity
    basis = Basis(
        n=pace_profile.n_timed,
        start=ctx.evidence.first_seen_at,
        end=ctx.evidence.last_seen_at,
        evidence_ids=activity.evidence_ids,
        state=("calm" if is_calm else "quick",),
        value=relative,
    )
    yield from ctx.signal(SignalKind.PACE, student, basis, urgency=0.1)
    yield from ctx.signal(SignalKind.PACE, teacher, basis, urgency=0.15)


def spacing(ctx: RuleContext) -> Iterator[Signal]:
    """Tell a clear change in how practice is spread over days, against the own month before."""
    rhythm = ctx.profile.rhythm
    now, before = rhythm.days_per_ten_answers, rhythm.days_per_ten_answers_before
    if now is None or before is None or before <= 0:
        return
    change = now / before - 1.0
    if abs(change) < ctx.thresholds.spacing_margin:
        return
    message = texts.SPACING_MORE() if change > 0 else texts.SPACING_FEWER()
    basis = _window(ctx, MONTH_DAYS, "spacing", change, rhythm.n_attempts_28d)
    yield from ctx.signal(SignalKind.SPACING, message, basis, urgency=0.15)


def regularity(ctx: RuleContext) -> Iterator[Signal]:
    """Name weeks in a row and days in a row on which something was done."""
    rhythm, limits = ctx.profile.rhythm, ctx.thresholds
    weeks, days = rhythm.weeks_in_row, rhythm.streak_days
    if weeks >= limits.regular_min_weeks:
        basis = _window(ctx, weeks * WEEK_DAYS, "weeks", float(weeks), weeks)
        yield from ctx.signal(SignalKind.REGULARITY, texts.REGULARITY(n=weeks), basis, urgency=0.1)
    if days >= limits.streak_min_days:
        basis = _window(ctx, days, "days", float(days), days)
        yield from ctx.signal(SignalKind.STREAK, texts.STREAK(n=days), basis, urgency=0.1)


def _window(ctx: RuleContext, n_days: int, state: str, value: float, n: int) -> Basis:
    """Stand on the activity of the last days; said once a week at the most."""
    last = ctx.evidence.last_seen_at
    return Basis(
        n=n,
        start=max(ctx.evidence.first_seen_at, last - timedelta(days=n_days)),
        end=last,
        evidence_ids=ctx.evidence.activity.evidence_ids,
        state=(state, week_of(last)),
        value=value,
    )
