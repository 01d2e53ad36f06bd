"""What to learn: mastery, strengths and weaknesses, what to practise next, stretch, reviews that are due."""

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from learnloom.pipelines.feedback.beside_class import p_stays_below
from learnloom.pipelines.feedback.process import is_student_told_stuck
from learnloom.pipelines.feedback.reminders import Reminder
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, day_of, week_of
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.texts import content_texts as texts
from learnloom.schemas.level import Level
from learnloom.schemas.message import Message
from learnloom.schemas.profile import Path, SkillProfile
from learnloom.schemas.signal import Signal, SignalKind

_MAX_REVIEWS: Final = 5
"""Reviews named at a time: the rest waits its turn."""

_GAIN: Final = 0.05
"""Probability that practice gives back from which it is worth a word."""

_LEAST_RIGHT: Final = 0.5
"""Share right from which a skill may be a strength."""

_LEVEL_URGENCY: Final = {Level.MASTERED: 0.2, Level.NEAR: 0.15, Level.NEEDS_WORK: 0.35}


def mastery(ctx: RuleContext) -> Iterator[Signal]:
    """Tell the level of each skill when it is reached, from enough answers."""
    for skill in ctx.profile.skills:
        p, since = skill.p_mastery, skill.level_since_at
        if p is None or since is None or skill.n_attempts < ctx.thresholds.mastery_min_answers:
            continue
        basis = ctx.skill_basis(skill.skill_id, (skill.level.value, day_of(since)), p, held_from=since)
        name = skill.skill_name
        student = texts.MASTERY_TO_STUDENT[skill.level](skill=name, chance=p)
        teacher = texts.MASTERY_TO_TEACHER[skill.level](skill=name, share=p, n=skill.n_attempts)
        for message in (student, teacher):
            yield from ctx.signal(SignalKind.MASTERY, message, basis, urgency=_LEVEL_URGENCY[skill.level])


def strengths_and_weaknesses(ctx: RuleContext) -> Iterator[Signal]:
    """Tell skills on which more is expected than of the class, and those that are likely to stay below; few of each."""
    limits = ctx.thresholds
    above, below = [], []
    for skill in ctx.profile.skills:
        rate, p = ctx.skill_evidence[skill.skill_id].class_rate, skill.p_mastery
        if rate is None or p is None or skill.n_attempts < limits.strength_min_answers:
            continue
        if p - rate > limits.strength_margin and _goes_well(skill):
            above.append((rate - p, skill.skill_id, skill))
        p_below = p_stays_below(p, skill.n_attempts, rate)
        if p_below >= limits.foreseen_chance:
            below.append((-p_below, skill.skill_id, skill))
    by_size = itemgetter(0, 1)
    weaknesses = (_weakness(ctx, skill, -p_not) for p_not, _, skill in sorted(below, key=by_size))
    strengths = (_strength(ctx, skill, -difference) for difference, _, skill in sorted(above, key=by_size))
    yield from _first(weaknesses, SignalKind.WEAKNESS, limits.strength_count)
    yield from _first(strengths, SignalKind.STRENGTH, limits.strength_count)


def _first(told: Iterable[Iterator[Signal]], kind: SignalKind, most: int) -> Iterator[Signal]:
    """The first signals of a kind that can be said, so many to each audience at the most."""
    left = dict.fromkeys(SIGNAL_KINDS[kind].audiences, most)
    for signal in chain.from_iterable(told):
        if left[signal.audience]:
            left[signal.audience] -= 1
            yield signal
        if not any(left.values()):
            return


def _goes_well(skill: SkillProfile) -> bool:
    """Whether nothing that is told of a skill speaks against calling it a strength, even in a class that finds it hard.

    Where senders call right only what has full marks, more can be expected of a student than is ever called right.
    """
    return (
        skill.level is not Level.NEEDS_WORK
        and skill.path not in {Path.STUCK, Path.STUCK_EARLY}
        and skill.share_right is not None
        and skill.share_right >= _LEAST_RIGHT
    )


def _strength(ctx: RuleContext, skill: SkillProfile, difference: float) -> Iterator[Signal]:
    basis, figures = _comparison(ctx, skill, difference), _answered(ctx, skill)
    points = round(difference * 100)
    kind = SignalKind.STRENGTH
    yield from ctx.signal(kind, texts.STRENGTH_TO_STUDENT(**figures), basis, urgency=0.2)
    yield from ctx.signal(kind, texts.STRENGTH_TO_TEACHER(**figures, points=points), basis, urgency=0.15)


