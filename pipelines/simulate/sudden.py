"""The world in which a skill is grasped at once, or not yet: hidden states instead of abilities that grow.

Each skill is known or not (Corbett & Anderson 1995, knowledge tracing). A question goes right where all of its skills
are known and come to mind, but for slips; else only by guessing (Junker & Sijtsma 2001, the DINA model). What is
known comes to mind ever less readily by a power of the time since (Wixted & Ebbesen 1991), and is not lost. Stuck is
who holds a misconception: a set wrong answer that no practice mends, until an explanation is seen. Times are
lognormal with an intensity of each item (van der Linden 2006). Each student has a week of their own, work crowds
before it is due, and in the middle of a long course there is a week of holidays.
"""

import math
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.item import SimulatedItem, SimulatedSkill
from learnloom.pipelines.simulate.traits import Traits
from learnloom.pipelines.simulate.world import Knowledge, World

_MISCONCEPTION_SHARE: Final = 0.12
"""Of pairs of student and skill that begin unknown."""
_CLEARED: Final = 0.4
"""Probability that a whole explanation clears a misconception up."""
_RIGHT_BY_MISTAKE: Final = 0.04
_LESSON: Final = 2.0
"""What a whole explanation teaches, in seriously answered questions."""
_UNREADY: Final = 0.25
"""How far learning is slowed down where a prerequisite is not known."""
_MISLEADING: Final = 0.2
"""Discrimination below which a question misleads those who know, too."""
_HOLIDAYS_FROM: Final = 6
"""Weeks of a course that has a week of holidays."""
_HOLIDAY: Final = 0.08
_CROWDING: Final = (0.0, 0.0, 0.1, 0.2, 0.5, 0.9, 1.2)
"""By how much readiness rises from Monday to Sunday, of who hands in late."""
_FADE_DAYS: Final = 12


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def slip(item: SimulatedItem) -> float:
    """Probability of a wrong answer although all is known."""
    if item.discrimination < _MISLEADING:
        return 0.55
    return 0.03 + 0.17 * _logistic(item.difficulty)


def guess(item: SimulatedItem) -> float:
    """Probability of a right answer although not all is known."""
    return item.chance + (1 - item.chance) * 0.15 * _logistic(-item.difficulty)


class SuddenKnowledge(Knowledge):
    """Which skills are known, how readily they come to mind, and which are held wrongly."""

    def __init__(self, skills: Sequence[SimulatedSkill], *, traits: Traits, rng: Random) -> None:
        super().__init__(len(skills))
        self._skills = skills
        self._rng = Random(rng.getrandbits(64))
        self._learns = min(0.5, 2.0 * traits.learning_rate)
        self._decay = 12.0 / traits.memory_days
        self._known = [
            rng.random() < _logistic(1.2 * traits.ability - 1.0 - 0.8 * skill.level) for skill in skills
        ]
        self._uses = [0] * len(skills)
        self._used_ms = [0] * len(skills)
        for index, is_known in enumerate(self._known):
            if not is_known and rng.random() < _MISCONCEPTION_SHARE:
                self.misconceived.add(index)

    def ability(self, skill: int, at_ms: int) -> float:
        """Between -1.5, unknown, and 2, known and fresh; a misconception is below."""
        if skill in self.misconceived:
            return -2.0
        return -1.5 + 3.5 * self._readily(skill, at_ms)

    def p_right(self, item: SimulatedItem, at_ms: int) -> float:
        """All skills have to be known and come to mind, whatever their weights."""
        if self.has_set_answer(item.skills[0][0]):
            return _RIGHT_BY_MISTAKE
        readily = math.prod(self._readily(skill, at_ms) for skill, _ in item.skills)
        return _answered(item, readily)

    def mastery(self, items: Sequence[SimulatedItem], skill: int, at_ms: int | None) -> float:
        """Mean probability right at questions, were all of them about this one skill."""
        if skill in self.misconceived:
            return _RIGHT_BY_MISTAKE
        readily = float(self._known[skill]) if at_ms is None else self._readily(skill, at_ms)
        return sum(_answered(item, readily) for item in items) / len(items)

    def use(self, skill: int, at_ms: int, amount: float) -> None:
        """Grasp it now or not; what is known comes to mind the more readily from now on."""
        if skill in self.misconceived:
            return
        if not self._known[skill]:
            is_ready = all(self._known[other] for other in self._skills[skill].prerequisites)
            rate = self._learns * (1.0 if is_ready else _UNREADY)
            self._known[skill] = self._rng.random() < 1 - (1 - rate) ** amount
        if self._known[skill]:
            # Massed practice makes nothing last; uses on other days do (Cepeda et al. 2006).
            if not self._used_ms[skill] or at_ms - self._used_ms[skill] >= DAY_MS // 2:
                self._uses[skill] += 1
            self._used_ms[skill] = at_ms

    def explain(self, skill: int, at_ms: int, share: float) -> None:
        """Clear a misconception up, perhaps; else learn from it."""
        if skill in self.misconceived and self._rng.random() < _CLEARED * share:
            self.misconceived.discard(skill)
        self.use(skill, at_ms, _LESSON * share)

    def has_set_answer(self, skill: int) -> bool:
        """Whoever holds a misconception answers by it."""
        return skill in self.misconceived

    def _readily(self, skill: int, at_ms: int) -> float:
        """Probability that what is known comes to mind."""
        if not self._known[skill]:
            return 0.0
        if not self._used_ms[skill]:
            # Brought along, and used elsewhere now and then.
            return 0.9
        days = (at_ms - self._used_ms[skill]) / DAY_MS
        return float((1 + max(0.0, days) / (3.0 * self._uses[skill])) ** -self._decay)


