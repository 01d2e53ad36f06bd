"""The world in which abilities grow: by practice, a little each time; stuck is who learns next to nothing from it.

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
from learnloom.pipelines.simulate.world import Knowledge, World

# The most that can be learned of a skill, in logits.
CEILING: Final = 3.4
# Share of (student, skill) pairs in which practice alone hardly helps: where wheel-spinning comes from.
_MISCONCEPTION_SHARE: Final = 0.07
_SPACING_GAIN: Final = 0.25
# What a whole video or reading teaches, in seriously answered questions.
_LESSON: Final = 3.0
_SATURDAY: Final = 5
_DISENGAGED: Final = 0.2


class GradualKnowledge(Knowledge):
    """Ability per skill, how it grows with practice and fades with time."""

    def __init__(self, skills: Sequence[SimulatedSkill], *, traits: Traits, rng: Random) -> None:
        super().__init__(len(skills))
        self._skills = skills
        self._brought = [0.8 * traits.ability + rng.gauss(0.0, 0.6) - 0.3 for _ in skills]
        self._rate = [traits.learning_rate] * len(skills)
        for index in range(len(skills)):
            if rng.random() < _MISCONCEPTION_SHARE:
                self._brought[index] -= 1.2
                self._rate[index] *= 0.05
                self.misconceived.add(index)
        self._learned = [0.0] * len(skills)
        self._stability_ms = [traits.memory_days * DAY_MS] * len(skills)
        self._used_ms = [0] * len(skills)

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

    def mastery(self, items: Sequence[SimulatedItem], skill: int, at_ms: int | None) -> float:
        """Mean probability right at questions, were all of them about this one skill."""
        ability = self.last_ability(skill) if at_ms is None else self.ability(skill, at_ms)
        return sum(p_right(item, ability) for item in items) / len(items)

    def use(self, skill: int, at_ms: int, amount: float) -> None:
        """Learn from one use of a skill; `amount` 1 is a seriously answered question."""
        left = self._remaining(skill, at_ms)
        days = (at_ms - self._used_ms[skill]) / DAY_MS if self._used_ms[skill] else 0.0
        self._stability_ms[skill] *= 1 + _SPACING_GAIN * min(days, 7.0) / 7.0
        growth = amount * self._rate[skill] * self._readiness(skill, at_ms)
        self._learned[skill] = left + growth * (CEILING - left)
        self._used_ms[skill] = at_ms

    def explain(self, skill: int, at_ms: int, share: float) -> None:
        """An explanation teaches like some questions."""
        self.use(skill, at_ms, _LESSON * share)

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


class GradualWorld(World):
    """Times about a median, guesses within three seconds, the same readiness on all days of work."""

    def knowledge(self, skills: Sequence[SimulatedSkill], traits: Traits, rng: Random) -> Knowledge:
        """What a student knows on the first day."""
        return GradualKnowledge(skills, traits=traits, rng=rng)

    def think_ms(self, item: SimulatedItem, traits: Traits, p_right: float, rng: Random) -> int:  # noqa: ARG002
        """From .7 to 2.1 of the item's median, times the pace."""
        return int(1000 * item.seconds * traits.pace * (0.4 + 1.4 * rng.random() ** 2 + 0.3))

    def guess_ms(self, item: SimulatedItem, rng: Random) -> int:  # noqa: ARG002
        """One to three seconds."""
        return int(1000 + 2000 * rng.random())

    def engagement(self, traits: Traits, day: int) -> float:
        """From one day on far less."""
        drop = traits.engagement_drop_day
        return _DISENGAGED if drop is not None and day >= drop else 1.0

    def readiness(self, traits: Traits, day: int) -> float:
        """By effort, otherwise at weekends."""
        weekend = traits.weekend if day % 7 >= _SATURDAY else 1.0
        return (0.12 + 0.6 * traits.effort) * weekend * self.engagement(traits, day)

    def hour(self, traits: Traits, day: int, rng: Random) -> float:  # noqa: ARG002
        """About the favourite hour."""
        return traits.favourite_hour + rng.gauss(0.2, 0.6)
