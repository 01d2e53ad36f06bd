"""The estimate of an effect is held against worlds in which it is known: with students who heed, and without."""

import re
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.trial import TrialDifference, compare
from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.heed import DailyReading
from learnloom.pipelines.simulate.run import Classroom

pytestmark = pytest.mark.slow

_STUDENTS = 40
_DAY = 13
"""At whose end it is drawn and said; what follows until the end of four weeks is compared with the days before."""


class _Counts:
    """Counts answers of each student before and after."""

    def __init__(self, config: SimulationConfig) -> None:
        self.end_ms = config.start_ms + (_DAY + 1) * DAY_MS
        self.answers: dict[str, list[int]] = {}

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:  # noqa: ARG002
        if "verbs/answered" in line and (found := re.search(r'"registration":"([^"]+)"', line)):
            self.answers.setdefault(found[1], [0, 0])[at_ms >= self.end_ms] += 1


def _lived(
    world: str, seed: int, *, heeds: float, is_said: list[bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Answers before and after of each student, and the true effect of being told."""
    config = SimulationConfig.model_validate(
        {"seed": seed, "students": _STUDENTS, "weeks": 4, "world": world, "heeds": heeds, "faults": 0.0}
    )
    counts = _Counts(config)
    classroom = Classroom(config, counts)
    skills = [skill.activity.iri for skill in classroom.courses[0].skills[:4]]
    for day, _ in enumerate(classroom.days()):
        for number in range(_STUDENTS) if day == _DAY else ():
            if is_said[number]:
                classroom.heed.suggest(day, DailyReading(number, skills))
    found = [counts.answers.get(each.enrolments[0].registration, [0, 0]) for each in classroom.students]
    before, after = np.array(found, dtype=float).T
    return before, after, sum(each.answers for each in classroom.heed.deeds) / sum(is_said)


def _compared(
    is_said: list[bool], before: NDArray[np.float64], after: NDArray[np.float64]
) -> TrialDifference:
    return compare(np.array(is_said), np.full(_STUDENTS, 0.5), np.arange(_STUDENTS), before, after)


def _drawn(seed: int) -> list[bool]:
    rng = Random(seed)
    return [rng.random() < 0.5 for _ in range(_STUDENTS)]


@pytest.mark.parametrize("world", ["gradual", "sudden"])
def test_without_reactions_intervals_hold_none(world: str) -> None:
    """In a class that heeds nothing, drawn again and again, four of five intervals of 80 % hold 0."""
    before, after, true = _lived(world, 1, heeds=0.0, is_said=_drawn(0))
    assert true == 0.0
    found = [_compared(_drawn(seed), before, after) for seed in range(400)]
    held = [abs(each.difference) < 1.2816 * each.standard_error for each in found]
    assert 0.72 < sum(held) / len(held) < 0.87


@pytest.mark.parametrize("world", ["gradual", "sudden"])
def test_with_reactions_intervals_hold_what_they_added(world: str) -> None:
    """In classes that heed, effects are found within what their errors say of the true ones, which are not 0."""
    offs, strengths = [], []
    for seed in range(3):
        is_said = _drawn(seed)
        before, after, true = _lived(world, seed, heeds=0.8, is_said=is_said)
        found = _compared(is_said, before, after)
        offs.append((found.difference - true) / found.standard_error)
        strengths.append(true)
    assert min(strengths) > 3
    assert max(map(abs, offs)) < 2.58
    assert abs(sum(offs)) / len(offs) ** 0.5 < 2.58