def _answered(item: SimulatedItem, readily: float) -> float:
    return readily * (1 - slip(item)) + (1 - readily) * guess(item)


class _Habits(NamedTuple):
    """A student's own week."""

    weekdays: tuple[float, ...]
    """Readiness from Monday to Sunday, 1 on average."""
    other_hour: int
    """Hour at which work begins at weekends."""


class SuddenWorld(World):
    """Lognormal times, a week of each student's own, crowding before dates, holidays, engagement that fades slowly."""

    def __init__(self, config: SimulationConfig) -> None:
        super().__init__(config)
        self.holidays = config.weeks // 2 if config.weeks >= _HOLIDAYS_FROM else None
        """The week without work, counted from 0."""
        self._habits: dict[int, _Habits] = {}

    def knowledge(self, skills: Sequence[SimulatedSkill], traits: Traits, rng: Random) -> Knowledge:
        """What a student knows on the first day."""
        return SuddenKnowledge(skills, traits=traits, rng=rng)

    def think_ms(self, item: SimulatedItem, traits: Traits, p_right: float, rng: Random) -> int:
        """Longer for hard questions, and where one does not know."""
        intensity = math.log(item.seconds) + 0.3 * item.difficulty + 0.4 * (0.5 - p_right)
        return int(1000 * traits.pace * math.exp(rng.gauss(intensity, 0.45)))

    def guess_ms(self, item: SimulatedItem, rng: Random) -> int:
        """About an eighth of the item's time: some guesses on long questions take longer than thought on short ones."""
        return max(600, int(1000 * math.exp(rng.gauss(math.log(item.seconds / 8), 0.4))))

    def engagement(self, traits: Traits, day: int) -> float:
        """Less from day to day, from one day on."""
        drop = traits.engagement_drop_day
        return 1.0 if drop is None else 1.0 - 0.9 * min(1.0, max(0, day - drop + 1) / _FADE_DAYS)

    def readiness(self, traits: Traits, day: int) -> float:
        """By effort, weekday and due date; hardly in the holidays."""
        weekday = day % 7
        crowd = 1 + (1 - traits.punctuality) * _CROWDING[weekday]
        rest = _HOLIDAY if day // 7 == self.holidays else 1.0
        usual = (0.08 + 0.45 * traits.effort) * self._habits_of(traits).weekdays[weekday]
        return usual * crowd * rest * self.engagement(traits, day)

    def hour(self, traits: Traits, day: int, rng: Random) -> float:
        """Another one at weekends."""
        habits = self._habits_of(traits)
        return rng.gauss(traits.favourite_hour if day % 7 < 5 else habits.other_hour, 1.2)  # noqa: PLR2004

    def due_week(self, week: int) -> int:
        """Nothing is due in the holidays: what would be is a week later."""
        return week + 1 if week == self.holidays else week

    def _habits_of(self, traits: Traits) -> _Habits:
        found = self._habits.get(traits.number)
        if found is None:
            rng = Random(f"{self.config.seed}/habits/{traits.number}")
            drawn = [rng.gammavariate(1.5, 1.0) + 0.1 for _ in range(7)]
            weekdays = tuple(7 * weight / sum(drawn) for weight in drawn)
            found = self._habits[traits.number] = _Habits(weekdays, rng.randrange(9, 22))
        return found
