"""What the learner model keeps of a student while it walks through their history."""

from typing import Final

from learnloom.pipelines.learner.parameters import STUDENT_DECAY, STUDENT_RATE
from learnloom.pipelines.learner.prior import SkillPrior, StudentPrior

NEVER: Final = -(2**63)
"""Before any time."""
_RECENT: Final = 0.85
_SKILL_RECENT: Final = 0.7
"""Weights that the moving averages of outcomes keep of what was before."""


class SkillState:
    """One student's state on one skill."""

    __slots__ = ("code", "last", "last_us", "misses", "recent", "theta", "weight", "wins")

    def __init__(self, code: int, recent: float) -> None:
        self.code = code
        self.theta = self.weight = self.wins = self.misses = 0.0
        self.recent = self.last = recent
        self.last_us = NEVER

    def resume(self, prior: SkillPrior) -> None:
        """Go on from what is known."""
        self.theta, self.weight, self.wins, self.misses = prior.theta, prior.weight, prior.wins, prior.misses
        self.recent, self.last, self.last_us = prior.recent, prior.last, prior.last_us

    def learn(self, score: float, weight: float, error: float, at_us: int) -> None:
        """Take one answer in; `error` is its weighted difference from what was expected."""
        self.theta += STUDENT_RATE / (1.0 + STUDENT_DECAY * self.weight) * error
        self.weight += weight
        self.wins += score
        self.misses += 1.0 - score
        self.recent += (1.0 - _SKILL_RECENT) * (score - self.recent)
        self.last = score
        self.last_us = at_us


class StudentState:
    """One student's state."""

    __slots__ = ("items", "last_us", "misses", "recent", "skills", "theta", "weight", "wins")

    def __init__(self, recent: float) -> None:
        self.theta = self.weight = self.wins = self.misses = 0.0
        self.recent = recent
        self.last_us = NEVER
        self.skills: dict[int, SkillState] = {}
        self.items: dict[int, tuple[float, float]] = {}
        """Wins and misses on each item."""

    def resume(self, prior: StudentPrior) -> None:
        """Go on from what is known."""
        self.theta, self.weight, self.wins, self.misses = prior.theta, prior.weight, prior.wins, prior.misses
        self.recent, self.last_us = prior.recent, prior.last_us
        for code, known in prior.skills.items():
            state = self.skills[code] = SkillState(code, known.recent)
            state.resume(known)

    def touched(self, codes: list[int], recent: float) -> list[SkillState]:
        """The states on these skills."""
        found = []
        for code in codes:
            state = self.skills.get(code)
            if state is None:
                state = self.skills[code] = SkillState(code, recent)
            found.append(state)
        return found

    def learn(self, item: int, score: float, weight: float, error: float, at_us: int) -> None:
        """Take one answer in; `error` is its weighted difference from what was expected."""
        self.theta += STUDENT_RATE / (1.0 + STUDENT_DECAY * self.weight) * error
        self.weight += weight
        self.wins += score
        self.misses += 1.0 - score
        self.recent += (1.0 - _RECENT) * (score - self.recent)
        wins, misses = self.items.get(item, (0.0, 0.0))
        self.items[item] = (wins + score, misses + 1.0 - score)
        self.last_us = at_us
