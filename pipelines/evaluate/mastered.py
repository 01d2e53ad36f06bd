"""Is "mastered" true? What came right after a rule had called a skill mastered for the first time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.figures import Figure, share
from learnloom.pipelines.learner.history import RIGHT_FROM, History

# Right answers in a row on a skill that are often taken for mastery.
RUN: Final = 3
THRESHOLDS: Final = (0.85, 0.90, 0.95)
_NEVER: Final = "it never fired"


@dataclass(frozen=True, slots=True)
class Fired:
    """One rule: of the students and skills that it called mastered, how many got the next answer right."""

    rule: str
    n: int
    """Pairs of student and skill for which it fired and another answer followed."""
    rate: Figure
    """Share of these answers that were right."""


def is_mastered_true(history: History, p: NDArray[np.float64], *, n_resamples: int, seed: int) -> list[Fired]:
    """Take each rule at its word, once for each student and skill.

    A threshold fires with the first answer on a skill, after an earlier one on it, of which at least so much was
    expected; that answer is the test. Three in a row fire with the third; the next answer on the skill is the test.

    Args:
        history: answers in order of time.
        p: probability right before each answer.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    rows = first_fired(history, p)
    is_right = history.score >= RIGHT_FROM
    table = []
    for rule, fired in rows.items():
        right, student = is_right[fired].astype(np.float64), history.student[fired]
        figure = (
            share(right, np.ones(len(right)), student, row="case", n_resamples=n_resamples, seed=seed)
            if fired
            else Figure(None, unknown=_NEVER)
        )
        table.append(Fired(rule, len(fired), figure))
    return table


def first_fired(history: History, p: NDArray[np.float64]) -> dict[str, list[int]]:
    """Places in the history of the answers that test each rule; an answer on two skills may stand there twice."""
    in_a_row = f"{RUN} right in a row"
    tested: dict[str, list[int]] = {in_a_row: [], **{f"p >= {limit:.2f}": [] for limit in THRESHOLDS}}
    runs: dict[tuple[int, int], int] = {}
    has_fired: set[tuple[int, int, str]] = set()
    is_right, expected = (history.score >= RIGHT_FROM).tolist(), p.tolist()
    offset, skill = history.skill_offset.tolist(), history.skill.tolist()
    for row, student in enumerate(history.student.tolist()):
        for code in skill[offset[row] : offset[row + 1]]:
            run = runs.get((student, code))
            if run is not None:
                fired = [f"p >= {limit:.2f}" for limit in THRESHOLDS if expected[row] >= limit]
                for rule in [in_a_row, *fired] if run >= RUN else fired:
                    if (student, code, rule) not in has_fired:
                        has_fired.add((student, code, rule))
                        tested[rule].append(row)
            runs[student, code] = (run or 0) + 1 if is_right[row] else 0
    return tested
