"""Which scheduler of reviews is chosen, and on what figures."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from learnloom.pipelines.learner.fsrs_scheduler import FsrsScheduler
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.review import DAY_US
from learnloom.pipelines.learner.review_choice import (
    MIN_REVIEWS,
    MIN_STUDENTS,
    ReviewChoice,
    ReviewKind,
    choose,
)
from tests.pipelines.learner.make import Answer, a_history

_DAYS = (1, 2, 20, 90, 300)
"""Days after mastery at which each student answers again, each counted from the answer before."""


def _chosen(answers: list[Answer]) -> ReviewChoice:
    """Choose where every skill counts as mastered from its first answer on."""
    history = _in_order(answers)
    return choose(history, np.ones(len(history.skill)), mastered=0.95)


def _in_order(answers: list[Answer]) -> History:
    return a_history(sorted(answers, key=lambda answer: (answer.day, answer.student)))


def _school(n_students: int, is_right: Callable[[float, float], bool], *, n_skills: int = 1) -> list[Answer]:
    """Students who master skills and come back later; `is_right` of retrievability and a draw."""
    memory, rng = FsrsScheduler(), np.random.default_rng(4)
    answers = []
    for student, skill in itertools.product(range(n_students), range(n_skills)):
        day, state = 0.0, memory.begin(0)
        answers.append(Answer(student, 0, (skill,), 1.0, day=day))
        for days in _DAYS:
            day += days
            at_us = round(day * DAY_US)
            right = is_right(memory.retrievability(state, at_us), rng.random())
            state = memory.advance(state, at_us, is_right=right)
            answers.append(Answer(student, 0, (skill,), float(right), day=day))
    return answers


def test_memory_is_chosen_where_students_forget_as_it_says() -> None:
    """Where answers come out as retrievability says, FSRS beats the constant and is chosen."""
    found = _chosen(_school(200, lambda p, draw: draw < p))
    assert found.kind is ReviewKind.FSRS
    assert found.n_reviews == 200 * len(_DAYS)
    assert found.n_students == 200
    assert found.loss_fsrs is not None
    assert found.loss_constant is not None
    assert found.loss_fsrs < found.loss_constant


def test_intervals_stay_fixed_where_nobody_forgets() -> None:
    """Where answers do not hang on the time that has gone by, no memory is read into them."""
    found = _chosen(_school(200, lambda _, draw: draw < 0.85))
    assert found.kind is ReviewKind.FIXED
    assert found.loss_fsrs is not None
    assert found.loss_constant is not None
    assert found.loss_fsrs > found.loss_constant


@pytest.mark.parametrize(
    ("n_students", "n_skills", "kind"),
    [
        (MIN_REVIEWS // len(_DAYS) - 1, 1, ReviewKind.FIXED),
        (MIN_STUDENTS - 1, 20, ReviewKind.FIXED),
        (MIN_STUDENTS, 20, ReviewKind.FSRS),
    ],
)
def test_few_reviews_or_students_choose_nothing(n_students: int, n_skills: int, kind: ReviewKind) -> None:
    """With too few of either, intervals stay fixed however well memory does; the figures are kept."""
    found = _chosen(_school(n_students, lambda p, draw: draw < p, n_skills=n_skills))
    assert found.loss_fsrs is not None
    assert found.loss_constant is not None
    assert found.loss_fsrs < found.loss_constant
    assert found.kind is kind
    assert found.n_reviews == n_students * n_skills * len(_DAYS)


def test_only_serious_answers_of_another_day_on_mastered_skills_count() -> None:
    """Not counted: answers before mastery, within a day of the last one, and rapid guesses."""
    answers = [
        Answer(0, 0, (0,), 0.0, day=0.0),
        Answer(0, 0, (0,), 1.0, day=2.0),
        Answer(0, 0, (0,), 1.0, day=2.5),
        Answer(0, 0, (0,), 0.0, day=9.0, weight=0.25),
        Answer(0, 0, (0,), 1.0, day=10.0),
        Answer(0, 0, (0,), 0.0, day=10.5),
    ]
    after = np.array([0.5, 0.96, 0.9, 0.9, 0.9, 0.9])
    found = choose(a_history(answers), after, mastered=0.95)
    assert found.n_reviews == 1
    memory = FsrsScheduler()
    state = memory.advance(memory.begin(2 * DAY_US), round(2.5 * DAY_US), is_right=True)
    assert found.loss_fsrs == pytest.approx(-math.log(memory.retrievability(state, 10 * DAY_US)))


def test_no_reviews_give_no_figures() -> None:
    """Where nothing was mastered nothing is measured, and nothing fails."""
    assert choose(a_history([]), np.zeros(0), mastered=0.95) == ReviewChoice(
        ReviewKind.FIXED, 0, 0, None, None
    )
