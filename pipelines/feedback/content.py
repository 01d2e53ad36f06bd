"""What to learn: mastery, strengths and weaknesses, what to practise next, stretch, reviews that are due."""

from collections.abc import Iterator
from typing import Final

from pipelines.feedback.formatting import alternatives, count, day, of_ten, percent
from pipelines.feedback.rule_context import Basis, RuleContext, day_of, week_of
from schemas.level import Level
from schemas.profile import SkillProfile
from schemas.signal import Audience, Signal, SignalKind

_MAX_REVIEWS: Final = 5
"""Reviews named at a time: the rest waits its turn."""

_LEVEL_TO_STUDENT: Final = {
    Level.MASTERED: "You have mastered {skill}: you can expect {p} right. Your practice has built this.",
    Level.NEAR: "{skill} is close: you can expect {p} right, and some more practice will make it firm.",
    Level.NEEDS_WORK: "{skill} is still growing: you can expect {p} right so far. Each try tells you "
    "what to look at.",
}
_LEVEL_TO_TEACHER: Final = {
    Level.MASTERED: "{skill} is mastered: {percent} right expected at an average question, from {answers}. "
    "Time for something further, or for explaining it to others.",
    Level.NEAR: "{skill} is near mastery: {percent} right expected at an average question, from {answers}. "
    "A short mixed practice should do.",
    Level.NEEDS_WORK: "{skill} needs work: {percent} right expected at an average question, from {answers}. "
    "Look at the last answers together before more practice.",
}
_LEVEL_URGENCY: Final = {Level.MASTERED: 0.2, Level.NEAR: 0.15, Level.NEEDS_WORK: 0.35}


