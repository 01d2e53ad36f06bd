"""Students who do what is suggested to them, a share of it: what it adds is known, and so is the effect of signals.

Drawn apart from everything else: a student to whom nothing is suggested lives the same days as ever.
"""

from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Final, NamedTuple

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.item import SimulatedItem
from learnloom.pipelines.simulate.material import use_material
from learnloom.pipelines.simulate.quiz import practise
from learnloom.pipelines.simulate.student import Enrolment, Student

_QUESTIONS: Final = 6
"""Answered of a skill that is suggested; each may be tried again."""
_WITHIN_DAYS: Final = 3
"""After the day on which it was suggested, or never."""


class DailyReading(NamedTuple):
    """What a student reads at the end of a day."""

    student_number: int
    skills: Sequence[str]
    """IRIs of the skills among which to pick."""
    needs_explanation: bool = False
    """Whether an explanation is to be seen first, not only questions answered."""


class Deed(NamedTuple):
    """What a student has done because it was suggested, and would not have done else."""

    student_number: int
    skill: str
    suggested_on: int
    """Day, counted from 0."""
    done_on: int
    answers: int


class Heed:
    """What becomes of suggestions in one class."""

    def __init__(self, config: SimulationConfig, students: Sequence[Student]) -> None:
        self._config = config
        self._students = students
        self._rng = [Random(f"{config.seed}/heed/{student.traits.number}") for student in students]
        self.deeds: list[Deed] = []
        """In the order in which they were done."""

    def suggest(self, day: int, suggestion: DailyReading) -> None:
        """Let a student who is still there do it in one of the next days, or leave it.

        Args:
            day: which has ended, counted from 0.
            suggestion: what was read.
        """
        student, rng = self._students[suggestion.student_number], self._rng[suggestion.student_number]
        is_heeded, delay, pick = rng.random() < self._config.heeds, rng.random(), rng.random()
        found = [
            (enrolment, skill)
            for enrolment in student.enrolments
            for skill in enrolment.course.skills
            if skill.activity.iri in suggestion.skills
        ]
        if not is_heeded or not found:
            return
        enrolment, skill = found[int(pick * len(found))]
        done_on = day + 1 + int(delay * _WITHIN_DAYS)
        step = partial(self._do, enrolment, skill.number, (day, done_on), suggestion)
        student.plan(done_on, step)

    def _do(
        self, enrolment: Enrolment, skill: int, days: tuple[int, int], suggestion: DailyReading, at_ms: int
    ) -> int:
        iri = next(each.activity.iri for each in enrolment.course.skills if each.number == skill)
        if suggestion.needs_explanation:
            material = next(
                (
                    each
                    for module in enrolment.course.modules
                    for each in module.material
                    if each.skill == skill
                ),
                None,
            )
            if material is not None:
                at_ms = use_material(enrolment, material, at_ms)
        counts = enrolment.student.knowledge.opportunities
        before = sum(counts)
        at_ms = practise(enrolment, _questions(enrolment, skill), at_ms)
        answers = sum(counts) - before
        self.deeds.append(Deed(enrolment.student.traits.number, iri, *days, answers))
        return at_ms


def _questions(enrolment: Enrolment, skill: int) -> tuple[SimulatedItem, ...]:
    items = (
        item
        for module in enrolment.course.modules
        for item in module.practice.items
        if item.skills[0][0] == skill
    )
    return tuple(items)[:_QUESTIONS]
