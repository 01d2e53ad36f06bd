"""Why an estimate is what it is, in words that the student can read."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import floor
from types import MappingProxyType
from typing import Final

from pipelines.feedback.errors import SkillMissingError
from pipelines.feedback.formatting import LEVEL_NAMES, count, day, percent
from schemas.profile import SkillProfile, StudentProfile
from schemas.why import Ground, Outcome, SkillWhy, WhyAhead, WhyAnswer, WhyTerm

_MAX_NEAR: Final = 5
_WORDS: Final[Mapping[Ground, str]] = MappingProxyType(
    {
        Ground.DIFFICULTY: "how hard the skill is for the class",
        Ground.PRACTICE: "how much you have practised, whatever came of it",
        Ground.GENERAL: "how you do on the whole, all skills together",
        Ground.SKILL: "how your answers on this skill went",
        Ground.LATELY: "how your latest answers went",
    }
)
_OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {Outcome.RIGHT: "right", Outcome.PARTLY: "partly right", Outcome.WRONG: "wrong"}
)


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


def describe_why(why: SkillWhy) -> list[str]:
    """Tell a student why the estimate of a skill is what it is, in lines."""
    lines = [f"{why.skill_name}, as of {day(why.as_of)}", *_estimate(why)]
    sections = (
        ("How that comes about", _terms(why)),
        ("What would change it", _ahead(why.ahead) if why.ahead else ()),
        ("Your latest answers on it", (_answer(answer) for answer in why.answers)),
    )
    for title, content in sections:
        told = [f"  {line}" for line in content]
        if told:
            lines += ["", title, *told]
    return lines


def _estimate(why: SkillWhy) -> Iterator[str]:
    if why.p is None:
        yield "Nothing can be said yet: there is no answer of yours to any question."
        return
    if not why.n_attempts:
        yield (
            f"No answer of yours on it yet. From your other answers you can expect {percent(why.p)} right "
            f"at an average question."
        )
        return
    line = f"You can expect {percent(why.p)} right at an average question"
    if why.p_low is not None and why.p_high is not None:
        line += f"; {percent(why.p_low)} to {percent(why.p_high)} is likely"
    yield f"{line}. Level: {LEVEL_NAMES[why.level]}."
    line = f"It stands on {count(why.n_attempts, 'answer')}, {why.n_right} right"
    if why.first_attempt_at is not None and why.last_attempt_at is not None:
        first, last = day(why.first_attempt_at), day(why.last_attempt_at)
        line += f", on {first}" if first == last else f", from {first} to {last}"
    yield f"{line}: {why.confidence.value} confidence."


def _terms(why: SkillWhy) -> Iterator[str]:
    if why.p is None or why.start is None:
        return
    yield f"{percent(why.start):>5}  where everybody starts: nothing known yet, a skill of middling difficulty"
    told = [term for term in why.terms if term.adds != 0.0]
    for term, points in zip(told, points_of(why.start, told, why.p), strict=True):
        yield f"{points:>+3}    {_WORDS[term.ground]}"
    yield f"{percent(why.p):>5}  what you can expect now"


def points_of(start: float, terms: Sequence[WhyTerm], p: float) -> list[int]:
    """Whole percentage points of each term, so that with the percentages shown at both ends the sum is right.

    The largest remainders are rounded up, as seats are given to parties by Hare and Niemeyer.
    """
    exact = [term.adds * 100 for term in terms]
    points = [floor(value) for value in exact]
    missing = _shown(p) - _shown(start) - sum(points)
    by_remainder = sorted(range(len(terms)), key=lambda place: (points[place] - exact[place], place))
    for step in range(abs(missing) if terms else 0):
        place = by_remainder[step % len(terms)] if missing > 0 else by_remainder[-1 - step % len(terms)]
        points[place] += 1 if missing > 0 else -1
    return points


def _shown(share: float) -> int:
    return int(percent(share).split()[0])


def _ahead(ahead: WhyAhead) -> Iterator[str]:
    yield f"one more right answer: {percent(ahead.p_after_right)}"
    yield f"three right in a row: {percent(ahead.p_after_three_right)}"
    yield f"one miss: {percent(ahead.p_after_miss)}"
    for level, edge, n in (
        ("near", ahead.near, ahead.n_right_to_near),
        ("mastered", ahead.mastered, ahead.n_right_to_mastered),
    ):
        if n is None:
            needed = f"more than {ahead.n_looked_ahead} right in a row"
        elif n == 0:
            needed = "is reached"
        else:
            needed = f"{n} right in a row"
        yield f"for {level} (from {percent(edge)}): {needed}"


def _answer(answer: WhyAnswer) -> str:
    line = f"{day(answer.occurred_at)}: {_OUTCOMES[answer.outcome]}"
    if answer.outcome is Outcome.PARTLY:
        line += f" ({percent(answer.score)})"
    if answer.is_aided:
        line += ", with a hint"
    if answer.is_rapid:
        line += ", faster than it can be read: counts a quarter"
    return f"{line}; {answer.activity_name or answer.activity_id}"
