"""What a student knows: ability per skill, how it grows with practice and fades with time.

Ability is in logits, on the scale of item difficulties. It is what the student brought plus what was learned;
the learned part fades exponentially with the days since the skill was last used (each use makes it last
longer) and grows towards a ceiling, slower where prerequisites are weak.
"""

import math
from collections.abc import Sequence
from random import Random
from typing import Final

from learnloom.pipelines.simulate.config import DAY_MS
from learnloom.pipelines.simulate.item import SimulatedItem, SimulatedSkill, p_right
from learnloom.pipelines.simulate.traits import Traits

# The most that can be learned of a skill, in logits.
CEILING: Final = 3.4
# Share of (student, skill) pairs in which practice alone hardly helps: where wheel-spinning comes from.
_MISCONCEPTION_SHARE: Final = 0.07
_SPACING_GAIN: Final = 0.25


class Knowledge:
    """The true state of one student over all skills of the class."""

    def __init__(self, skills: Sequence[SimulatedSkill], *, traits: Traits, rng: Random) -> None:
        self._skills = skills
        self._brought = [0.8 * traits.ability + rng.gauss(0.0, 0.6) - 0.3 for _ in skills]
        self._rate = [traits.learning_rate] * len(skills)
        self.misconceived: set[int] = set()
        """Skills in which practice alone hardly helps."""
        for index in range(len(skills)):
            if rng.random() < _MISCONCEPTION_SHARE:
                self._brought[index] -= 1.2
                self._rate[index] *= 0.05
                self.misconceived.add(index)
        self._learned = [0.0] * len(skills)
        self._stability_ms = [traits.memory_days * DAY_MS] * len(skills)
        self._used_ms = [0] * len(skills)
        self._run = [0] * len(skills)
        self.opportunities = [0] * len(skills)
        """Answers given per skill, counted on the main skill of the item."""
        self.best_run = [0] * len(skills)
        """Most right answers in a row per skill."""

    def ability(self, skill: int, at_ms: int) -> float:
        """Ability in logits at an instant."""
        return self._brought[skill] + self._remaining(skill, at_ms)

    def last_ability(self, skill: int) -> float:
        """Ability when the skill was last used, before anything of it was forgotten again."""
        return self._brought[skill] + self._learned[skill]

    def p_right(self, item: SimulatedItem, at_ms: int) -> float:
        """Probability of a right answer in earnest: the weighted ability against the item."""
        ability = 0.0
        for skill, weight in item.skills:
            ability += weight * self.ability(skill, at_ms)
        return p_right(item, ability)

    def use(self, skill: int, at_ms: int, amount: float) -> None:
        """Learn from one use of a skill; `amount` 1 is a seriously answered question."""
        left = self._remaining(skill, at_ms)
        days = (at_ms - self._used_ms[skill]) / DAY_MS if self._used_ms[skill] else 0.0
        self._stability_ms[skill] *= 1 + _SPACING_GAIN * min(days, 7.0) / 7.0
        growth = amount * self._rate[skill] * self._readiness(skill, at_ms)
        self._learned[skill] = left + growth * (CEILING - left)
        self._used_ms[skill] = at_ms

    def record(self, skill: int, is_right: bool) -> None:
        """Count an answer on a skill."""
        self.opportunities[skill] += 1
        run = self._run[skill] + 1 if is_right else 0
        self._run[skill] = run
        self.best_run[skill] = max(run, self.best_run[skill])

    def _remaining(self, skill: int, at_ms: int) -> float:
        learned = self._learned[skill]
        if not learned:
            return 0.0
        return learned * math.exp((self._used_ms[skill] - at_ms) / self._stability_ms[skill])

    def _readiness(self, skill: int, at_ms: int) -> float:
        prerequisites = self._skills[skill].prerequisites
        if not prerequisites:
            return 1.0
        weakest = min(self.ability(other, at_ms) for other in prerequisites)
        return 0.3 + 0.7 / (1 + math.exp(-1.5 * weakest))
