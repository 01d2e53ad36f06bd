"""What differs from one simulated world to another: how students learn and answer, and when they work.

A world is made without regard to any detector; docs/explanation/worlds.md describes both. Everything else (courses,
statements, faults, dialects, plans) is the same in each.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.item import SimulatedItem, SimulatedSkill
from learnloom.pipelines.simulate.traits import Traits


class Knowledge(ABC):
    """The true state of one student over all skills of the class; skills go by their numbers."""

    def __init__(self, n_skills: int) -> None:
        self.misconceived: set[int] = set()
        """Skills in which practice alone does not help, or hardly."""
        self._run = [0] * n_skills
        self.opportunities = [0] * n_skills
        """Answers given per skill, counted on the main skill of the item."""
        self.best_run = [0] * n_skills
        """Most right answers in a row per skill."""

    @abstractmethod
    def ability(self, skill: int, at_ms: int) -> float:
        """How well a skill goes at an instant, in logits."""

    @abstractmethod
    def p_right(self, item: SimulatedItem, at_ms: int) -> float:
        """Probability of a right answer in earnest."""

    @abstractmethod
    def mastery(self, items: Sequence[SimulatedItem], skill: int, at_ms: int | None) -> float:
        """Mean probability right at questions, by what is known of one skill; None: as when it was last used."""

    @abstractmethod
    def use(self, skill: int, at_ms: int, amount: float) -> None:
        """Learn from one use of a skill; `amount` 1 is a seriously answered question."""

    @abstractmethod
    def explain(self, skill: int, at_ms: int, share: float) -> None:
        """Learn from an explanation, of which a share from 0 to 1 was seen."""

    def has_set_answer(self, skill: int) -> bool:  # noqa: ARG002
        """Whether a wrong answer is always the same one, not one of many."""
        return False

    def record(self, skill: int, is_right: bool) -> None:
        """Count an answer on a skill."""
        self.opportunities[skill] += 1
        run = self._run[skill] + 1 if is_right else 0
        self._run[skill] = run
        self.best_run[skill] = max(run, self.best_run[skill])


class World(ABC):
    """How students are, beyond their traits. Days are counted from 0; the first is a Monday."""

    def __init__(self, config: SimulationConfig) -> None:
        self.config = config

    @abstractmethod
    def knowledge(self, skills: Sequence[SimulatedSkill], traits: Traits, rng: Random) -> Knowledge:
        """What a student knows on the first day."""

    @abstractmethod
    def think_ms(self, item: SimulatedItem, traits: Traits, p_right: float, rng: Random) -> int:
        """Milliseconds that a serious answer takes."""

    @abstractmethod
    def guess_ms(self, item: SimulatedItem, rng: Random) -> int:
        """Milliseconds that a guess takes."""

    @abstractmethod
    def engagement(self, traits: Traits, day: int) -> float:
        """Share of what the student used to do that is still done."""

    @abstractmethod
    def readiness(self, traits: Traits, day: int) -> float:
        """Probability of working on a day without duties."""

    @abstractmethod
    def hour(self, traits: Traits, day: int, rng: Random) -> float:
        """Hour at which work begins, habits holding."""

    def due_week(self, week: int) -> int:
        """Week on whose Sunday the work of a module is due; both count from 0."""
        return week
