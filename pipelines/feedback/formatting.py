"""Figures as a person would say them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from schemas.level import Level
from schemas.measure import Measure

_MINUTE: Final = 60
_HOUR: Final = 3_600

TAKEN: Final = {
    Measure.TRIED_AGAIN: "went back to questions missed at first",
    Measure.RETRY_RIGHT: "got it right on the next try after a miss",
    Measure.CHALLENGE_CHOSEN: "chose a hard question when the choice was free",
    Measure.HARD_UNAIDED: "worked out hard questions without a hint",
    Measure.CHANGED_APPROACH: "tried something different after a miss",
    Measure.HELP_IN_TIME: "asked for help after two misses",
    Measure.HINT_SKIMMED: "went past a hint within a second",
    Measure.RAPID_ANSWER: "answered faster than the question can be read",
    Measure.BEGUN_EARLY: "began work more than a day before it was due",
    Measure.REVISED: "handed work in again after seeing the score",
    Measure.GOAL_FOLLOWED: "began on a goal within a week of setting it",
    Measure.OWN_CHECK: "checked themselves before a quiz that counted",
    Measure.EXPLAINED: "handed work in with an explanation",
}
"""What it is to have taken an opportunity, said of someone else."""

LEVEL_NAMES: Final = {
    Level.MASTERED: "mastered",
    Level.NEAR: "near",
    Level.NEEDS_WORK: "needs work",
    Level.UNKNOWN: "unknown",
}

VALUE_NAMES: Final = {
    "night": "at night (0 to 6 h)",
    "morning": "in the morning (6 to 12 h)",
    "afternoon": "in the afternoon (12 to 18 h)",
    "evening": "in the evening (18 to 24 h)",
    "short": "in short sessions (under 15 min)",
    "medium": "in sessions of 15 to 45 min",
    "long": "in long sessions (over 45 min)",
}


def duration(seconds: float) -> str:
    """Say a duration: "40 s", "25 min", "1 h 20 min"."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    if minutes < _MINUTE:
        return f"{minutes} min"
    hours, rest = divmod(minutes, _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def percent(share: float) -> str:
    """Say a share: "85 %"; what is not all or nothing is never said to be."""
    shown = round(share * 100)
    if shown in {0, 100} and 0 < share < 1:
        shown = 1 if shown == 0 else 99
    return f"{shown} %"


def of_ten(probability: float) -> str:
    """Say a probability as a count: "about 7 of 10"; never that all or none will be."""
    shown = round(probability * 10)
    if shown >= 10:  # noqa: PLR2004
        return "more than 9 of 10"
    return f"about {shown} of 10" if shown else "fewer than 1 of 10"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Say how many: "1 answer", "3 answers"."""
    return f"{n} {noun}" if n == 1 else f"{n} {plural or noun + 's'}"


def day(at: date | datetime) -> str:
    """Say a day: "24 November 2026"."""
    return f"{at.day} {at:%B %Y}"


def alternatives(names: Sequence[str]) -> str:
    """Say a choice: "A", "A or B", "A, B or C"."""
    return _listed(names, "or")


def together(names: Sequence[str]) -> str:
    """Say a list: "A", "A and B", "A, B and C"."""
    return _listed(names, "and")


def _listed(names: Sequence[str], word: str) -> str:
    if len(names) < 2:  # noqa: PLR2004 - one needs no comma
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def where(dimension: str, value: str) -> str:
    """Say a circumstance: "in the evening", "on a phone", "by essay"."""
    if dimension == "device":
        return f"on a {value}"
    if dimension == "product":
        return f"by {value}"
    return VALUE_NAMES.get(value, value)