def mastery(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the level of each skill when it is reached, from enough answers."""
    for skill in ctx.profile.skills:
        p, since = skill.p_mastery, skill.level_since_at
        if p is None or since is None or skill.n_attempts < ctx.thresholds.mastery_min_answers:
            continue
        basis = ctx.skill_basis(skill.skill_id, (skill.level.value, day_of(since)), p, held_from=since)
        figures = {
            "skill": skill.skill_name,
            "p": of_ten(p),
            "percent": percent(p),
            "answers": count(skill.n_attempts, "answer"),
        }
        urgency = _LEVEL_URGENCY[skill.level]
        for audience, words in ((Audience.STUDENT, _LEVEL_TO_STUDENT), (Audience.TEACHER, _LEVEL_TO_TEACHER)):
            yield from ctx.signal(
                SignalKind.MASTERY, audience, words[skill.level].format(**figures), basis, urgency=urgency
            )


def strengths_and_weaknesses(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the skills that lie furthest above and below the class mean, few of each."""
    limits = ctx.thresholds
    compared = sorted(
        (
            (skill.against_class, skill.skill_id, skill)
            for skill in ctx.profile.skills
            if skill.against_class is not None and skill.n_attempts >= limits.strength_min_answers
        ),
        key=lambda entry: entry[:2],
    )
    for difference, _, skill in compared[: limits.strength_count]:
        if difference < -limits.strength_margin:
            yield from _weakness(ctx, skill, difference)
    for difference, _, skill in reversed(compared[-limits.strength_count :]):
        if difference > limits.strength_margin:
            yield from _strength(ctx, skill, difference)


def _strength(ctx: RuleContext, skill: SkillProfile, difference: float) -> Iterator[Signal]:
    basis = _comparison(ctx, skill, difference)
    right = _right(ctx, skill)
    yield from ctx.signal(
        SignalKind.STRENGTH,
        Audience.STUDENT,
        f"{skill.skill_name} is a strong point of yours: {right} right so far. Build on it.",
        basis,
        urgency=0.2,
    )
    yield from ctx.signal(
        SignalKind.STRENGTH,
        Audience.TEACHER,
        f"{skill.skill_name} is a strength: {right} right, {_points(difference)} above the class mean "
        f"(few answers "
        f"weighed down). A place to let them help others or go further.",
        basis,
        urgency=0.15,
    )


def _weakness(ctx: RuleContext, skill: SkillProfile, difference: float) -> Iterator[Signal]:
    basis = _comparison(ctx, skill, difference)
    right = _right(ctx, skill)
    yield from ctx.signal(
        SignalKind.WEAKNESS,
        Audience.STUDENT,
        f"{skill.skill_name} is where practice will pay off most for you just now: {right} right so "
        f"far. Begin "
        f"with an example, then try two questions.",
        basis,
        urgency=0.35,
    )
    yield from ctx.signal(
        SignalKind.WEAKNESS,
        Audience.TEACHER,
        f"{skill.skill_name} is a weak spot: {right} right, {_points(difference)} below the class "
        f"mean (few answers "
        f"weighed down). Check what comes before it, and work one example together.",
        basis,
        urgency=0.5,
    )


def _comparison(ctx: RuleContext, skill: SkillProfile, difference: float) -> Basis:
    last = skill.last_attempt_at or ctx.evidence.last_seen_at
    return ctx.skill_basis(skill.skill_id, (week_of(last),), difference)


def _right(ctx: RuleContext, skill: SkillProfile) -> str:
    return f"{ctx.skill_evidence[skill.skill_id].n_correct} of {count(skill.n_attempts, 'answer')}"


def _points(difference: float) -> str:
    return count(round(abs(difference) * 100), "point")


def practise_next(ctx: RuleContext) -> Iterator[Signal]:
    """Offer the student what to practise next; they pick."""
    choices = ctx.profile.practise_next
    if not choices:
        return
    names = alternatives([choice.skill_name for choice in choices])
    invitation = "To practise next" if len(choices) == 1 else "Pick what you want to practise next"
    sentence = f"{invitation}: {names}."
    if len(choices) < ctx.thresholds.practise_choices:
        sentence += " The rest is mastered, waits for review or another way in, or comes later."
    elif not any(choice.is_in_band for choice in choices):
        sentence += " They are not quite the right step, but the nearest to it."
    answered = [ctx.skill_evidence[choice.skill_id] for choice in choices]
    ids = [statement for skill in answered for statement in skill.evidence_ids]
    basis = Basis(
        n=sum(skill.n_attempts for skill in answered),
        start=min(
            (skill.first_attempt_at for skill in answered if skill.first_attempt_at),
            default=ctx.evidence.first_seen_at,
        ),
        end=ctx.evidence.last_seen_at,
        evidence_ids=ids,
        state=tuple(choice.skill_id for choice in choices),
        value=choices[0].p_right,
    )
    yield from ctx.signal(
        SignalKind.PRACTISE_NEXT, Audience.STUDENT, sentence, basis, urgency=0.5, choices=choices
    )


def stretch(ctx: RuleContext) -> Iterator[Signal]:
    """Offer something beyond where a skill is firm and nothing waits for review."""
    if any(skill.is_review_due for skill in ctx.profile.skills):
        return
    for skill in ctx.profile.skills:
        if skill.level is Level.MASTERED and ctx.skill_evidence[skill.skill_id].is_last_five_right_unaided:
            last = skill.last_attempt_at or ctx.evidence.last_seen_at
            basis = ctx.skill_basis(skill.skill_id, (week_of(last),), skill.p_mastery)
            sentence = (
                f"Your last five answers on {skill.skill_name} were right without any hint. Want "
                f"something bigger? "
                f"Try a harder problem, explain it to somebody, or use it in a project of your own."
            )
            yield from ctx.signal(SignalKind.STRETCH, Audience.STUDENT, sentence, basis, urgency=0.3)


def review_due(ctx: RuleContext) -> Iterator[Signal]:
    """Remind of mastered skills whose review is due, those first that are most at risk of being forgotten."""
    due = sorted(
        (skill for skill in ctx.profile.skills if skill.is_review_due),
        key=lambda skill: (skill.p_mastery if skill.p_mastery is not None else 0.0, skill.skill_id),
    )
    for skill in due[:_MAX_REVIEWS]:
        last = ctx.skill_evidence[skill.skill_id].last_correct_at or skill.last_attempt_at
        due_at = skill.review_due_at
        if last is None or due_at is None:
            continue
        basis = ctx.skill_basis(skill.skill_id, (day_of(due_at),), skill.p_mastery, held_from=due_at)
        sentence = (
            f"Time to see {skill.skill_name} again: the last time you had it right was on "
            f"{day(last)}. Two or "
            f"three questions now keep it for longer."
        )
        yield from ctx.signal(SignalKind.REVIEW_DUE, Audience.STUDENT, sentence, basis, urgency=0.45)
