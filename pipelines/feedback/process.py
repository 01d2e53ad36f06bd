"""How it goes: wheel-spinning, help, rapid guessing, time on task, pace, spacing, regularity, streak."""

from collections.abc import Iterator
from datetime import timedelta

from pipelines.feedback.formatting import count, duration, percent
from pipelines.feedback.rhythm import MONTH_DAYS, WEEK_DAYS
from pipelines.feedback.rule_context import Basis, RuleContext, week_of
from schemas.measure import Measure
from schemas.profile import Path
from schemas.signal import Audience, Signal, SignalKind


def wheel_spinning(ctx: RuleContext) -> Iterator[Signal]:
    """Say where more of the same practice does not help: warn the teacher early, the student when sure."""
    for profile in ctx.profile.skills:
        if profile.path not in {Path.STUCK, Path.STUCK_EARLY}:
            continue
        skill = ctx.skill_evidence[profile.skill_id]
        last = skill.last_attempt_at or ctx.evidence.last_seen_at
        basis = ctx.skill_basis(skill.skill_id, (profile.path.value, week_of(last)), profile.share_right)
        answers = count(skill.n_attempts, "answer")
        figures = f"{answers}, {skill.n_correct} right, {skill.longest_run} in a row at best"
        if profile.path is Path.STUCK_EARLY:
            sentence = (
                f"{skill.skill_name} may be getting stuck: {figures}. Look at one question together "
                f"before they "
                f"go on."
            )
            yield from ctx.signal(SignalKind.WHEEL_SPINNING, Audience.TEACHER, sentence, basis, urgency=0.55)
            continue
        teacher = (
            f"Stuck on {skill.skill_name}: {figures}. More of the same practice rarely helps from "
            f"here: teach it "
            f"again in another way, and check what comes before it."
        )
        student = (
            f"You have put a lot of work into {skill.skill_name}. Leave the questions for now: "
            f"another explanation, a "
            f"worked example or ten minutes with somebody will help more than the next try."
        )
        yield from ctx.signal(SignalKind.WHEEL_SPINNING, Audience.TEACHER, teacher, basis, urgency=0.8)
        yield from ctx.signal(SignalKind.WHEEL_SPINNING, Audience.STUDENT, student, basis, urgency=0.6)


def help_seeking(ctx: RuleContext) -> Iterator[Signal]:
    """Invite to use help where it would have saved a third try, and to read the hints that are opened."""
    limits = ctx.thresholds
    found = ctx.measure(Measure.HELP_IN_TIME, limits.help_min_opportunities)
    if found is not None and found[1].share < limits.help_max_share:
        n_without = found[0].n - found[0].n_taken
        yield from _habit(
            ctx,
            SignalKind.HELP_SEEKING,
            Measure.HELP_IN_TIME,
            {
                Audience.STUDENT: f"After two tries that did not work out, a hint is a good move: there were "
                f"{count(n_without, 'question')} lately where one could have saved you the third try."
            },
            urgency=0.3,
        )
    found = ctx.measure(Measure.HINT_SKIMMED, limits.skim_min_hints)
    if found is not None and found[1].share >= limits.skim_share:
        yield from _habit(
            ctx,
            SignalKind.HELP_SEEKING,
            Measure.HINT_SKIMMED,
            {
                Audience.STUDENT: "Hints work best one at a time: read one, try again, and only then "
                "open the next."
            },
            urgency=0.25,
        )


def rapid_guessing(ctx: RuleContext) -> Iterator[Signal]:
    """Speak, softly, of answers given faster than the question can be read."""
    found = ctx.measure(Measure.RAPID_ANSWER, ctx.thresholds.rapid_min_answers)
    if found is None or found[1].share < ctx.thresholds.rapid_share:
        return
    evidence, profile = found
    yield from _habit(
        ctx,
        SignalKind.RAPID_GUESSING,
        Measure.RAPID_ANSWER,
        {
            Audience.STUDENT: "Some answers came very quickly lately. Take the time that you need: "
            "reading the question "
            "twice is often all it takes, and a break is fine too.",
            Audience.TEACHER: f"{evidence.n_taken} of the last {evidence.n} answers "
            f"({percent(profile.share)}) came faster "
            f"than the question can be read; they count a quarter in mastery. Ask how things are: too "
            f"easy, too hard, "
            f"or no time?",
        },
        urgency=0.35,
    )


