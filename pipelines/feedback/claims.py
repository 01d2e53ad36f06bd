"""What a signal foretells, as data: the backtest holds it against what came, and the catalogue tells it in words.

A kind without a claim is a fact: it says what was done, chosen or measured, and nothing that time could prove wrong.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from learnloom.schemas.measure import Measure


class Outcome(StrEnum):
    """What is looked at after a signal was given."""

    RUN = "run"
    """The most right answers in a row among the next answers on the skill."""
    RIGHT = "right"
    """Share right of the next answers on the skill."""
    OVER_CLASS = "over_class"
    """Share right of the next answers on the skill, less what is usual in the class for the skill."""
    TIME = "time"
    """Time on task as a share of what is usual for the student in as many days; nothing of whoever does not return."""
    TAKEN = "taken"
    """Share taken of the next opportunities of a measure."""
    NOT_PASSING = "not_passing"
    """1 where the course was not passed, 0 where it was."""


class Unit(StrEnum):
    """What a claim is about."""

    STUDENT = "student"
    SKILL = "skill"
    """A student and a skill, named as the subject of the signal."""
    CHOICE = "choice"
    """A student and a skill, for each skill that the signal offers."""
    COURSE = "course"
    """A student and a course."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A prediction with a horizon. It comes true where the outcome lies within its bounds."""

    unit: Unit
    outcome: Outcome
    days: int | None
    """Within how many days it is decided; None: whenever the course ends."""
    answers: int = 0
    """Of how many next answers, or opportunities; 0 where it is not about such."""
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    measure: Measure | None = None
    """Whose opportunities, where the outcome is the share taken of them."""
    is_promised: bool = False
    """Whether the signal itself gives the probability that it comes true: then it is held to that, and to no bar."""

    def comes_true(self, outcome: float) -> bool:
        """Whether an outcome is as foretold."""
        return (
            (self.at_least is None or outcome >= self.at_least)
            and (self.at_most is None or outcome <= self.at_most)
            and (self.below is None or outcome < self.below)
        )


_LOOKED_AT: Final = {
    Outcome.RUN: "the most right answers in a row among the next {answers} on the skill",
    Outcome.RIGHT: "the share right of the next {answers} answers on the skill",
    Outcome.OVER_CLASS: "the share right of the next {answers} answers on the skill, less the class's,",
    Outcome.TIME: "the time on task, as a share of the student's own usual,",
    Outcome.TAKEN: "the share taken of the next {answers} opportunities (`{measure}`)",
}


def told(claim: Claim | None) -> str:
    """Say a claim in words, for the catalogue; None is a fact."""
    if claim is None:
        return "Fact: it foretells nothing."
    if claim.outcome is Outcome.NOT_PASSING:
        return "Claim: the course is not passed, as often as the signal says."
    if claim.is_promised and claim.answers == 1:
        return f"Claim: the next answer on the skill, within {claim.days} days, is right as often as the signal says."
    looked_at = _LOOKED_AT[claim.outcome].format(answers=claim.answers, measure=claim.measure)
    bounds = (("at least", claim.at_least), ("at most", claim.at_most), ("below", claim.below))
    said = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
    return f"Claim: within {claim.days} days {looked_at} is {said}."


MONTH: Final = 28
STUCK: Final = Claim(Unit.SKILL, Outcome.RUN, 21, answers=10, at_most=2)
STRONG: Final = Claim(Unit.SKILL, Outcome.OVER_CLASS, MONTH, answers=5, at_least=0.0)
WEAK: Final = Claim(Unit.SKILL, Outcome.OVER_CLASS, MONTH, answers=5, below=0.0)
RIGHT_AS_PROMISED: Final = Claim(Unit.SKILL, Outcome.RIGHT, MONTH, answers=1, at_least=1.0, is_promised=True)
OFFERED: Final = Claim(Unit.CHOICE, Outcome.RIGHT, MONTH, answers=1, at_least=1.0, is_promised=True)
AWAY: Final = Claim(Unit.STUDENT, Outcome.TIME, 14, below=0.5)
GUESSES: Final = Claim(
    Unit.STUDENT, Outcome.TAKEN, MONTH, answers=10, at_least=0.2, measure=Measure.RAPID_ANSWER
)
FAILS: Final = Claim(Unit.COURSE, Outcome.NOT_PASSING, None, at_least=1.0, is_promised=True)