def _weakness(ctx: RuleContext, skill: SkillProfile, p_below: float) -> Iterator[Signal]:
    basis, figures = _comparison(ctx, skill, p_below), _answered(ctx, skill)
    kind = SignalKind.WEAKNESS
    if not is_student_told_stuck(ctx, skill):
        yield from ctx.signal(kind, texts.WEAKNESS_TO_STUDENT(**figures), basis, urgency=0.35)
    yield from ctx.signal(kind, texts.WEAKNESS_TO_TEACHER(**figures, chance=p_below), basis, urgency=0.5)


def _comparison(ctx: RuleContext, skill: SkillProfile, value: float) -> Basis:
    last = skill.last_attempt_at or ctx.evidence.last_seen_at
    return ctx.skill_basis(skill.skill_id, (week_of(last),), value)


def _answered(ctx: RuleContext, skill: SkillProfile) -> dict[str, Any]:
    """The figures of the answers on a skill."""
    n_right = ctx.skill_evidence[skill.skill_id].n_correct
    return {"skill": skill.skill_name, "n_right": n_right, "n": skill.n_attempts}


def practise_next(ctx: RuleContext) -> Iterator[Signal]:
    """Offer the student what to practise next; they pick."""
    choices = ctx.profile.practise_next
    if not choices:
        return
    remark = []
    if len(choices) < ctx.thresholds.practise_choices:
        remark.append(texts.PRACTISE_FEW())
    elif not any(choice.is_in_band for choice in choices):
        remark.append(texts.PRACTISE_OUTSIDE())
    if len(choices) == 1:
        message = texts.PRACTISE_NEXT_ONE(skill=choices[0].skill_name, remark=remark)
    else:
        message = texts.PRACTISE_NEXT(skills=[choice.skill_name for choice in choices], remark=remark)
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
    yield from ctx.signal(SignalKind.PRACTISE_NEXT, message, basis, urgency=0.5, choices=choices)


def stretch(ctx: RuleContext) -> Iterator[Signal]:
    """Offer something beyond where a skill is firm and nothing waits for review."""
    if ctx.reminders:
        return
    for skill in ctx.profile.skills:
        if skill.level is Level.MASTERED and ctx.skill_evidence[skill.skill_id].is_last_five_right_unaided:
            last = skill.last_attempt_at or ctx.evidence.last_seen_at
            basis = ctx.skill_basis(skill.skill_id, (week_of(last),), skill.p_mastery)
            text = (
                texts.STRETCH
                if ctx.skill_evidence[skill.skill_id].is_help_known
                else texts.STRETCH_HELP_UNKNOWN
            )
            message = text(skill=skill.skill_name)
            yield from ctx.signal(SignalKind.STRETCH, message, basis, urgency=0.3)


def review_due(ctx: RuleContext) -> Iterator[Signal]:
    """Remind of mastered skills whose review is due, those first that are most at risk of being forgotten."""
    yield from _first(
        (_review(ctx, reminder) for reminder in ctx.reminders), SignalKind.REVIEW_DUE, _MAX_REVIEWS
    )


def _review(ctx: RuleContext, reminder: Reminder) -> Iterator[Signal]:
    skill, since = reminder
    last = ctx.skill_evidence[skill.skill_id].last_correct_at or skill.last_attempt_at
    if last is None:
        return
    basis = ctx.skill_basis(skill.skill_id, (day_of(since),), skill.p_due, held_from=since)
    # What is expected was reckoned for the day when it came due: whoever comes back later is promised nothing.
    remark = list(_expected(skill)) if since == skill.review_due_at else []
    message = texts.REVIEW_DUE(skill=skill.skill_name, day=ctx.day(last), remark=remark)
    yield from ctx.signal(SignalKind.REVIEW_DUE, message, basis, urgency=0.45)


def _expected(skill: SkillProfile) -> Iterator[Message]:
    """Say what can be expected of an answer now, and after practice where that is more."""
    if skill.p_due is None:
        return
    if skill.p_mastery is not None and skill.p_mastery - skill.p_due >= _GAIN:
        yield texts.REVIEW_GAIN(chance=skill.p_due, after=skill.p_mastery)
    else:
        yield texts.REVIEW_NOW(chance=skill.p_due)