def _habit(
    ctx: RuleContext, kind: SignalKind, measure: Measure, sentences: dict[Audience, str], *, urgency: float
) -> Iterator[Signal]:
    """Say what a measure shows, once a week at the most."""
    found = ctx.measure(measure, 1)
    if found is None:
        return
    evidence, profile = found
    basis = Basis(
        n=evidence.n,
        start=ctx.evidence.first_seen_at,
        end=evidence.last_at,
        evidence_ids=evidence.evidence_ids,
        state=(measure.value, week_of(evidence.last_at)),
        value=profile.share,
    )
    for audience, sentence in sentences.items():
        yield from ctx.signal(kind, audience, sentence, basis, urgency=urgency)


def time_on_task(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the time spent in the last seven days, against the own weeks before."""
    rhythm = ctx.profile.rhythm
    if rhythm.seconds_7d <= 0:
        return
    spent = duration(rhythm.seconds_7d)
    usual = ""
    if rhythm.weekly_seconds_before is not None:
        usual = f" (in the four weeks before: {duration(rhythm.weekly_seconds_before)} a week)"
    basis = _window(ctx, WEEK_DAYS, "time", rhythm.seconds_7d, rhythm.days_7d)
    student = f"You have spent {spent} on learning in the last seven days{usual}."
    teacher = f"Active for {spent} in the last seven days{usual}. Time says how much, not how well."
    yield from ctx.signal(SignalKind.TIME_ON_TASK, Audience.STUDENT, student, basis, urgency=0.05)
    yield from ctx.signal(SignalKind.TIME_ON_TASK, Audience.TEACHER, teacher, basis, urgency=0.05)


def pace(ctx: RuleContext) -> Iterator[Signal]:
    """Tell a pace that is clearly calmer or quicker than is usual for the same questions."""
    pace_profile, limits = ctx.profile.pace, ctx.thresholds
    relative = pace_profile.relative_duration
    if relative is None or limits.pace_fast < relative < limits.pace_slow:
        return
    is_calm = relative >= limits.pace_slow
    student = (
        "You take your time over questions. That is a fine way to work; plan enough of it."
        if is_calm
        else "You work through questions quickly. Where one matters, a second look is worth it."
    )
    mastered = ""
    if pace_profile.mastered_per_hour:
        mastered = f"; {pace_profile.mastered_per_hour:.1f} skills mastered per active hour"
    idea = (
        "Give time rather than fewer questions, and see whether reading is what takes it."
        if is_calm
        else "Offer depth rather than more of the same, if the answers are right."
    )
    teacher = (
        f"Takes {relative:.1f} times the usual time per question (median of "
        f"{count(pace_profile.n_timed, 'answer')}){mastered}. {idea}"
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
    yield from ctx.signal(SignalKind.PACE, Audience.STUDENT, student, basis, urgency=0.1)
    yield from ctx.signal(SignalKind.PACE, Audience.TEACHER, teacher, basis, urgency=0.15)


def spacing(ctx: RuleContext) -> Iterator[Signal]:
    """Tell a clear change in how practice is spread over days, against the own month before."""
    rhythm = ctx.profile.rhythm
    now, before = rhythm.days_per_ten_answers, rhythm.days_per_ten_answers_before
    if now is None or before is None or before <= 0:
        return
    change = now / before - 1.0
    if abs(change) < ctx.thresholds.spacing_margin:
        return
    sentence = (
        "You have spread your practice over more days than the month before. Spread out, it lasts longer."
        if change > 0
        else "Your practice was packed into fewer days than the month before. A little on several "
        "days lasts longer "
        "than much on one."
    )
    basis = _window(ctx, MONTH_DAYS, "spacing", change, rhythm.n_attempts_28d)
    yield from ctx.signal(SignalKind.SPACING, Audience.STUDENT, sentence, basis, urgency=0.15)


def regularity(ctx: RuleContext) -> Iterator[Signal]:
    """Name weeks in a row and days in a row on which something was done."""
    rhythm, limits = ctx.profile.rhythm, ctx.thresholds
    weeks, days = rhythm.weeks_in_row, rhythm.streak_days
    if weeks >= limits.regular_min_weeks:
        basis = _window(ctx, weeks * WEEK_DAYS, "weeks", float(weeks), weeks)
        sentence = f"You have been at it for {weeks} weeks in a row. Regular beats much."
        yield from ctx.signal(SignalKind.REGULARITY, Audience.STUDENT, sentence, basis, urgency=0.1)
    if days >= limits.streak_min_days:
        basis = _window(ctx, days, "days", float(days), days)
        sentence = f"You have learned something on {days} days in a row. A day off is fine, too."
        yield from ctx.signal(SignalKind.STREAK, Audience.STUDENT, sentence, basis, urgency=0.1)


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
