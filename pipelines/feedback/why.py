"""Why an estimate is what it is, in words that the student can read."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from math import floor
from typing import Final

from learnloom.pipelines.feedback.errors import SkillMissingError
from learnloom.pipelines.feedback.formatting import whole_percent
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.texts import why_texts as texts
from learnloom.pipelines.feedback.texts.figure_texts import CONFIDENCE, LEVELS
from learnloom.schemas.level import Level
from learnloom.schemas.message import Message
from learnloom.schemas.profile import SkillProfile, StudentProfile
from learnloom.schemas.why import AnswerOutcome, SkillWhy, WhyAhead, WhyAnswer, WhyTerm

_MAX_NEAR: Final = 5


def find_skill(profile: StudentProfile, wanted: str) -> SkillProfile:
    """Find the one skill of a student that goes by an id or a name, whatever its case; else by a part of it.

    Raises:
        SkillMissingError: none does, or several do; the nearest are listed.
    """
    word = wanted.strip().lower()
    for fits in (
        lambda skill: skill.skill_id == wanted,
        lambda skill: skill.skill_name.lower() == word,
        lambda skill: word in skill.skill_name.lower() or word in skill.skill_id.lower(),
    ):
        found = [skill for skill in profile.skills if word and fits(skill)]
        if len(found) == 1:
            return found[0]
        if found:
            raise SkillMissingError(
                f"{len(found)} skills go by {wanted!r}, name one by id:{_listed(found[:_MAX_NEAR])}"
            )
    near = _near(profile.skills, word)
    if not near:
        raise SkillMissingError(
            f"no skill goes by {wanted!r}: none is known of this student, see `learnloom skills missing`"
        )
    raise SkillMissingError(f"no skill of this student goes by {wanted!r}, the nearest are:{_listed(near)}")


def _near(skills: Sequence[SkillProfile], word: str) -> list[SkillProfile]:
    """The skills whose names are the most like the word; where none is like it, the first."""
    names = {skill.skill_name.lower(): skill for skill in skills}
    return [names[name] for name in get_close_matches(word, names, _MAX_NEAR)] or list(skills[:_MAX_NEAR])


def _listed(skills: Sequence[SkillProfile]) -> str:
    return "".join(f"\n  {skill.skill_name} ({skill.skill_id})" for skill in skills)


def describe_why(why: SkillWhy, language: Language = ENGLISH) -> list[str]:
    """Tell a student why the estimate of a skill is what it is, in lines."""
    say = language.say
    lines = [say(texts.HEAD(skill=why.skill_name, day=why.as_of.date())), *map(say, _estimate(why))]
    sections = (
        (texts.TERMS, _terms(why, language)),
        (texts.AHEAD, map(say, _ahead(why.ahead)) if why.ahead else ()),
        (texts.ANSWERS, (say(_answer(answer, why.as_of)) for answer in why.answers)),
    )
    for title, content in sections:
        told = [f"  {line}" for line in content]
        if told:
            lines += ["", say(title()), *told]
    return lines


def _estimate(why: SkillWhy) -> Iterator[Message]:
    if why.p is None:
        yield texts.NOTHING_KNOWN()
        return
    if not why.n_attempts:
        yield texts.FROM_OTHERS(share=why.p)
        return
    level = LEVELS[why.level]()
    if why.p_low is None or why.p_high is None:
        yield texts.EXPECTED(share=why.p, level=level)
    else:
        yield texts.EXPECTED_BETWEEN(share=why.p, low=why.p_low, high=why.p_high, level=level)
    figures = {"n": why.n_attempts, "n_right": why.n_right, "confidence": CONFIDENCE[why.confidence]()}
    if why.first_attempt_at is None or why.last_attempt_at is None:
        yield texts.STANDS_ON(**figures)
        return
    first, last = (_day(at, why.as_of) for at in (why.first_attempt_at, why.last_attempt_at))
    if first == last:
        yield texts.STANDS_ON_DAY(**figures, day=last)
    else:
        yield texts.STANDS_ON_DAYS(**figures, first=first, last=last)


def _terms(why: SkillWhy, language: Language) -> Iterator[str]:
    """The terms as an addition: figures in a column, and what each is about."""
    if why.p is None or why.start is None:
        return
    yield f"{language.percent(why.start):>5}  {language.say(texts.START())}"
    told = [term for term in why.terms if term.adds != 0.0]
    for term, points in zip(told, points_of(why.start, told, why.p), strict=True):
        yield f"{points:>+3}    {language.say(texts.GROUNDS[term.ground]())}"
    yield f"{language.percent(why.p):>5}  {language.say(texts.NOW())}"


def points_of(start: float, terms: Sequence[WhyTerm], p: float) -> list[int]:
    """Whole percentage points of each term, so that with the percentages shown at both ends the sum is right.

    The largest remainders are rounded up, as seats are given to parties by Hare and Niemeyer.
    """
    exact = [term.adds * 100 for term in terms]
    points = [floor(value) for value in exact]
    missing = whole_percent(p) - whole_percent(start) - sum(points)
    by_remainder = sorted(range(len(terms)), key=lambda place: (points[place] - exact[place], place))
    for step in range(abs(missing) if terms else 0):
        place = by_remainder[step % len(terms)] if missing > 0 else by_remainder[-1 - step % len(terms)]
        points[place] += 1 if missing > 0 else -1
    return points


def _ahead(ahead: WhyAhead) -> Iterator[Message]:
    yield texts.AFTER_RIGHT(share=ahead.p_after_right)
    yield texts.AFTER_THREE(share=ahead.p_after_three_right)
    yield texts.AFTER_MISS(share=ahead.p_after_miss)
    for level, edge, n in (
        (Level.NEAR, ahead.near, ahead.n_right_to_near),
        (Level.MASTERED, ahead.mastered, ahead.n_right_to_mastered),
    ):
        figures = {"level": LEVELS[level](), "share": edge}
        if n is None:
            yield texts.NEEDED_MORE(**figures, n=ahead.n_looked_ahead)
        else:
            yield texts.NEEDED(**figures, n=n) if n else texts.REACHED(**figures)


def _day(at: datetime, as_of: datetime) -> date:
    """The day of a moment by the clock of `as_of`, which is the school's."""
    return at.astimezone(as_of.tzinfo).date()


def _answer(answer: WhyAnswer, as_of: datetime) -> Message:
    is_part = answer.outcome is AnswerOutcome.PARTLY
    figures = {
        "day": _day(answer.occurred_at, as_of),
        "outcome": texts.PARTLY(share=answer.score) if is_part else texts.OUTCOMES[answer.outcome](),
        "activity": answer.activity_name or answer.activity_id,
    }
    notes = [
        text() for text, holds in ((texts.AIDED, answer.is_aided), (texts.RAPID, answer.is_rapid)) if holds
    ]
    return texts.ANSWER_NOTED(**figures, notes=notes) if notes else texts.ANSWER(**figures)
